// The sidebar: workspace name, channels, direct messages and the app, with unread marks.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, channelIcon, channelTitle } from "./people.js";
import { openSwitcher } from "./shell/switcher.js";

const TITLES = { dms: "Direct messages", activity: "Unread" };

export function createSidebar(slack, shell) {
  const list = h("div", { class: "sidebar-list" });
  const title = h("span", { class: "workspace-name" });
  const folded = new Set();
  const node = h("nav", { class: "sidebar", "aria-label": "Channels and direct messages" },
    h("div", { class: "sidebar-head" }, title, h("span", { class: "grow" }), h("button", { class: "top-button", type: "button", "aria-label": "Jump to a conversation", dataset: { hint: "Jump to…" }, onclick: () => openSwitcher(slack) }, icon("compose"))), list);

  function draw() {
    title.textContent = TITLES[shell.mode] || slack.store.team.name;
    const shown = sections(slack, shell.mode).filter(({ rows }) => rows.length);
    list.replaceChildren(...(shown.length ? shown.map((section) => sectionNode(slack, section, folded, draw)) : [h("p", { class: "sidebar-empty" }, "You’re all caught up.")]));
  }
  return { node, draw, close: slack.store.on("channels", draw) };
}

const byName = (store) => (one, other) => channelTitle(store, one).localeCompare(channelTitle(store, other));

function sections(slack, mode) {
  const { store } = slack;
  const all = [...store.channels.values()].sort(byName(store));
  const wanted = mode === "activity" ? all.filter((channel) => channel.unread > 0) : all;
  const rooms = wanted.filter((channel) => !channel.is_im && (channel.is_member !== false || channel.id === slack.routes.current.channel));
  const people = wanted.filter((channel) => channel.is_im && !store.isApp(channel.id) && !store.user(channel.user)?.deleted);
  const app = store.channel(store.app.dm_channel);
  return [
    { title: "Channels", rows: mode === "dms" ? [] : rooms },
    { title: "Direct messages", rows: people },
    { title: "Apps", rows: app && (mode !== "activity" || app.unread) ? [app] : [] },
  ];
}

function sectionNode(slack, { title, rows }, folded, draw) {
  const shut = folded.has(title);
  const head = h("button", { class: ["section-head", shut && "shut"], type: "button", "aria-expanded": String(!shut), onclick: () => {
    if (!folded.delete(title)) folded.add(title);
    draw();
  } }, icon("chevron", 12), title);
  const current = slack.routes.current.channel;
  const shown = shut ? rows.filter((channel) => channel.unread || channel.id === current) : rows;
  return h("section", { class: "sidebar-section", "aria-label": title }, head, shown.map((channel) => row(slack, channel, channel.id === current)));
}

function row(slack, channel, current) {
  const { store } = slack;
  const app = store.isApp(channel.id);
  const name = app ? store.app.name : channelTitle(store, channel);
  const unread = channel.unread > 0 && !current;
  const count = channel.is_im ? channel.unread : channel.mention_count;
  return h(
    "a",
    { class: ["channel-row", current && "current", unread && "unread"], href: slack.routes.href({ channel: channel.id, tab: app && store.app.home_tab_enabled ? "home" : null, thread: null }),
      "aria-current": current ? "page" : null, "aria-label": `${name}${unread ? `, ${channel.unread} unread` : ""}`, dataset: { channel: channel.id, unread: channel.unread || null } },
    h("span", { class: "row-mark" }, channel.is_im ? avatar(store.user(channel.user || store.app.bot_user_id), 20) : channelIcon(channel)),
    h("span", { class: "row-name" }, name),
    channel.is_ext_shared ? h("span", { class: "row-shared", "aria-label": "Shared with another organisation" }, icon("shared", 14)) : null,
    unread && count > 0 ? h("span", { class: "row-badge" }, count > 99 ? "99+" : count) : null,
  );
}
