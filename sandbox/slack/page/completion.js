// The popup over the composer: slash commands, people, channels and emoji.

import { h } from "./dom.js";
import { nameOf } from "./format.js";
import { avatar, channelIcon, standingBadge } from "./people.js";
import { emojiNode } from "./text/emoji.js";
import { searchEmoji } from "./text/emoji_table.js";

const LIMIT = 8;

function commandRows(slack, word) {
  return slack.store.commands.filter((one) => one.command.startsWith(word.toLowerCase())).slice(0, LIMIT).map((one) => ({
    insert: `${one.command} `, exact: one.command === word, dataset: { command: one.command }, mark: avatar(slack.store.botUser(), 28),
    text: [h("strong", {}, one.command), one.usage_hint ? h("span", { class: "usage" }, one.usage_hint) : null, h("div", { class: "option-detail" }, one.description)], after: h("span", { class: "option-app" }, slack.store.app.name),
  }));
}

function peopleRows(slack, word) {
  const wanted = word.slice(1).toLowerCase();
  const people = [...slack.store.users.values()].filter((user) => !user.deleted && `${nameOf(user)} ${user.real_name} ${user.name}`.toLowerCase().includes(wanted));
  const rows = people.slice(0, LIMIT).map((user) => ({ insert: `@${nameOf(user)} `, exact: nameOf(user).toLowerCase() === wanted, mark: avatar(user, 20), text: [h("strong", {}, nameOf(user)), h("span", { class: "usage" }, user.real_name)], after: standingBadge(user), dataset: { user: user.id } }));
  return "here".startsWith(wanted) ? [...rows, { insert: "@here ", exact: wanted === "here", text: [h("strong", {}, "@here"), h("span", { class: "usage" }, "Notify every active member in this channel.")] }] : rows;
}

function channelRows(slack, word) {
  const wanted = word.slice(1).toLowerCase();
  const rooms = [...slack.store.channels.values()].filter((channel) => !channel.is_im && channel.name.includes(wanted));
  return rooms.slice(0, LIMIT).map((channel) => ({ insert: `#${channel.name} `, exact: channel.name === wanted, mark: h("span", { class: "choice-mark" }, channelIcon(channel)), text: [channel.name], dataset: { channel: channel.id } }));
}

function emojiRows(slack, word) {
  return searchEmoji(word.slice(1), LIMIT).map(({ name, char }) => ({ insert: `:${name}: `, mark: emojiNode(name, char), text: [`:${name}:`] }));
}

const SOURCES = [
  { pattern: /^\/[a-z0-9_-]*$/i, rows: commandRows, title: "Slash commands" },
  { pattern: /(?<=^|\s)@[\p{L}\p{N}._-]*$/u, rows: peopleRows, title: "People" },
  { pattern: /(?<=^|\s)#[a-z0-9_-]*$/i, rows: channelRows, title: "Channels" },
  { pattern: /(?<=^|\s):[a-z0-9_+-]{2,}$/i, rows: emojiRows, title: "Emoji" },
];

export function createCompletion(slack, field, shell) {
  const popup = h("div", { class: "completion", role: "listbox", hidden: true });
  const state = { rows: [], at: 0, word: "", unpush: null };
  shell.prepend(popup);

  function update() {
    const before = field.value.slice(0, field.selectionStart);
    const source = SOURCES.find((one) => one.pattern.test(before));
    state.word = source ? source.pattern.exec(before)[0] : "";
    state.rows = source ? source.rows(slack, state.word) : [];
    state.at = 0;
    if (!state.rows.length) return close();
    popup.setAttribute("aria-label", source.title);
    popup.replaceChildren(h("div", { class: "list-group" }, source.title), ...state.rows.map((row, index) => rowNode(row, () => choose(index))));
    popup.hidden = false;
    state.unpush ??= slack.layers.push(close);
    highlight();
  }
  function highlight() {
    popup.querySelectorAll("[role=option]").forEach((row, index) => {
      row.classList.toggle("active", index === state.at);
      row.setAttribute("aria-selected", String(index === state.at));
      if (index === state.at) row.scrollIntoView({ block: "nearest" });
    });
  }
  function choose(index) {
    const from = field.selectionStart - state.word.length;
    field.setRangeText(state.rows[index].insert, from, field.selectionStart, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function close() {
    popup.hidden = true;
    state.unpush?.();
    state.unpush = null;
  }
  // True when the key was for the popup. Enter on a name typed in full sends.
  function key(event) {
    if (popup.hidden || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) state.at = (state.at + step + state.rows.length) % state.rows.length;
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !state.rows[state.at].exact)) choose(state.at);
    else return false;
    event.preventDefault();
    highlight();
    return true;
  }
  field.addEventListener("input", update);
  field.addEventListener("blur", () => setTimeout(close, 150));
  return { key, close };
}

function rowNode(row, onPick) {
  return h("div", { class: "option", role: "option", dataset: row.dataset || {}, onpointerdown: (event) => { event.preventDefault(); onPick(); } }, row.mark || null, h("span", { class: "option-text" }, row.text), row.after || null);
}
