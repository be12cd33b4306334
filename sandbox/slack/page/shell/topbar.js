// The bar at the top: history, search, and the sandbox's own controls.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { createActAs } from "../actas.js";
import { openSwitcher } from "./switcher.js";
import { toggleTheme } from "./theme.js";

export function createTopbar(slack) {
  const button = (label, name, run) => h("button", { class: "top-button", type: "button", "aria-label": label, dataset: { hint: label }, onclick: run }, icon(name));
  return h(
    "header", { class: "topbar" },
    h("div", { class: "top-left" }, button("Back", "back", () => history.back()), button("Forward", "forward", () => history.forward())),
    h("button", { class: "top-search", type: "button", onclick: () => openSwitcher(slack) }, icon("search", 16), h("span", {}, `Search ${slack.store.team.name}`)),
    h("div", { class: "top-right" }, createActAs(slack), h("button", { class: "top-button theme", type: "button", "aria-label": "Switch between light and dark", dataset: { hint: "Switch between light and dark" }, onclick: toggleTheme }, icon("moon"), icon("sun"))),
  );
}
