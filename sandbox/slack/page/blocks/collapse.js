// Long texts fold, with "Show more" beneath, as in Slack.

import { h } from "../dom.js";

const CHARACTERS = 800;
const LINES = 14;

export const isLong = (text) => text.length > CHARACTERS || text.split("\n").length > LINES;

// Wraps `node` so that it shows its first lines until the reader asks for the rest.
export function collapsible(node) {
  const toggle = h("button", { class: "show-more", type: "button", "aria-expanded": "false" }, "Show more");
  const shell = h("div", { class: "collapsible folded" }, h("div", { class: "collapsible-body" }, node), toggle);
  toggle.addEventListener("click", () => {
    const folded = shell.classList.toggle("folded");
    toggle.textContent = folded ? "Show more" : "Show less";
    toggle.setAttribute("aria-expanded", String(!folded));
  });
  return shell;
}
