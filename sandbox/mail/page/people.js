// The left column: who has a mailbox, who was answered, what could not be delivered.

import { avatar, fill, h, icon } from "./dom.js";
import { count, shortTime } from "./format.js";

const FILTERS = [["all", "All"], ["answered", "Answered"], ["waiting", "Waiting"]];

export function showFilter(place, state, choose) {
  fill(place, FILTERS.map(([id, label]) => h("button", { "aria-pressed": String(state.filter === id), onclick: () => choose(id) },
    label, h("span", { class: "tally" }, String(state.customers.filter(fits(id, "")).length)))));
}

export function showPeople(place, state, choose) {
  const found = state.customers.filter(fits(state.filter, state.search));
  if (!found.length) return fill(place, h("li", { class: "nothing" }, state.customers.length ? "Nobody here." : "No mail yet. The first letter is on its way."));
  return fill(place, found.map((one) => h("li", {}, row(one, state, choose))));
}

export function showFailures(place, state, open) {
  const many = state.failures.length;
  fill(place, many > 0 && h("button", { class: "failures", "aria-pressed": String(state.view === "failures"), onclick: open },
    icon("alert"), `${count(many, "mail", "mails")} could not be delivered`));
}

function fits(filter, search) {
  const words = search.trim().toLowerCase();
  return (one) => (filter === "all" || (filter === "answered") === one.received > 0)
    && (!words || `${one.name} ${one.address} ${one.subject}`.toLowerCase().includes(words));
}

function row(one, state, choose) {
  const chosen = state.view === "mail" && one.address === state.address;
  const names = ["person", one.unread > 0 && "unread", state.flash.has(one.address) && "flash"].filter(Boolean).join(" ");
  return h("button", { class: names, "aria-current": chosen ? "true" : undefined, onclick: () => choose(one.address) },
    avatar(one.name, one.address),
    h("span", { class: "person-text" },
      h("span", { class: "line" }, h("bdi", { class: "name" }, one.name), h("time", { datetime: one.at }, shortTime(one.at))),
      h("span", { class: "line" }, h("bdi", { class: "sub" }, one.address),
        one.unread > 0 ? h("span", { class: "badge", "aria-label": `${one.unread} unread` }, String(one.unread)) : one.received > 0 && h("span", { class: "answered", title: "Answered" }, icon("reply")))));
}
