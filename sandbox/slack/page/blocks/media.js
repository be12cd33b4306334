// Images, files and videos.

import { h, link, safeImage } from "../dom.js";
import { fileSize } from "../format.js";
import { icon } from "../icons.js";
import { dialog } from "../layers.js";
import { plainText, textOf } from "../text/text_object.js";

const sourceOf = (image) => safeImage(image.image_url || image.slack_file?.url || image.slack_file?.url_private || "");

export function imageElement(element) {
  const src = sourceOf(element);
  return src ? fallback(h("img", { class: "image-element", src, alt: element.alt_text || "" }), element.alt_text) : h("span", { class: "image-missing" }, element.alt_text);
}

// A picture that cannot be had shows its description.
function fallback(node, text) {
  node.addEventListener("error", () => node.replaceWith(h("span", { class: "image-missing" }, icon("file", 14), text || "Image")), { once: true });
  return node;
}

export function image(surface, block) {
  const title = block.title ? h("div", { class: "image-title" }, plainText(block.title)) : null;
  const src = sourceOf(block);
  if (!src) return h("div", {}, title, h("span", { class: "image-missing" }, icon("file", 14), block.alt_text));
  const open = () => dialog(surface.slack.layers, { label: block.alt_text || "Image", className: "lightbox", build: (close) => lightbox(src, block, close) });
  return h("div", {}, title, h("button", { class: "image-button", type: "button", "aria-label": `Open image: ${block.alt_text || textOf(block.title)}`, onclick: open }, fallback(h("img", { class: "image-block", src, alt: block.alt_text || "" }), block.alt_text)));
}

function lightbox(src, block, close) {
  return [h("button", { class: "icon-button lightbox-close", type: "button", "aria-label": "Close", onclick: () => close() }, icon("close")), h("img", { src, alt: block.alt_text || "" })];
}

function thumbnail(src, block) {
  const node = h("img", { src, alt: block.alt_text || "" });
  node.addEventListener("error", () => node.remove(), { once: true });
  return node;
}

export function video(surface, block) {
  const thumb = safeImage(block.thumbnail_url || "");
  return h(
    "div", { class: "video" },
    h("div", { class: "video-title" }, link(block.title_url || block.video_url, plainText(block.title))),
    block.author_name || block.provider_name ? h("div", { class: "muted" }, [block.provider_name, block.author_name].filter(Boolean).join(" · ")) : null,
    block.description ? h("div", {}, plainText(block.description)) : null,
    link(block.video_url, h("span", { class: "video-thumb" }, thumb ? thumbnail(thumb, block) : null, h("span", { class: "video-play" }, icon("play", 22)))),
  );
}

export function file(surface, block) {
  return fileCard({ name: block.external_id || block.file_id || "File", filetype: block.source === "remote" ? "Remote file" : "File", ...(block.file || {}) });
}

const typeName = (one) => [one.pretty_type || (one.filetype || "file").toUpperCase(), fileSize(one.size)].filter(Boolean).join(" · ");

export function fileCard(one) {
  const url = one.url_private || one.permalink;
  const picture = /^image\//.test(one.mimetype || "") && safeImage(url || "");
  if (picture) return h("figure", { class: "file-image" }, h("figcaption", { class: "image-title" }, one.title || one.name), fallback(h("img", { class: "image-block", src: picture, alt: one.alt_txt || one.title || one.name }), one.name));
  const body = [h("span", { class: "file-icon" }, icon("file", 22)), h("span", { class: "file-text" }, h("span", { class: "file-name" }, one.title || one.name), h("span", { class: "muted" }, typeName(one)))];
  return url ? link(url, body, "file-card") : h("div", { class: "file-card" }, body);
}
