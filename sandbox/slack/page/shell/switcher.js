// The quick switcher behind the search field: jumps to a channel, a person or the app.

import { h, onEnter } from "../dom.js";
import { icon } from "../icons.js";
import { dialog } from "../layers.js";
import { avatar, channelIcon, channelTitle } from "../people.js";

export function openSwitcher(slack) {
  dialog(slack.layers, { label: "Search", className: "switcher", build: (close) => switcherParts(slack, close) });
}

function switcherParts(slack, close) {
  const search = h("input", { type: "text", role: "searchbox", "aria-label": "Search channels and people", placeholder: `Search ${slack.store.team.name}`, autofocus: true, autocomplete: "off" });
  const list = h("div", { class: "listbox", role: "listbox", "aria-label": "Channels and people" });
  const draw = () => list.replaceChildren(...rows(slack, search.value, close));
  search.addEventListener("input", draw);
  search.addEventListener("keydown", onEnter(() => list.querySelector("[role=option]")?.click()));
  draw();
  return [h("div", { class: "switcher-head" }, icon("search"), search), list];
}

function targets(slack) {
  const { store } = slack;
  return [...store.channels.values()].map((channel) => ({ id: channel.id, text: channelTitle(store, channel), mark: channel.is_im ? avatar(store.user(channel.user), 20) : channelIcon(channel) }));
}

function rows(slack, query, close) {
  const wanted = query.trim().replace(/^[#@]/, "").toLowerCase();
  const hits = targets(slack).filter((one) => one.text.toLowerCase().includes(wanted)).slice(0, 12);
  if (!hits.length) return [h("div", { class: "list-empty" }, "No results")];
  return hits.map((one) => h("div", { class: "option", role: "option", dataset: { channel: one.id }, onclick: () => {
    close();
    slack.routes.go({ channel: one.id, tab: null, thread: null, inspect: null });
  } }, one.mark, h("span", { class: "option-text" }, one.text)));
}
