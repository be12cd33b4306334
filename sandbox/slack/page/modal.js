// The modal stack: draws the top view over the dimmed page, keeps what was typed, submits and closes.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { focusables, trapFocus } from "./layers.js";
import { avatar } from "./people.js";
import { renderBlocks } from "./blocks/index.js";
import { fieldProblem } from "./elements/inputs.js";
import { createSurface } from "./surface.js";
import { plainText, textOf } from "./text/text_object.js";

const NO_ANSWER = "We had some trouble connecting. Try again?";

export function createModals(slack) {
  const { store } = slack;
  const state = { shade: null, surface: null, view: null, stamp: "", unpush: null, before: null };

  function draw() {
    const view = store.views.at(-1);
    forgetClosed(slack, state);
    if (!view) return hide();
    const stamp = JSON.stringify(view) + store.views.length;
    if (stamp === state.stamp) return;
    if (!state.shade) show();
    const same = state.view?.id === view.id;
    Object.assign(state, { view, stamp });
    if (!same) state.surface = createSurface(slack, { kind: "modal", key: `view:${view.id}`, container: { type: "view", view_id: view.id } });
    paint(slack, state, { same });
  }
  function show() {
    state.before = document.activeElement;
    state.shade = h("div", { class: "shade modal-shade" });
    state.unpush = slack.layers.push(() => closeTop(slack, state));
    slack.layers.root.append(state.shade);
    slack.layers.veil();
  }
  function hide() {
    state.shade?.remove();
    slack.layers.veil();
    state.unpush?.();
    if (state.shade && state.before?.isConnected) state.before.focus({ preventScroll: true });
    Object.assign(state, { shade: null, view: null, surface: null, stamp: "", unpush: null });
  }
  store.on("views", draw);
  return { draw };
}

function forgetClosed(slack, state) {
  const open = new Set(slack.store.views.map((view) => view.id));
  for (const id of state.known || []) if (!open.has(id)) slack.forms.drop(`view:${id}`);
  state.known = open;
}

function paint(slack, state, { same }) {
  const { view, surface } = state;
  const focused = same ? placeOfFocus(state.shade) : null;
  const top = same ? state.shade.querySelector(".modal-body")?.scrollTop : 0;
  surface.startRender();
  const body = h("div", { class: "modal-body", tabindex: "-1" }, h("div", { class: "banner-slot" }), renderBlocks(surface, view.blocks));
  surface.endRender();
  const panel = h("div", { class: ["dialog", "modal", same && "still"], role: "dialog", "aria-modal": "true", "aria-label": textOf(view.title), dataset: { viewId: view.id, callbackId: view.callback_id } }, head(slack, state), body, foot(slack, state));
  trapFocus(panel);
  panel.addEventListener("keydown", (event) => submitKey(slack, state, event));
  state.shade.replaceChildren(panel);
  body.scrollTop = top || 0;
  giveFocus(panel, focused);
}

function placeOfFocus(shade) {
  const node = document.activeElement;
  if (!shade.contains(node) || !node.dataset.actionId) return null;
  return { block: node.dataset.blockId, action: node.dataset.actionId, from: node.selectionStart, to: node.selectionEnd };
}

function giveFocus(panel, place) {
  const find = (one) => [...panel.querySelectorAll("[data-action-id]")].find((node) => node.dataset.actionId === one.action && node.dataset.blockId === one.block);
  const node = (place && find(place)) || panel.querySelector("[autofocus]") || panel.querySelector(".modal-body .field, .modal-body .select, .modal-body input") || focusables(panel)[0];
  node?.focus({ preventScroll: Boolean(place) });
  if (place?.from !== undefined && place.from !== null && node?.setSelectionRange) node.setSelectionRange(place.from, place.to);
}

function head(slack, state) {
  const { view } = state;
  const stacked = slack.store.views.length > 1;
  return h("header", { class: "dialog-head" },
    stacked ? h("button", { class: "icon-button", type: "button", "aria-label": "Back", onclick: () => closeTop(slack, state) }, icon("back")) : avatar(slack.store.botUser(), 28),
    h("h1", {}, plainText(view.title)), h("button", { class: "icon-button", type: "button", "aria-label": "Close", onclick: () => closeTop(slack, state) }, icon("close")));
}

function foot(slack, state) {
  const { view } = state;
  const hasInput = view.blocks.some((block) => block.type === "input");
  const label = view.submit ? plainText(view.submit) : hasInput ? "Submit" : null;
  return h("footer", { class: "dialog-foot" },
    h("button", { class: "button", type: "button", dataset: { role: "close" }, onclick: () => closeTop(slack, state) }, plainText(view.close || (label ? "Cancel" : "Close"))),
    label ? h("button", { class: "button primary", type: "button", dataset: { role: "submit" }, onclick: (event) => submit(slack, state, event.currentTarget) }, h("span", { class: "button-label" }, label)) : null);
}

async function closeTop(slack, state) {
  const { id, clear_on_close: clear } = state.view;
  slack.store.views = clear ? [] : slack.store.views.filter((view) => view.id !== id);
  slack.store.emit("views");
  await slack.api.close(id, clear || undefined);
}

function submitKey(slack, state, event) {
  const single = event.target.matches("input.field");
  const chord = (event.ctrlKey || event.metaKey) && event.key === "Enter";
  if (!chord && !(single && event.key === "Enter" && !event.isComposing)) return;
  const button = state.shade.querySelector("[data-role=submit]");
  if (!button) return;
  event.preventDefault();
  submit(slack, state, button);
}

function problems(state, values) {
  const found = {};
  for (const block of state.view.blocks.filter((one) => one.type === "input")) {
    const problem = fieldProblem(block.element, values[block.block_id]?.[block.element.action_id], block.optional);
    if (problem) found[block.block_id] = problem;
  }
  return found;
}

async function submit(slack, state, button) {
  if (button.classList.contains("busy")) return;
  const { view, surface } = state;
  const values = slack.forms.values(surface.key);
  const found = problems(state, values);
  if (Object.keys(found).length) return showErrors(slack, state, found);
  banner(state, null);
  button.classList.add("busy");
  const answer = await slack.api.submit(view.id, values);
  if (state.view?.id !== view.id) return;
  button.classList.remove("busy");
  if (answer.response_action === "errors" || answer.errors) showErrors(slack, state, answer.errors || {});
  else if (!answer.ok) banner(state, answer.error === "operation_timeout" ? NO_ANSWER : answer.message || NO_ANSWER);
  else refresh(slack);
}

async function refresh(slack) {
  const answer = await slack.api.views();
  if (!answer.views) return;
  slack.store.views = answer.views;
  slack.store.emit("views");
}

function showErrors(slack, state, errors) {
  state.surface.errors = { ...errors };
  paint(slack, state, { same: true });
  const first = state.shade.querySelector(".has-error");
  first?.scrollIntoView({ block: "center" });
  first?.querySelector(".field, .select, input")?.focus({ preventScroll: true });
}

function banner(state, text) {
  const slot = state.shade.querySelector(".banner-slot");
  slot.replaceChildren(...(text ? [h("div", { class: "modal-banner", role: "alert" }, icon("warning", 18), text)] : []));
  if (text) slot.scrollIntoView({ block: "nearest" });
}
