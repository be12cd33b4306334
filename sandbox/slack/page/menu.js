// A menu of commands in a popover, worked by mouse or arrow keys.

import { h } from "./dom.js";
import { popover } from "./layers.js";

function moveFocus(list, event, selector) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...list.querySelectorAll(selector)];
  const at = all.indexOf(document.activeElement);
  all.at((at + step + all.length) % all.length)?.focus();
}

// items: [{label, detail?, icon?, danger?, run, dataset?, href?, current?} | "divider" | {heading}]
export function openMenu(layers, anchor, items, { label, side = "start" } = {}) {
  const list = h("div", { class: "menu", role: "menu", "aria-label": label });
  list.addEventListener("keydown", (event) => moveFocus(list, event, "[role^=menuitem]"));
  const close = popover(layers, anchor, list, { side });
  for (const item of items.filter(Boolean)) list.append(menuRow(item, close));
  list.querySelector("[role^=menuitem]")?.focus();
  return close;
}

function menuRow(item, close) {
  if (item === "divider") return h("div", { class: "menu-divider", role: "separator" });
  if (item.heading) return h("div", { class: "menu-heading" }, item.heading);
  const row = h(
    "button",
    { class: ["menu-item", item.danger && "danger", item.current && "current"], role: item.current === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.current === undefined ? null : String(Boolean(item.current)), type: "button", dataset: item.dataset || {} },
    item.icon || null,
    h("span", { class: "menu-text" }, h("span", { class: "menu-label" }, item.label), item.detail ? h("span", { class: "menu-detail" }, item.detail) : null),
    item.after || null,
  );
  row.addEventListener("click", () => {
    close();
    item.run();
  });
  return row;
}
