// Legacy attachments: a coloured bar beside text, fields or blocks.

import { h, link, safeImage } from "./dom.js";
import { renderBlocks } from "./blocks/index.js";
import { mrkdwn } from "./text/mrkdwn.js";

const NAMED = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

const barColour = (colour) => NAMED[colour] || (/^#?[0-9a-f]{6}$/i.test(colour || "") ? `#${colour.replace("#", "")}` : "var(--line-strong)");

export function attachments(surface, list) {
  return (list || []).map((one) => h("div", { class: "attachment", vars: { bar: barColour(one.color) } }, one.pretext ? mrkdwn(surface.slack, one.pretext) : null, h("div", { class: "attachment-body" }, one.blocks?.length ? renderBlocks(surface, one.blocks) : legacy(surface.slack, one))));
}

function legacy(slack, one) {
  const image = safeImage(one.image_url || "");
  return [
    one.author_name ? h("div", { class: "muted" }, one.author_name) : null,
    one.title ? h("div", { class: "attachment-title" }, one.title_link ? link(one.title_link, one.title) : one.title) : null,
    one.text ? mrkdwn(slack, one.text) : null,
    one.fields?.length ? h("div", { class: "fields" }, one.fields.map((field) => h("div", { class: ["section-field", !field.short && "wide"] }, h("strong", {}, field.title), mrkdwn(slack, field.value)))) : null,
    image ? h("img", { class: "image-block", src: image, alt: one.fallback || "" }) : null,
    one.footer ? h("div", { class: "muted" }, one.footer) : null,
  ];
}
