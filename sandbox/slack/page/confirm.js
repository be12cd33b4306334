// The confirmation dialog that an element may ask for before it acts.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { dialog } from "./layers.js";
import { plainText, textObject, textOf } from "./text/text_object.js";

// Resolves to true when the person confirms, false when they cancel or close the dialog.
export function askConfirm(slack, confirm) {
  return new Promise((resolve) => {
    let answer = false;
    dialog(slack.layers, {
      label: textOf(confirm.title),
      className: "confirm",
      onClose: () => resolve(answer),
      build: (close) => confirmParts(slack, confirm, close, () => {
        answer = true;
        close();
      }),
    });
  });
}

function confirmParts(slack, confirm, close, accept) {
  const style = confirm.style === "danger" ? "danger" : "primary";
  return [
    h("header", { class: "dialog-head" }, h("h1", {}, plainText(confirm.title)), h("button", { class: "icon-button", type: "button", "aria-label": "Close", onclick: () => close() }, icon("close"))),
    h("div", { class: "dialog-body" }, textObject(slack, confirm.text)),
    h("footer", { class: "dialog-foot" },
      h("button", { class: "button", type: "button", onclick: () => close() }, plainText(confirm.deny || "Cancel")),
      h("button", { class: ["button", style], type: "button", autofocus: true, onclick: accept }, plainText(confirm.confirm || "Yes"))),
  ];
}
