// Buttons: plain, primary, danger, links, icons and thumbs.

import { h, safeUrl } from "../dom.js";
import { icon } from "../icons.js";
import { askConfirm } from "../confirm.js";
import { plainText, textOf } from "../text/text_object.js";

export function button(place, element) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(place.slack.store.me)) return null;
  const href = element.url ? safeUrl(element.url) : null;
  const node = h(
    href ? "a" : "button",
    { class: ["button", element.style], dataset: { ...place.data, value: element.value }, "aria-label": element.accessibility_label, ...(href ? linkProps(href) : { type: "button" }) },
    h("span", { class: "button-label" }, plainText(element.text)),
  );
  node.addEventListener("click", (event) => press(place, node, element, event));
  return node;
}

const linkProps = (href) => ({ href, target: "_blank", rel: "noopener noreferrer", role: "button" });

async function press(place, node, element, event) {
  if (!element.confirm) return void place.send(node, buttonValue(element));
  event.preventDefault();
  if (!(await askConfirm(place.slack, element.confirm))) return;
  if (node.href) window.open(node.href, "_blank", "noopener");
  place.send(node, buttonValue(element));
}

const buttonValue = (element) => (element.value === undefined ? {} : { value: element.value });

export function iconButton(place, element) {
  const node = h("button", { class: "button icon-only", type: "button", dataset: { ...place.data, hint: textOf(element.text) }, "aria-label": element.accessibility_label || textOf(element.text) }, icon(element.icon === "trash" ? "close" : "info", 16));
  node.addEventListener("click", (event) => press(place, node, element, event));
  return node;
}

export function feedbackButtons(place, element) {
  const thumb = (side, mark) => {
    const one = element[side];
    const node = h("button", { class: "button icon-only", type: "button", dataset: { ...place.data, value: one.value, hint: textOf(one.text) }, "aria-label": one.accessibility_label || textOf(one.text) }, mark);
    node.addEventListener("click", () => place.send(node, { value: one.value }));
    return node;
  };
  return h("span", { class: "feedback" }, thumb("positive_button", plainText(":+1:")), thumb("negative_button", plainText(":-1:")));
}
