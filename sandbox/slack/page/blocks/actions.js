// Rows of interactive elements.

import { h } from "../dom.js";
import { renderElement } from "../elements/index.js";
import { createPlace } from "../surface.js";
import { textOf } from "../text/text_object.js";

function row(surface, block, className) {
  const place = (element) => createPlace(surface, block, element, { dispatches: true, label: textOf(element.placeholder) });
  return h("div", { class: className }, (block.elements || []).map((element) => renderElement(place(element), element)));
}

export const actions = (surface, block) => row(surface, block, "actions");

export const contextActions = (surface, block) => row(surface, block, "actions context-actions");
