// Slack's mrkdwn, as nodes: *bold*, _italic_, ~strike~, `code`, ```pre```, > quotes, lists, <links>, mentions, dates and emoji.

import { h, link } from "../dom.js";
import { formatDate } from "../format.js";
import { channelMention, userMention, broadcastMention, groupMention } from "./mentions.js";
import { withEmoji } from "./emoji.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

const unescape = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

const INLINE = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(?![\s*])([^*\n]*[^\s*])\*(?![\w*])|(?<![\w_])_(?![\s_])([^\n]*?[^\s_])_(?![\w_])|(?<![\w~])~(?![\s~])([^~\n]*[^\s~])~(?![\w~])|(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"\]])/g;

export function mrkdwn(slack, text, { verbatim = false } = {}) {
  return h("div", { class: "mrkdwn" }, blockNodes(slack, String(text || ""), verbatim));
}

// A one-line rendering for previews and menus.
export function mrkdwnInline(slack, text) {
  return inline(slack, String(text || "").replace(/\n/g, " "), false);
}

function blockNodes(slack, text, verbatim) {
  return text.split(/(```[\s\S]+?```)/).flatMap((part, index) => (index % 2 ? [preformatted(part.slice(3, -3))] : lineNodes(slack, part, verbatim, index > 0)));
}

function preformatted(text) {
  return h("pre", { class: "pre" }, unescape(text).replace(/^\n|\n$/g, ""));
}

const QUOTE = /^(?:&gt;|>)(?!>|&gt;) ?/;
const MARKER = /^(\s*)(•|◦|▪︎|-|\d+[.)])\s+/;

function lineNodes(slack, text, verbatim, afterBlock) {
  const lines = text.split("\n");
  if (afterBlock && lines[0] === "") lines.shift();
  const nodes = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (/^(?:&gt;|>){3}/.test(lines[at])) {
      const rest = [lines[at].replace(/^(?:&gt;|>){3} ?/, ""), ...lines.slice(at + 1)].join("\n");
      nodes.push(h("blockquote", { class: "quote" }, lineNodes(slack, rest, verbatim, false)));
      break;
    }
    if (QUOTE.test(lines[at])) {
      const first = at;
      while (at + 1 < lines.length && QUOTE.test(lines[at + 1])) at += 1;
      const body = lines.slice(first, at + 1).map((line) => line.replace(QUOTE, "")).join("\n");
      nodes.push(h("blockquote", { class: "quote" }, lineNodes(slack, body, verbatim, false)));
    } else nodes.push(lineNode(slack, lines[at], verbatim, at === lines.length - 1));
  }
  return nodes;
}

function lineNode(slack, line, verbatim, last) {
  const marker = MARKER.exec(line);
  if (marker && marker[2] !== "-") {
    const depth = Math.floor(marker[1].length / 2);
    const body = inline(slack, line.slice(marker[0].length), verbatim);
    return h("div", { class: "hang", vars: { depth } }, h("span", { class: "hang-mark" }, marker[2]), h("span", {}, body));
  }
  if (line === "") return last ? [] : h("div", { class: "blank-line" });
  return h("div", { class: "line" }, inline(slack, line, verbatim));
}

function inline(slack, text, verbatim) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) nodes.push(withEmoji(unescape(text.slice(from, match.index))));
    nodes.push(inlineNode(slack, match, verbatim));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(withEmoji(unescape(text.slice(from))));
  return nodes.flat();
}

function inlineNode(slack, [whole, pre, code, angle, bold, italic, strike, url], verbatim) {
  if (pre !== undefined) return preformatted(pre);
  if (code !== undefined) return h("code", { class: "code" }, unescape(code));
  if (angle !== undefined) return angled(slack, angle);
  if (bold !== undefined) return h("strong", {}, inline(slack, bold, verbatim));
  if (italic !== undefined) return h("em", {}, inline(slack, italic, verbatim));
  if (strike !== undefined) return h("s", {}, inline(slack, strike, verbatim));
  return verbatim ? unescape(whole) : link(unescape(url), unescape(url));
}

function angled(slack, body) {
  const bar = body.indexOf("|");
  const target = unescape(bar < 0 ? body : body.slice(0, bar));
  const label = bar < 0 ? null : body.slice(bar + 1);
  if (target.startsWith("@")) return userMention(slack, target.slice(1), label);
  if (target.startsWith("#")) return channelMention(slack, target.slice(1), label);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (target.startsWith("!subteam^")) return groupMention(label || target.slice(9));
  if (target.startsWith("!")) return broadcastMention(target.slice(1).split("^")[0]);
  return link(target, label === null ? target.replace(/^mailto:/, "") : withEmoji(unescape(label)));
}

function dateNode(target, fallback) {
  const [, seconds, pattern, href] = target.split("^");
  if (!/^\d+$/.test(seconds || "") || !pattern) return unescape(fallback || target);
  const text = formatDate(seconds, pattern);
  const shown = /^\{/.test(pattern) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return href ? link(href, shown) : h("time", { title: new Date(seconds * 1000).toString() }, shown);
}
