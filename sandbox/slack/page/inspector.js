// The inspector pane: a message's stored JSON, and the newest envelopes and API calls.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { copy } from "./message_toolbar.js";
import { paneHead } from "./thread.js";

const TABS = [["message", "Message"], ["envelopes", "Envelopes"], ["calls", "API calls"]];

export function createInspector(slack, channel, ts) {
  const state = { tab: "message", data: null };
  const body = h("div", { class: "scroll inspector-body", tabindex: "0", "aria-label": "JSON" });
  const tabs = TABS.map(([name, label]) => h("button", { class: "tab", type: "button", role: "tab", dataset: { tab: name }, onclick: () => select(name) }, label));
  const tools = h("span", { class: "side-tools" },
    h("button", { class: "icon-button", type: "button", "aria-label": "Copy JSON", dataset: { hint: "Copy JSON" }, onclick: () => copy(slack, JSON.stringify(state.data?.[state.tab], null, 2), "JSON copied") }, icon("copy", 16)),
    h("button", { class: "icon-button", type: "button", "aria-label": "Refresh", dataset: { hint: "Refresh" }, onclick: load }, icon("refresh", 16)));
  const node = h("aside", { class: "side inspector", "aria-label": "Inspector", dataset: { inspect: ts } }, paneHead("Inspector", ts, () => slack.routes.go({ inspect: null }), tools), h("div", { class: "tabs", role: "tablist" }, tabs), body);

  function select(name) {
    state.tab = name;
    draw();
  }
  function draw() {
    tabs.forEach((tab) => {
      tab.classList.toggle("current", tab.dataset.tab === state.tab);
      tab.setAttribute("aria-selected", String(tab.dataset.tab === state.tab));
    });
    body.replaceChildren(...content(state.data, state.tab));
  }
  async function load() {
    state.data = await slack.api.inspect(channel, ts);
    draw();
  }
  draw();
  load();
  return { node, close: () => {} };
}

function content(data, tab) {
  if (!data) return [h("p", { class: "muted" }, "Loading…")];
  if (!data.ok && !data.message?.ts) return [h("p", { class: "muted" }, data.message || `Nothing to show: ${data.error}`)];
  if (tab === "message") return [h("pre", { class: "json" }, coloured(data.message))];
  const rows = data[tab] || [];
  if (!rows.length) return [h("p", { class: "muted" }, "Nothing yet.")];
  return rows.map((row, index) => h("details", { class: "json-row", open: index === 0 }, h("summary", {}, titleOf(row)), h("pre", { class: "json" }, coloured(row))));
}

const titleOf = (row) => [row.method || row.type || row.payload?.type || "entry", row.status || row.error || row.at || row.time].filter(Boolean).join("  ");

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

function coloured(value) {
  const text = JSON.stringify(value, null, 2) ?? "undefined";
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word] = match;
    nodes.push(text.slice(from, match.index), h("span", { class: colon ? "json-key" : string ? "json-string" : word ? "json-word" : "json-number" }, colon ? string : whole), colon || "");
    from = match.index + whole.length;
  }
  return [...nodes, text.slice(from)];
}
