// The input block: a labelled field with its hint and its error.

import { h } from "../dom.js";
import { renderElement } from "../elements/index.js";
import { createPlace } from "../surface.js";
import { plainText } from "../text/text_object.js";
import { icon } from "../icons.js";

const GROUPS = new Set(["checkboxes", "radio_buttons", "datetimepicker"]);

export function input(surface, block) {
  const error = surface.errors[block.block_id];
  const labelId = `${surface.key}-${block.block_id}-label`.replace(/[^\w-]/g, "_");
  const noteId = `${labelId}-note`;
  const place = createPlace(surface, block, block.element, { dispatches: Boolean(block.dispatch_action), labelId, optional: Boolean(block.optional), invalid: error, describedBy: error || block.hint ? noteId : null });
  const tag = GROUPS.has(block.element.type) ? "div" : "label";
  const note = h("div", { class: "input-note", id: noteId });
  const draw = () => note.replaceChildren(...noteParts(surface.errors[block.block_id], block.hint));
  const body = h("div", { class: ["input", error && "has-error"] },
    h(tag, { class: "input-label", id: labelId, for: tag === "label" ? place.id : null }, plainText(block.label), block.optional ? h("span", { class: "optional" }, " (optional)") : null),
    renderElement(place, block.element), note);
  place.onEdited = () => {
    if (!surface.errors[block.block_id]) return;
    delete surface.errors[block.block_id];
    body.classList.remove("has-error");
    body.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
    draw();
  };
  draw();
  return body;
}

function noteParts(error, hint) {
  const parts = [];
  if (error) parts.push(h("div", { class: "input-error", role: "alert" }, icon("warning", 14), error));
  if (hint) parts.push(h("div", { class: "input-hint" }, plainText(hint)));
  return parts;
}
