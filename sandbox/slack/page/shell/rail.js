// The narrow rail: the workspace, what the sidebar lists, shortcuts and who we are.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu } from "../menu.js";
import { avatar, openProfile } from "../people.js";

const MODES = [["home", "Home", "home"], ["dms", "DMs", "dms"], ["activity", "Activity", "bell"]];

export function createRail(slack, shell) {
  const { store } = slack;
  const tabs = MODES.map(([mode, label, mark]) => railButton(shell, mode, label, mark));
  const sync = () => tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.mode === shell.mode)));
  tabs.forEach((tab) => tab.addEventListener("click", () => {
    shell.setMode(tab.dataset.mode);
    sync();
  }));
  sync();
  const create = h("button", { class: "rail-create", type: "button", "aria-label": "Shortcuts", dataset: { hint: "Shortcuts" } }, icon("plus", 20));
  create.addEventListener("click", () => openShortcuts(slack, create));
  const me = h("button", { class: "rail-me", type: "button", "aria-label": "Your profile" }, avatar(store.user(store.me), 36), h("span", { class: "presence" }));
  me.addEventListener("click", () => openProfile(slack, me, store.me));
  return h("nav", { class: "rail", "aria-label": "Workspace" }, h("span", { class: "workspace-mark", "aria-hidden": "true" }, (store.team.name || "?")[0].toUpperCase()), tabs, h("span", { class: "grow" }), create, me);
}

function railButton(shell, mode, label, mark) {
  return h("button", { class: "rail-tab", type: "button", dataset: { mode }, "aria-pressed": "false" }, h("span", { class: "rail-icon" }, icon(mark, 20)), h("span", {}, label));
}

export function openShortcuts(slack, anchor, side = "start") {
  const { store } = slack;
  const global = store.shortcuts.filter((one) => one.type === "global");
  const items = global.map((one) => ({ label: one.name, detail: one.description, icon: avatar(store.botUser(), 28), dataset: { callbackId: one.callback_id }, run: () => runShortcut(slack, one) }));
  openMenu(slack.layers, anchor, [{ heading: "Shortcuts" }, ...(items.length ? items : [{ heading: "The app has no global shortcuts." }])], { label: "Shortcuts", side });
}

export async function runShortcut(slack, shortcut, channel, ts) {
  const answer = await slack.api.shortcut(shortcut.callback_id, channel, ts);
  if (!answer.ok) slack.toast(answer.error === "operation_timeout" ? `${shortcut.name} didn’t respond. Apps need to respond within 3 seconds.` : answer.message || `${shortcut.name} failed: ${answer.error}`, "error");
}
