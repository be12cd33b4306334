// Blocks that are mostly text: section, header, context, divider, rich text and markdown.

import { h } from "../dom.js";
import { isInteractive, renderElement } from "../elements/index.js";
import { createPlace } from "../surface.js";
import { markdown } from "../text/markdown.js";
import { richText } from "../text/rich_text.js";
import { plainText, textObject, textOf } from "../text/text_object.js";
import { collapsible, isLong } from "./collapse.js";
import { imageElement } from "./media.js";

export function section(surface, block) {
  const text = block.text ? sectionText(surface, block) : null;
  const fields = block.fields?.length ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "section-field" }, textObject(surface.slack, field)))) : null;
  return h("div", { class: "section" }, h("div", { class: "section-main" }, text, fields), block.accessory ? accessory(surface, block) : null);
}

function sectionText(surface, block) {
  const node = textObject(surface.slack, block.text);
  const folds = surface.kind === "message" && !block.expand && isLong(textOf(block.text));
  return folds ? collapsible(node) : node;
}

function accessory(surface, block) {
  const element = block.accessory;
  if (element.type === "image") return h("div", { class: "accessory accessory-image" }, imageElement(element));
  if (!isInteractive(element)) return null;
  return h("div", { class: "accessory" }, renderElement(createPlace(surface, block, element, { dispatches: true, label: textOf(element.placeholder) }), element));
}

export function header(surface, block) {
  const level = Math.min(Math.max(block.level || 1, 1), 4);
  return h(surface.kind === "message" ? "h3" : "h2", { class: ["header-block", `header-${level}`] }, plainText(block.text));
}

export function context(surface, block) {
  return h("div", { class: "context" }, (block.elements || []).map((element) => (element.type === "image" ? imageElement(element) : h("span", { class: "context-text" }, textObject(surface.slack, element)))));
}

export const divider = () => h("hr", { class: "divider" });

export function richTextBlock(surface, block) {
  const node = richText(surface.slack, block);
  return surface.kind === "message" && isLong(node.textContent) ? collapsible(node) : node;
}

export function markdownBlock(surface, block) {
  const node = markdown(surface.slack, block.text);
  return surface.kind === "message" && isLong(block.text) ? collapsible(node) : node;
}
