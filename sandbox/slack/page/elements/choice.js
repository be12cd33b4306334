// Checkboxes and radio buttons.

import { h } from "../dom.js";
import { textObject } from "../text/text_object.js";

const same = (one, other) => one?.value === other?.value;

export function checkboxes(place, element) {
  const stored = place.value({ type: "checkboxes", selected_options: element.initial_options || [] });
  return group(place, element, "checkbox", (option) => stored.selected_options.some((one) => same(one, option)), async (box) => {
    const chosen = element.options.filter((option, index) => box.querySelectorAll("input")[index].checked);
    return place.change(box, { type: "checkboxes", selected_options: chosen });
  });
}

export function radioButtons(place, element) {
  const stored = place.value({ type: "radio_buttons", selected_option: element.initial_option || null });
  return group(place, element, "radio", (option) => same(stored.selected_option, option), async (box) => {
    const at = [...box.querySelectorAll("input")].findIndex((input) => input.checked);
    return place.change(box, { type: "radio_buttons", selected_option: element.options[at] || null });
  });
}

function group(place, element, type, isChosen, onPick) {
  const role = type === "radio" ? "radiogroup" : "group";
  const box = h("div", { class: "choices", role, "aria-label": place.labelId ? null : place.label || "Options", "aria-labelledby": place.labelId, dataset: { ...place.data, warnAfter: "" } });
  element.options.forEach((option, index) => box.append(row(place, element, option, { type, id: `${place.id}-${index}`, checked: isChosen(option) })));
  box.addEventListener("change", async (event) => {
    if (!(await onPick(box))) event.target.checked = !event.target.checked;
  });
  return box;
}

function row(place, element, option, { type, id, checked }) {
  const input = h("input", { type, id, name: place.id, checked, value: option.value, autofocus: element.focus_on_load });
  return h("div", { class: "choice" }, input, h("label", { for: id }, textObject(place.slack, option.text), option.description ? h("div", { class: "choice-detail" }, textObject(place.slack, option.description)) : null));
}
