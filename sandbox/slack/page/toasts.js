// Short notices at the foot of the page.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const STAY = { error: 9000, warning: 7000, info: 5000 };

export function createToasts(root) {
  const box = h("div", { class: "toasts", role: "status", "aria-live": "polite", "aria-label": "Notices" });
  root.append(box);
  return (text, level = "info") => {
    [...box.children].find((one) => one.dataset.text === text)?.remove();
    const toast = h(
      "div",
      { class: ["toast", `toast-${level}`], dataset: { level, text } },
      icon(level === "info" ? "info" : "warning"),
      h("span", { class: "toast-text" }, text),
      h("button", { class: "toast-close", type: "button", "aria-label": "Dismiss notice", onclick: () => toast.remove() }, icon("close", 14)),
    );
    box.append(toast);
    setTimeout(() => toast.remove(), STAY[level] || STAY.info);
  };
}
