// Text fields: plain text, e-mail, URL, number, rich text; and the file field.

import { h } from "../dom.js";
import { plainText, textOf } from "../text/text_object.js";

const common = (place, element) => ({
  id: place.id, class: "field", dataset: place.data, placeholder: textOf(element.placeholder) || null,
  "aria-label": place.labelId ? null : place.label || textOf(element.placeholder) || null,
  "aria-invalid": place.invalid ? "true" : null, "aria-describedby": place.describedBy, "aria-required": place.optional ? null : "true", autofocus: element.focus_on_load,
});

export function plainTextInput(place, element) {
  const stored = place.value({ type: element.type, value: element.initial_value ?? null });
  const node = h(element.multiline ? "textarea" : "input", { ...common(place, element), type: element.multiline ? null : "text", rows: element.multiline ? 4 : null, value: stored.value ?? "" });
  wire(place, element, node);
  if (element.multiline) growing(node);
  return element.max_length ? h("div", { class: "counted" }, node, counter(node, element.max_length)) : node;
}

// Modal text fields grow with their text, up to a limit set in the stylesheet.
function growing(node) {
  const fit = () => {
    node.style.height = "auto";
    node.style.height = `${node.scrollHeight + 2}px`;
  };
  node.addEventListener("input", fit);
  requestAnimationFrame(fit);
}

function counter(node, max) {
  const count = h("span", { class: "count", "aria-live": "polite" });
  const show = () => {
    const left = max - node.value.length;
    count.textContent = String(left);
    count.classList.toggle("over", left < 0);
    count.hidden = left > max * 0.5 && left > 100;
  };
  node.addEventListener("input", show);
  show();
  return count;
}

const triggers = (element) => element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];

function wire(place, element, node) {
  const read = () => ({ type: element.type, value: node.value === "" ? null : node.value });
  node.addEventListener("input", () => {
    place.set(read());
    if (place.dispatches && triggers(element).includes("on_character_entered")) sendSoon(place, node, read);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!place.dispatches || !triggers(element).includes("on_enter_pressed")) return;
    event.preventDefault();
    event.stopPropagation();
    place.send(node, read());
  });
}

// Typing is one action, not one a key: waits until the fingers rest.
function sendSoon(place, node, read) {
  clearTimeout(Number(node.dataset.timer));
  node.dataset.timer = String(setTimeout(() => place.send(node, read()), 400));
}

function typed(type, inputmode) {
  return (place, element) => {
    const stored = place.value({ type: element.type, value: element.initial_value ?? null });
    const node = h("input", { ...common(place, element), type, inputmode, value: stored.value ?? "" });
    wire(place, element, node);
    return node;
  };
}

export const emailInput = typed("email", "email");
export const urlInput = typed("url", "url");

export function numberInput(place, element) {
  const node = typed("text", "decimal")(place, element);
  node.classList.add("number");
  return node;
}

export function richTextInput(place, element) {
  const first = element.initial_value || null;
  const stored = place.value({ type: element.type, rich_text_value: first });
  const node = h("textarea", { ...common(place, element), rows: 4, value: flatten(stored.rich_text_value) });
  node.addEventListener("input", () => place.set({ type: element.type, rich_text_value: node.value ? wrap(node.value) : null }));
  growing(node);
  return node;
}

const wrap = (text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] });

function flatten(value) {
  const runs = (part) => (part.elements || []).map((run) => run.text ?? (run.elements ? `${runs(run)}\n` : "")).join("");
  return value ? value.elements.map(runs).join("\n") : "";
}

export function fileInput(place) {
  return h("div", { class: "unknown", dataset: place.data }, plainText("Files cannot be chosen in the local Slack. Try this field in a real workspace."));
}

// What Slack's own form checks before it asks the app; null when the field is fine.
export function fieldProblem(element, value, optional) {
  const text = value?.value;
  const empty = !value || Object.entries(value).every(([key, part]) => key === "type" || part === null || part === undefined || (Array.isArray(part) && !part.length));
  if (empty) return optional ? null : "Please complete this required field.";
  if (element.type === "plain_text_input") return lengthProblem(element, text);
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return "Please enter a valid email address.";
  if (element.type === "url_text_input" && !/^https?:\/\/[^\s]+\.[^\s]+$/i.test(text)) return "Please enter a valid URL.";
  return element.type === "number_input" ? numberProblem(element, text) : null;
}

function lengthProblem({ min_length: min, max_length: max }, text) {
  if (min && text.length < min) return `Please enter at least ${min} characters.`;
  return max && text.length > max ? `Please enter no more than ${max} characters.` : null;
}

function numberProblem(element, text) {
  const number = Number(text);
  if (text.trim() === "" || Number.isNaN(number)) return "Please enter a valid number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Please enter a number of at least ${element.min_value}.`;
  return element.max_value !== undefined && number > Number(element.max_value) ? `Please enter a number of at most ${element.max_value}.` : null;
}
