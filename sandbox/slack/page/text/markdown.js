// The markdown block: the standard Markdown that Slack's newer block accepts.

import { h, link } from "../dom.js";
import { userMention, channelMention } from "./mentions.js";
import { withEmoji } from "./emoji.js";

const INLINE = /`([^`\n]+)`|!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)|\*\*([^*]+(?:\*[^*]+)*)\*\*|__([^_]+)__|~~([^~]+)~~|\*([^*\s][^*]*)\*|(?<!\w)_([^_\s][^_]*)_(?!\w)|<([@#])([A-Z0-9]+)(?:\|[^>]*)?>|<?(https?:\/\/[^\s<>]+[^\s<>.,;:!?)'"])>?/g;

const BULLET = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

export function markdown(slack, text) {
  const lines = String(text || "").replace(/\r/g, "").split("\n");
  const nodes = [];
  let at = 0;
  while (at < lines.length) at = block(slack, lines, at, nodes);
  return h("div", { class: "markdown" }, nodes);
}

// Consumes one block from line `at`, pushes its node, returns the next line.
function block(slack, lines, at, nodes) {
  const line = lines[at];
  if (!line.trim()) return at + 1;
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) return push(nodes, h(`h${heading[1].length}`, {}, inline(slack, heading[2])), at + 1);
  if (/^\s*(```|~~~)/.test(line)) return fence(lines, at, nodes);
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return push(nodes, h("hr"), at + 1);
  if (/^\s*>/.test(line)) return quote(slack, lines, at, nodes);
  if (BULLET.test(line)) return list(slack, lines, at, nodes);
  if (/\|/.test(line) && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] || "")) return table(slack, lines, at, nodes);
  return paragraph(slack, lines, at, nodes);
}

function push(nodes, node, next) {
  nodes.push(node);
  return next;
}

function fence(lines, at, nodes) {
  const mark = lines[at].trim().slice(0, 3);
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return push(nodes, h("pre", { class: "pre" }, lines.slice(at + 1, end).join("\n")), end + 1);
}

function quote(slack, lines, at, nodes) {
  let end = at;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  const inner = markdown(slack, lines.slice(at, end).map((line) => line.replace(/^\s*> ?/, "")).join("\n"));
  return push(nodes, h("blockquote", { class: "quote" }, inner), end);
}

function list(slack, lines, at, nodes) {
  const first = BULLET.exec(lines[at]);
  const depth = first[1].length;
  const root = h(/\d/.test(first[2]) ? "ol" : "ul", { class: "rich-list", start: /\d/.test(first[2]) ? parseInt(first[2], 10) : null });
  let next = at;
  while (next < lines.length) {
    const item = BULLET.exec(lines[next]);
    if (!item || item[1].length < depth || (item[1].length === depth && /\d/.test(item[2]) !== /\d/.test(first[2]))) break;
    if (item[1].length > depth + 1) next = nested(slack, lines, next, root);
    else next = append(root, listItem(slack, item[3]), next + 1);
  }
  return push(nodes, root, next);
}

function append(parent, node, next) {
  parent.append(node);
  return next;
}

function nested(slack, lines, at, root) {
  const inner = [];
  const next = list(slack, lines, at, inner);
  (root.lastElementChild || root).append(...inner);
  return next;
}

function listItem(slack, text) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!task) return h("li", {}, inline(slack, text));
  const box = h("input", { type: "checkbox", disabled: true, checked: task[1] !== " ", "aria-label": task[2] });
  return h("li", { class: "task" }, box, " ", inline(slack, task[2]));
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

function table(slack, lines, at, nodes) {
  const align = cells(lines[at + 1]).map((rule) => (/^:-+:$/.test(rule) ? "center" : /-:$/.test(rule) ? "right" : null));
  const row = (line, tag) => h("tr", {}, cells(line).map((cell, index) => h(tag, { style: align[index] ? { textAlign: align[index] } : null }, inline(slack, cell))));
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|") && lines[end].trim()) end += 1;
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  const node = h("div", { class: "table-scroll" }, h("table", { class: "table" }, h("thead", {}, row(lines[at], "th")), h("tbody", {}, body)));
  return push(nodes, node, end);
}

function paragraph(slack, lines, at, nodes) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !/^(#{1,6}\s|\s*>|\s*```)/.test(lines[end]) && !BULLET.test(lines[end])) end += 1;
  const body = lines.slice(at, end).flatMap((line, index) => [index ? h("br") : null, inline(slack, line)]);
  return push(nodes, h("p", {}, body), end);
}

function inline(slack, text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) nodes.push(...withEmoji(text.slice(from, match.index)));
    nodes.push(inlineNode(slack, match));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(...withEmoji(text.slice(from)));
  return nodes;
}

function inlineNode(slack, [, code, label, href, strong, strong2, strike, em, em2, sigil, id, url]) {
  if (code !== undefined) return h("code", { class: "code" }, code);
  if (href !== undefined) return link(href, inline(slack, label || href));
  if (strong || strong2) return h("strong", {}, inline(slack, strong || strong2));
  if (strike) return h("s", {}, inline(slack, strike));
  if (em || em2) return h("em", {}, inline(slack, em || em2));
  if (sigil) return sigil === "@" ? userMention(slack, id) : channelMention(slack, id);
  return link(url, url);
}
