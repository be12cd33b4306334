// What lies over the page: menus, dialogs and hints, closed from the top by Esc.

import { h } from "./dom.js";

const FOCUSABLE = 'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), [tabindex]:not([tabindex="-1"])';

export function createLayers(root) {
  const stack = [];
  const layers = {
    root,
    push(closer) {
      stack.push(closer);
      return () => {
        const at = stack.indexOf(closer);
        if (at >= 0) stack.splice(at, 1);
      };
    },
    escape() {
      const closer = stack.at(-1);
      if (closer) closer();
      return Boolean(closer);
    },
    // Under a dialog the page neither takes focus nor is read out; call after a dialog appears or goes.
    veil() {
      const shades = [...root.querySelectorAll(".shade")];
      document.getElementById("app").inert = shades.length > 0;
      shades.forEach((shade, index) => (shade.inert = index < shades.length - 1));
    },
    get open() { return stack.length > 0; },
  };
  return layers;
}

export function focusables(node) {
  return [...node.querySelectorAll(FOCUSABLE)].filter((one) => one.offsetParent !== null);
}

// Keeps Tab inside `node`; attach to keydown.
export function trapFocus(node) {
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = focusables(node);
    if (!all.length) return;
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement !== edge && node.contains(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0]).focus();
  });
}

function place(panel, anchor, side) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const below = box.bottom + 4 + height <= innerHeight - 8;
  const top = side === "above" || !below ? Math.max(8, box.top - height - 4) : box.bottom + 4;
  const left = side === "end" || box.left + width > innerWidth - 8 ? box.right - width : box.left;
  panel.style.top = `${Math.min(top, Math.max(8, innerHeight - height - 8))}px`;
  panel.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
}

// Opens `content` beside `anchor`; returns a close function. Clicking elsewhere or Esc closes it and gives focus back.
export function popover(layers, anchor, content, { side = "start", onClose, refocus = true } = {}) {
  const panel = h("div", { class: "popover" }, content);
  layers.root.append(panel);
  const move = () => (anchor.isConnected ? place(panel, anchor, side) : close());
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  const unpush = layers.push(() => close());
  function close(giveBack = refocus) {
    if (!panel.isConnected) return;
    panel.remove();
    unpush();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", move);
    onClose?.();
    if (giveBack && anchor.isConnected) anchor.focus({ preventScroll: true });
  }
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", move);
  place(panel, anchor, side);
  new ResizeObserver(() => panel.isConnected && move()).observe(panel);
  return close;
}

// A centred dialog over a dimmed page. `build(close)` returns the panel's children.
export function dialog(layers, { label, className, build, onClose }) {
  const before = document.activeElement;
  const panel = h("div", { class: ["dialog", className], role: "dialog", "aria-modal": "true", "aria-label": label });
  const shade = h("div", { class: "shade" }, panel);
  const unpush = layers.push(() => close());
  function close() {
    if (!shade.isConnected) return;
    shade.remove();
    layers.veil();
    unpush();
    onClose?.();
    if (before?.isConnected) before.focus({ preventScroll: true });
  }
  panel.append(...build(close));
  shade.addEventListener("pointerdown", (event) => event.target === shade && close());
  trapFocus(panel);
  layers.root.append(shade);
  layers.veil();
  (panel.querySelector("[autofocus]") || focusables(panel)[0] || panel).focus();
  return close;
}

// Slack's dark hint bubble for every element that carries data-hint.
export function installHints(root) {
  const bubble = h("div", { class: "hint-bubble", role: "tooltip", hidden: true });
  root.append(bubble);
  const hide = () => (bubble.hidden = true);
  const show = (event) => {
    const owner = event.target.closest?.("[data-hint]");
    if (!owner) return hide();
    bubble.textContent = owner.dataset.hint;
    bubble.hidden = false;
    const box = owner.getBoundingClientRect();
    const left = box.left + box.width / 2 - bubble.offsetWidth / 2;
    bubble.style.left = `${Math.max(8, Math.min(left, innerWidth - bubble.offsetWidth - 8))}px`;
    const above = box.top - bubble.offsetHeight - 6;
    bubble.style.top = `${above > 4 ? above : box.bottom + 6}px`;
  };
  document.addEventListener("pointerover", show);
  document.addEventListener("focusin", (event) => event.target.matches?.(":focus-visible") && show(event));
  document.addEventListener("pointerdown", hide);
}
