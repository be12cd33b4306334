// The reactions under a message.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf } from "./format.js";
import { openEmojiPicker } from "./emoji_picker.js";
import { emojiNode } from "./text/emoji.js";

export async function react(slack, channel, message, name) {
  const mine = (message.reactions || []).some((one) => one.name === name && one.users?.includes(slack.store.me));
  const answer = await slack.api.react(channel, message.ts, name, mine);
  if (!answer.ok) slack.toast(answer.message || `The reaction was refused: ${answer.error}`, "error");
}

export function pickReaction(slack, anchor, channel, message) {
  openEmojiPicker(slack, anchor, (name) => react(slack, channel, message, name));
}

export function reactions(slack, channel, message) {
  if (!message.reactions?.length) return null;
  const add = h("button", { class: "reaction add", type: "button", "aria-label": "Add reaction", dataset: { hint: "Add reaction" } }, icon("smilePlus", 16));
  add.addEventListener("click", () => pickReaction(slack, add, channel, message));
  return h("div", { class: "reactions" }, message.reactions.map((one) => pill(slack, channel, message, one)), add);
}

function pill(slack, channel, message, one) {
  const mine = one.users?.includes(slack.store.me);
  const who = (one.users || []).map((id) => (id === slack.store.me ? "You" : nameOf(slack.store.user(id)))).join(", ");
  const hint = `${who} reacted with :${one.name}:`;
  return h("button", { class: ["reaction", mine && "mine"], type: "button", "aria-pressed": String(Boolean(mine)), "aria-label": hint, dataset: { hint, name: one.name }, onclick: () => react(slack, channel, message, one.name) }, emojiNode(one.name), h("span", { class: "reaction-count" }, one.count ?? one.users?.length ?? 1));
}
