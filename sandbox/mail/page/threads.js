// The middle column: one customer's conversations.

import { fill, h, icon } from "./dom.js";
import { count, shortTime } from "./format.js";

export function showOwner(place, state, write) {
  const one = state.customers.find((customer) => customer.address === state.address);
  if (!one || state.view !== "mail") return fill(place);
  return fill(place, h("div", { class: "owner" },
    h("div", { class: "owner-text" }, h("h2", {}, h("bdi", {}, one.name)), h("p", {}, one.address)),
    h("button", { class: "quiet", title: `Write a mail as ${one.name}`, onclick: () => write(one) }, icon("pen"), "Write")));
}

export function showThreads(place, state, choose) {
  if (state.view !== "mail") return fill(place);
  return fill(place, state.conversations.map((thread) => h("li", {}, row(thread, state, choose))));
}

function row(thread, state, choose) {
  const last = thread.messages[thread.messages.length - 1];
  const fresh = thread.messages.some((message) => message.unread || state.fresh.has(message.key));
  return h("button", { class: fresh ? "thread unread" : "thread", "aria-current": thread.id === state.thread ? "true" : undefined, onclick: () => choose(thread.id) },
    h("span", { class: "line" }, h("bdi", { class: "name" }, thread.subject || "(no subject)"), h("time", { datetime: last.at }, shortTime(last.at))),
    h("span", { class: "snippet" }, icon(last.way), h("bdi", {}, last.snippet || "(empty)")),
    h("span", { class: "thread-foot" },
      fresh && h("span", { class: "pill new" }, "New"),
      thread.messages.some((message) => message.way === "received") ? h("span", { class: "pill ok" }, "Answered") : h("span", { class: "pill" }, "Waiting"),
      thread.messages.length > 1 && h("span", { class: "dim" }, count(thread.messages.length, "message", "messages")),
      thread.messages.some((message) => message.attachments) && icon("clip")));
}
