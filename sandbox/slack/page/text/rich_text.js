// The rich_text block: sections, lists, quotes and preformatted text with styled parts.

import { h, link } from "../dom.js";
import { formatDate } from "../format.js";
import { emojiNode, withEmoji } from "./emoji.js";
import { emojiChar } from "./emoji_table.js";
import { broadcastMention, channelMention, groupMention, userMention } from "./mentions.js";

export function richText(slack, block) {
  return h("div", { class: "rich-text" }, (block.elements || []).map((part) => partNode(slack, part)));
}

function partNode(slack, part) {
  switch (part.type) {
    case "rich_text_list": return listNode(slack, part);
    case "rich_text_quote": return h("blockquote", { class: "quote" }, runs(slack, part.elements));
    case "rich_text_preformatted": return h("pre", { class: "pre" }, (part.elements || []).map((run) => run.text ?? run.url ?? ""));
    default: return h("div", { class: "rich-section" }, runs(slack, part.elements));
  }
}

function listNode(slack, part) {
  const ordered = part.style === "ordered";
  const indent = part.indent || 0;
  const items = (part.elements || []).map((item) => h("li", {}, runs(slack, item.elements)));
  const list = h(ordered ? "ol" : "ul", { class: ["rich-list", `level-${indent % 3}`], vars: { indent }, start: ordered && part.offset ? part.offset + 1 : null }, items);
  return part.border ? h("blockquote", { class: "quote" }, list) : list;
}

function runs(slack, elements) {
  return (elements || []).map((run) => styled(runNode(slack, run), run.style));
}

function runNode(slack, run) {
  switch (run.type) {
    case "text": return lines(run.text || "");
    case "link": return link(run.url, withEmoji(run.text || run.url));
    case "emoji": return emojiNode(run.name, emojiChar(run.name) || fromCodes(run.unicode));
    case "user": return userMention(slack, run.user_id);
    case "channel": return channelMention(slack, run.channel_id);
    case "usergroup": return groupMention(run.usergroup_id);
    case "broadcast": return broadcastMention(run.range);
    case "date": return h("time", {}, formatDate(run.timestamp, run.format || "{date_short}"));
    case "color": return h("span", { class: "colour-run" }, h("span", { class: "swatch", vars: { swatch: /^#[0-9a-f]{3,8}$/i.test(run.value) ? run.value : "transparent" } }), run.value);
    default: return run.text || run.fallback || "";
  }
}

function fromCodes(unicode) {
  return unicode ? String.fromCodePoint(...unicode.split("-").map((code) => parseInt(code, 16))) : undefined;
}

const lines = (text) => text.split("\n").flatMap((line, index) => [index ? h("br") : null, withEmoji(line, { names: false })]);

function styled(node, style) {
  if (!style) return node;
  let result = node;
  if (style.code) result = h("code", { class: "code" }, result);
  if (style.bold) result = h("strong", {}, result);
  if (style.italic) result = h("em", {}, result);
  if (style.strike) result = h("s", {}, result);
  if (style.underline) result = h("u", {}, result);
  return result;
}
