// The control behind every select: a field that opens a filtered list of choices.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { popover } from "../layers.js";
import { plainText, textObject, textOf } from "../text/text_object.js";

// spec: {many, source, chosen, encode(choices) -> value, icon?}
export function picker(place, element, spec) {
  const state = { chosen: spec.chosen, many: spec.many, source: spec.source, limit: element.max_selected_items || Infinity };
  const hintText = textOf(element.placeholder) || (spec.many ? "Select options" : "Select an option");
  const label = h("span", { class: "select-text" });
  const control = h(
    "button",
    { class: "select", type: "button", id: place.id, role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", dataset: place.data,
      "aria-labelledby": place.labelId ? `${place.labelId} ${place.id}` : null, "aria-invalid": place.invalid ? "true" : null, "aria-describedby": place.describedBy, autofocus: element.focus_on_load },
    spec.icon ? icon(spec.icon, 16) : null, label, icon("chevron", 16),
  );
  const tokens = spec.many ? h("span", { class: "tokens" }) : null;
  const clear = !spec.many && place.optional && !place.dispatches ? h("button", { class: "select-clear", type: "button", "aria-label": "Clear selection", onclick: () => choose([]) }, icon("close", 12)) : null;
  const shell = h("div", { class: ["select-shell", spec.many && "many"], dataset: { warnAfter: "" } }, tokens, control, clear);

  async function choose(choices) {
    const before = state.chosen;
    state.chosen = choices;
    draw();
    if (!(await place.change(control, spec.encode(choices)))) {
      state.chosen = before;
      draw();
    }
  }
  function draw() {
    const [first] = state.chosen;
    label.replaceChildren(...(spec.many || !first ? [hintText] : choiceLabel(first)));
    label.classList.toggle("placeholder", spec.many || !first);
    if (!place.labelId) control.setAttribute("aria-label", first && !spec.many ? `${place.label || hintText}: ${first.text}` : place.label || hintText);
    if (clear) clear.hidden = !first;
    tokens?.replaceChildren(...state.chosen.map((choice) => token(choice, () => choose(state.chosen.filter((one) => one !== choice)))));
  }
  control.addEventListener("click", () => control.getAttribute("aria-expanded") === "false" && openList(place, control, state, choose));
  draw();
  return shell;
}

const choiceLabel = (choice) => [choice.mark?.cloneNode(true), choice.textObject ? plainText(choice.textObject) : choice.text].flat().filter(Boolean);

function token(choice, remove) {
  return h("span", { class: "token" }, choiceLabel(choice), h("button", { type: "button", "aria-label": `Remove ${choice.text}`, onclick: remove }, icon("close", 12)));
}

function openList(place, control, state, choose) {
  const search = h("input", { class: "list-search", type: "text", role: "searchbox", placeholder: "Search", "aria-label": "Search options", autocomplete: "off", hidden: !state.source.searchable });
  const list = h("div", { class: "listbox", role: "listbox", "aria-multiselectable": state.many ? "true" : null, tabindex: "-1" });
  const panel = h("div", { class: "picker-panel", vars: { width: `${control.closest(".select-shell").offsetWidth}px` } }, search, list);
  control.setAttribute("aria-expanded", "true");
  const close = popover(place.slack.layers, control, panel, { onClose: () => control.setAttribute("aria-expanded", "false") });
  const pick = (choice) => {
    if (!state.many) close();
    choose(nextChoices(state, choice));
    if (state.many) refresh();
  };
  async function refresh() {
    const query = search.value;
    const groups = await state.source.find(query);
    if (query === search.value) list.replaceChildren(...listRows(place, groups, state, pick));
    if (!list.querySelector(".active")) setActive(list, list.querySelector("[aria-selected=true]") || list.querySelector("[role=option]"));
  }
  search.addEventListener("input", refresh);
  panel.addEventListener("keydown", (event) => listKeys(event, list));
  refresh();
  (state.source.searchable ? search : list).focus();
}

function nextChoices(state, choice) {
  if (!state.many) return [choice];
  const without = state.chosen.filter((one) => one.value !== choice.value);
  if (without.length < state.chosen.length) return without;
  return state.chosen.length < state.limit ? [...state.chosen, choice] : state.chosen;
}

function listRows(place, groups, state, pick) {
  if (groups.hint) return [h("div", { class: "list-empty" }, groups.hint)];
  if (!groups.some((group) => group.choices.length)) return [h("div", { class: "list-empty" }, "No results")];
  return groups.flatMap((group) => [
    group.label ? h("div", { class: "list-group", role: "presentation" }, group.label) : null,
    ...group.choices.map((choice) => listRow(place, choice, state.chosen.some((one) => one.value === choice.value), pick)),
  ]).filter(Boolean);
}

function listRow(place, choice, chosen, pick) {
  const detail = choice.description ? textObject(place.slack, choice.description) : choice.detail;
  return h(
    "div",
    { class: "option", role: "option", "aria-selected": String(chosen), dataset: { value: choice.value }, onclick: () => pick(choice) },
    choice.mark?.cloneNode(true) || null,
    h("span", { class: "option-text" }, choice.textObject ? plainText(choice.textObject) : choice.text, detail ? h("span", { class: "option-detail" }, detail) : null),
    choice.after?.cloneNode(true) || null,
    chosen ? icon("check", 16) : null,
  );
}

function setActive(list, row) {
  list.querySelector(".active")?.classList.remove("active");
  row?.classList.add("active");
  row?.scrollIntoView({ block: "nearest" });
}

function listKeys(event, list) {
  const rows = [...list.querySelectorAll("[role=option]")];
  const at = rows.findIndex((row) => row.classList.contains("active"));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && rows.length) setActive(list, rows.at((at + step + rows.length) % rows.length));
  else if (event.key === "Enter" && at >= 0) rows[at].click();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
