// The emoji picker.

import { h, onEnter } from "./dom.js";
import { popover } from "./layers.js";
import { emojiNode } from "./text/emoji.js";
import { canShow } from "./text/emoji_art.js";
import { EMOJI_GROUPS, searchEmoji } from "./text/emoji_table.js";

export function openEmojiPicker(slack, anchor, onPick) {
  const search = h("input", { class: "list-search", type: "text", role: "searchbox", placeholder: "Search all emoji", "aria-label": "Search all emoji" });
  const grid = h("div", { class: "emoji-grid" });
  const preview = h("div", { class: "emoji-preview" }, "Pick an emoji…");
  const panel = h("div", { class: "emoji-picker", role: "dialog", "aria-label": "Emoji" }, search, grid, preview);
  const close = popover(slack.layers, anchor, panel, { side: "end" });
  const pick = (name) => {
    close();
    onPick(name);
  };
  const button = ({ name, char }) => h("button", { class: "emoji-choice", type: "button", "aria-label": name, dataset: { name }, onclick: () => pick(name) }, emojiNode(name, char));
  const group = ({ title, emoji }) => [h("div", { class: "list-group" }, title), h("div", { class: "emoji-row" }, emoji.filter(({ name }) => canShow(name)).map(button))];
  const draw = () => grid.replaceChildren(...(search.value ? group({ title: "Results", emoji: searchEmoji(search.value) }) : EMOJI_GROUPS.flatMap(group)));
  search.addEventListener("input", draw);
  search.addEventListener("keydown", onEnter(() => grid.querySelector(".emoji-choice")?.click()));
  grid.addEventListener("pointerover", (event) => {
    const name = event.target.closest(".emoji-choice")?.dataset.name;
    if (name) preview.textContent = `:${name}:`;
  });
  draw();
  search.focus();
}
