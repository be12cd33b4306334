// The right column: the messages of a conversation, as a mail client shows them.

import { htmlOf } from "./api.js";
import { avatar, fill, h, icon } from "./dom.js";
import { count, fullTime, quoteStart, size } from "./format.js";

const TELLING = ["in-reply-to", "references", "auto-submitted", "message-id", "reply-to", "list-id", "authentication-results"];

export function showConversation(place, state, reply) {
  const thread = state.conversations.find((one) => one.id === state.thread);
  if (!thread) return fill(place, empty());
  fill(place, h("article", { class: "conversation" },
    h("header", {}, h("h2", {}, h("bdi", {}, thread.subject || "(no subject)")), h("p", { class: "dim" }, count(thread.messages.length, "message", "messages"))),
    state.messages.map((message) => card(message, state, () => reply(message)))));
  return show(place);
}

export function showFailures(place, state) {
  fill(place, h("article", { class: "conversation" },
    h("header", { class: "stacked" }, h("h2", {}, "Could not be delivered"), h("p", { class: "dim" }, "Larkspur handed these over, but the post office could not tell who they are for.")),
    state.failures.map((one) => h("section", { class: "message failed" }, h("div", { class: "body" },
      h("h3", {}, h("bdi", {}, one.subject || "(no subject)")), h("p", { class: "reason" }, icon("alert"), one.reason), h("p", { class: "dim" }, `From ${one.inbox}, kept as ${one.key} in .Failed`))))));
}

// The newest message in full, as far down as it takes and no further.
function show(place) {
  place.scrollTop = 0;
  const last = place.querySelector(".message:last-of-type");
  const header = place.querySelector("header").offsetHeight;
  if (last.offsetTop + last.offsetHeight > place.clientHeight) place.scrollTop = last.offsetTop - Math.max(header, place.clientHeight - last.offsetHeight - 24);
}

function empty() {
  return h("div", { class: "blank" }, icon("inbox"), h("p", {}, "Choose a mailbox to read what its owner wrote and received."));
}

function card(message, state, reply) {
  const fresh = state.fresh.has(message.key);
  const names = ["message", message.way, fresh && "fresh"].filter(Boolean).join(" ");
  return h("section", { class: names, "data-key": message.key }, head(message, fresh), body(message, state), attachments(message),
    message.way === "received" && h("div", { class: "act" }, h("button", { class: "quiet", onclick: reply }, icon("reply"), "Reply")), headers(message, state));
}

function head(message, fresh) {
  return h("div", { class: "head" },
    avatar(message.from.name, message.from.address, message.way === "received"),
    h("div", { class: "who" },
      h("p", {}, h("bdi", { class: "name" }, message.from.name), " ", h("bdi", { class: "dim" }, `<${message.from.address}>`)),
      h("p", { class: "dim" }, "to ", h("bdi", {}, message.to || "nobody"), message.cc && [", copy to ", h("bdi", {}, message.cc)])),
    h("div", { class: "when" },
      fresh && h("span", { class: "pill new" }, "New"),
      message.automatic && h("span", { class: "pill", title: "It says of itself that a machine sent it (Auto-Submitted)" }, "Automatic"),
      h("time", { datetime: message.at, title: message.date }, fullTime(message.at))));
}

function body(message, state) {
  const asHtml = state.html.has(message.key);
  const area = h("div", { class: "body" });
  const draw = (html) => {
    state.html[html ? "add" : "delete"](message.key);
    area.replaceChildren(...[message.html && tabs(html, draw), html ? frame(message, state) : text(message)].filter(Boolean));
  };
  draw(asHtml);
  return area;
}

function tabs(html, draw) {
  return h("div", { class: "switch small", role: "group", "aria-label": "Show the text as" },
    h("button", { "aria-pressed": String(!html), onclick: () => draw(false) }, "Plain"),
    h("button", { "aria-pressed": String(html), onclick: () => draw(true) }, "HTML"));
}

function frame(message, state) {
  return h("iframe", { class: "html", sandbox: "", referrerpolicy: "no-referrer", title: "The mail as HTML", src: htmlOf(state.address, message.key) });
}

function text(message) {
  const lines = message.text.replace(/\s+$/, "").split("\n");
  const cut = quoteStart(lines);
  const quoted = lines.slice(cut).join("\n").trim();
  return h("div", { class: "text", dir: "auto" },
    lines.slice(0, cut).join("\n").trim() || h("span", { class: "dim" }, "This mail has no text."),
    quoted && h("details", { class: "quote" }, h("summary", { title: "Show the quoted text" }, "•••"), h("div", {}, quoted)));
}

function attachments(message) {
  return message.attachments.length > 0 && h("ul", { class: "attachments" },
    message.attachments.map((one) => h("li", { title: one.type }, icon("clip"), h("bdi", {}, one.name), h("span", { class: "dim" }, size(one.size)))));
}

function headers(message, state) {
  const details = h("details", { class: "headers", open: state.headers.has(message.key) }, h("summary", {}, "Headers"),
    h("table", {}, h("tbody", {}, message.headers.map(([name, value]) => h("tr", { class: TELLING.includes(name.toLowerCase()) ? "telling" : undefined }, h("th", { scope: "row" }, name), h("td", { dir: "ltr" }, value))))));
  details.addEventListener("toggle", () => state.headers[details.open ? "add" : "delete"](message.key));
  return details;
}
