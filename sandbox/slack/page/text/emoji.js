// Turns :names: and emoji characters in a text into pictures.

import { h } from "../dom.js";
import { emojiChar, emojiName } from "./emoji_table.js";
import { drawEmoji, hasColourEmoji } from "./emoji_art.js";

const TOKEN = /:((?:[a-z0-9_+'-]+)(?:::skin-tone-[2-6])?):|(\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\u2705\u26A0\u2714\u2716\u2709\u260E\u2611\u23F1\u23F8\u2139])\uFE0F?(?:\p{Emoji_Modifier})?(?:\u200D\p{Extended_Pictographic}\uFE0F?)*)/gu;

export function emojiNode(name, char) {
  const picture = char || emojiChar(name);
  if (!picture) return document.createTextNode(`:${name}:`);
  const label = name || emojiName(picture);
  const art = hasColourEmoji() ? null : drawEmoji(label);
  return h("span", { class: "emoji", role: "img", "aria-label": label ? `${label.replace(/_/g, " ")} emoji` : picture, title: label ? `:${label}:` : null, dataset: { emoji: label } }, art || picture);
}

// The nodes of `text` with its emoji drawn; names the page does not know stay text.
export function withEmoji(text, { names = true } = {}) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, name, char] = match;
    if (name && (!names || !emojiChar(name))) continue;
    if (match.index > from) nodes.push(text.slice(from, match.index));
    nodes.push(name ? emojiNode(name) : emojiNode(emojiName(char), char));
    from = match.index + whole.length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

const ONLY_EMOJI = /^(?:\s|:[a-z0-9_+'-]+:|\p{Extended_Pictographic}|\uFE0F|\u200D|\p{Emoji_Modifier})+$/u;

// Slack draws a message that is nothing but a few emoji larger.
export function isJumbo(text) {
  return text.length < 200 && ONLY_EMOJI.test(text.trim()) && withEmoji(text.trim()).every((node) => typeof node !== "string" || !node.trim());
}
