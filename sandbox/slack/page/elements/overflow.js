// The overflow menu: a button with three dots.

import { h, safeUrl } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu } from "../menu.js";
import { plainText } from "../text/text_object.js";

export function overflow(place, element) {
  const node = h("button", { class: "button icon-only", type: "button", "aria-haspopup": "menu", "aria-label": "More options", dataset: place.data }, icon("moreWide", 18));
  node.addEventListener("click", () => openMenu(place.slack.layers, node, element.options.map((option) => row(place, node, option)), { label: "More options", side: "end" }));
  return node;
}

function row(place, node, option) {
  return {
    label: plainText(option.text),
    detail: option.description ? plainText(option.description) : null,
    dataset: { value: option.value },
    run() {
      if (option.url && safeUrl(option.url)) window.open(safeUrl(option.url), "_blank", "noopener");
      place.fire(node, { selected_option: option });
    },
  };
}
