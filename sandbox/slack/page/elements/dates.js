// Date pickers: a field that opens a month, and the pair of date and time.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { popover } from "../layers.js";
import { textOf } from "../text/text_object.js";
import { picker } from "./picker.js";
import { timeChoice, timesSource } from "./option_sources.js";

const LONG = new Intl.DateTimeFormat("en-US", { month: "long", day: "numeric", year: "numeric" });
const MONTH = new Intl.DateTimeFormat("en-US", { month: "long", year: "numeric" });

const iso = (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;

const parse = (text) => (text ? new Date(`${text}T00:00`) : null);

export function datepicker(place, element) {
  const stored = place.value({ type: element.type, selected_date: element.initial_date || null });
  return dateField(place, element, stored.selected_date, (node, date) => place.change(node, { type: element.type, selected_date: date }));
}

function dateField(place, element, first, onPick) {
  const text = h("span", { class: "select-text" });
  const node = h("button", { class: "select date", type: "button", id: place.id, dataset: place.data, "aria-haspopup": "dialog",
    "aria-labelledby": place.labelId ? `${place.labelId} ${place.id}` : null, "aria-describedby": place.describedBy, autofocus: element.focus_on_load }, icon("calendar", 16), text, icon("chevron", 16));
  const draw = (date) => {
    node.dataset.date = date || "";
    text.textContent = date ? LONG.format(parse(date)) : textOf(element.placeholder) || "Select a date";
    text.classList.toggle("placeholder", !date);
  };
  node.addEventListener("click", () => {
    const close = popover(place.slack.layers, node, calendar(parse(node.dataset.date), async (date) => {
      const before = node.dataset.date;
      close();
      draw(date);
      if (!(await onPick(node, date))) draw(before);
    }));
  });
  draw(first);
  return h("div", { class: "select-shell", dataset: { warnAfter: "" } }, node);
}

function calendar(chosen, onPick) {
  const box = h("div", { class: "calendar", role: "dialog", "aria-label": "Choose a date" });
  const draw = (month) => box.replaceChildren(head(month, draw), weekdays(), days(month, chosen, onPick));
  box.addEventListener("keydown", (event) => stepDay(event, box));
  const start = chosen || new Date();
  draw(new Date(start.getFullYear(), start.getMonth(), 1));
  requestAnimationFrame(() => (box.querySelector("[aria-pressed=true]") || box.querySelector(".today") || box.querySelector(".day"))?.focus());
  return box;
}

const later = (month, step) => new Date(month.getFullYear(), month.getMonth() + step, 1);

function head(month, draw) {
  const turn = (step, name, label) => h("button", { class: "icon-button", type: "button", "aria-label": label, onclick: () => draw(later(month, step)) }, icon(name, 16));
  return h("div", { class: "calendar-head" }, turn(-1, "chevronLeft", "Previous month"), h("span", { "aria-live": "polite" }, MONTH.format(month)), turn(1, "chevronRight", "Next month"));
}

const weekdays = () => h("div", { class: "calendar-grid weekdays", "aria-hidden": "true" }, ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"].map((day) => h("span", {}, day)));

function days(month, chosen, onPick) {
  const count = new Date(month.getFullYear(), month.getMonth() + 1, 0).getDate();
  const blanks = Array.from({ length: month.getDay() }, () => h("span", {}));
  const cells = Array.from({ length: count }, (_, index) => {
    const date = new Date(month.getFullYear(), month.getMonth(), index + 1);
    const isChosen = chosen && iso(chosen) === iso(date);
    return h("button", { class: ["day", iso(date) === iso(new Date()) && "today"], type: "button", "aria-label": LONG.format(date), "aria-pressed": String(Boolean(isChosen)), dataset: { date: iso(date) }, onclick: () => onPick(iso(date)) }, index + 1);
  });
  return h("div", { class: "calendar-grid" }, blanks, cells);
}

function stepDay(event, box) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
  if (!step || !event.target.classList.contains("day")) return;
  event.preventDefault();
  const all = [...box.querySelectorAll(".day")];
  all[Math.max(0, Math.min(all.length - 1, all.indexOf(event.target) + step))].focus();
}

// Two fields that make one value: seconds since 1970.
export function datetimepicker(place, element) {
  const stored = place.value({ type: element.type, selected_date_time: element.initial_date_time ?? null });
  const moment = stored.selected_date_time ? new Date(stored.selected_date_time * 1000) : null;
  const parts = { date: moment ? iso(moment) : null, time: moment ? `${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}` : null };
  const join = () => (parts.date ? Math.floor(new Date(`${parts.date}T${parts.time || "09:00"}`).getTime() / 1000) : null);
  const take = (node) => place.change(node, { type: element.type, selected_date_time: join() });
  const date = dateField(place, { ...element, placeholder: "Select a date" }, parts.date, (node, value) => {
    parts.date = value;
    return take(node);
  });
  const timePlace = { ...place, id: `${place.id}-time`, data: {}, labelId: null, label: "Time", change: (node, value) => {
    parts.time = value.selected_time;
    return take(node);
  } };
  const time = picker(timePlace, { placeholder: "Select a time" }, { many: false, icon: "clock", source: timesSource(), chosen: parts.time ? [timeChoice(parts.time)] : [], encode: (choices) => ({ selected_time: choices[0]?.value || null }) });
  return h("div", { class: "date-time" }, date, time);
}
