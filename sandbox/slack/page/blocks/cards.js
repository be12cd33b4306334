// Blocks that group: alerts, cards, carousels, containers, plans and tasks.

import { h, safeImage } from "../dom.js";
import { icon } from "../icons.js";
import { renderElement } from "../elements/index.js";
import { createPlace } from "../surface.js";
import { richText } from "../text/rich_text.js";
import { plainText, textObject, textOf } from "../text/text_object.js";
import { imageElement } from "./media.js";

const LEVEL_ICONS = { warning: "warning", error: "warning", success: "check" };

export function alert(surface, block) {
  return h("div", { class: ["alert", `alert-${block.level || "default"}`], role: "note" }, icon(LEVEL_ICONS[block.level] || "info", 18), textObject(surface.slack, block.text));
}

export function card(surface, block) {
  const hero = block.hero_image && safeImage(block.hero_image.image_url || "");
  const text = (object, className) => (object ? h("div", { class: className }, textObject(surface.slack, object)) : null);
  return h("article", { class: "card" },
    hero ? h("img", { class: "card-hero", src: hero, alt: block.hero_image.alt_text || "" }) : null,
    h("div", { class: "card-head" }, block.icon ? imageElement(block.icon) : null, h("div", {}, text(block.title, "card-title"), text(block.subtitle, "muted"))),
    text(block.body, "card-body"), text(block.subtext, "muted"),
    block.actions?.length ? h("div", { class: "actions" }, block.actions.map((element) => renderElement(createPlace(surface, block, element, { dispatches: true, label: textOf(element.placeholder) }), element))) : null);
}

export const carousel = (surface, block, renderBlocks) => h("div", { class: "carousel" }, renderBlocks(surface, block.elements || block.cards || []));

export function container(surface, block, renderBlocks) {
  const body = h("div", { class: "container-body" }, renderBlocks(surface, block.child_blocks || block.blocks || block.elements));
  const title = block.title ? [plainText(block.title), block.subtitle ? h("span", { class: "muted" }, " ", plainText(block.subtitle)) : null] : null;
  if (!title) return h("div", { class: "container" }, body);
  return block.is_collapsible ? h("details", { class: "container", open: !block.default_collapsed }, h("summary", {}, title), body) : h("div", { class: "container" }, h("div", { class: "container-title" }, title), body);
}

const STATUS = { complete: "check", in_progress: "refresh", error: "warning", pending: "clock" };

export function taskCard(surface, block) {
  const part = (value) => (value?.type === "rich_text" ? richText(surface.slack, value) : null);
  return h("div", { class: ["task", `task-${block.status}`] }, icon(STATUS[block.status] || "clock", 16), h("div", {}, h("div", {}, plainText(block.title)), part(block.details), part(block.output)));
}

export const plan = (surface, block) => h("div", { class: "plan" }, h("div", { class: "card-title" }, plainText(block.title)), (block.tasks || []).map((task) => taskCard(surface, task)));
