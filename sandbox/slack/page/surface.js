// A place that shows blocks: a message, a modal or the Home tab; it keeps the fields and sends the actions.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { askConfirm } from "./confirm.js";

const TIMED_OUT = "Operation timed out. Apps need to respond within 3 seconds.";

// kind: "message" | "modal" | "home"; container: what the contract's `action` call names.
export function createSurface(slack, { kind, key, container, channel }) {
  const shown = new Set();
  const surface = {
    slack, kind, key, container, channel, errors: {},
    field(block, action, initial) {
      shown.add(`${block} ${action}`);
      const known = slack.forms.get(key, block, action);
      if (known !== undefined) return known;
      slack.forms.set(key, block, action, initial);
      return initial;
    },
    store: (block, action, value) => slack.forms.set(key, block, action, value),
    startRender: () => shown.clear(),
    endRender: () => slack.forms.retain(key, shown),
    act: (node, place, element, value) => act(surface, node, place, element, value),
  };
  return surface;
}

async function act(surface, node, place, element, value) {
  if (node.classList.contains("busy")) return;
  clearWarning(node);
  node.classList.add("busy");
  node.setAttribute("aria-busy", "true");
  const state = surface.slack.forms.values(surface.key);
  const answer = await surface.slack.api.action({ container: surface.container, block_id: place.blockId, action_id: element.action_id, value, state });
  node.classList.remove("busy");
  node.removeAttribute("aria-busy");
  if (!answer.ok) warn(node, answer);
}

function reason(answer) {
  return answer.error === "operation_timeout" ? TIMED_OUT : answer.message || `The app answered with an error: ${answer.error}`;
}

function warn(node, answer) {
  const text = reason(answer);
  const sign = h("span", { class: "ack-warning", role: "alert", tabindex: "0", "aria-label": text, dataset: { hint: text, error: answer.error } }, icon("warning", 16));
  const anchor = node.closest("[data-warn-after]") || node;
  anchor.after(sign);
}

function clearWarning(node) {
  const anchor = node.closest("[data-warn-after]") || node;
  if (anchor.nextElementSibling?.classList.contains("ack-warning")) anchor.nextElementSibling.remove();
}

// Where an element stands: its block, whether a change is an action, and how it is labelled.
export function createPlace(surface, block, element, { dispatches, label, labelId, optional = true, invalid = null, describedBy = null }) {
  const place = {
    surface, slack: surface.slack, blockId: block.block_id || "", label, labelId, optional, invalid, describedBy, dispatches,
    id: `${surface.key}-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_"),
    data: { actionId: element.action_id, blockId: block.block_id },
    value: (initial) => surface.field(place.blockId, element.action_id, initial),
    current: () => surface.slack.forms.get(surface.key, place.blockId, element.action_id),
    set(value) {
      surface.store(place.blockId, element.action_id, value);
      place.onEdited?.();
    },
    // Stores the new value and, where changes are actions, asks for confirmation and tells the app.
    async change(node, value) {
      if (dispatches && element.confirm && !(await askConfirm(surface.slack, element.confirm))) return false;
      place.set(value);
      if (dispatches) place.send(node, value);
      return true;
    },
    // An action that leaves no value behind, such as a choice in an overflow menu.
    async fire(node, value) {
      if (!element.confirm || (await askConfirm(surface.slack, element.confirm))) place.send(node, value);
    },
    send(node, { type, ...value }) {
      return surface.act(node, place, element, value);
    },
  };
  return place;
}
