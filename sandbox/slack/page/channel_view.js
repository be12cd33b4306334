// An open channel or direct message: header, tabs, messages and composer.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plural } from "./format.js";
import { createComposer } from "./composer.js";
import { createMessageList } from "./messages.js";
import { fileCard } from "./blocks/media.js";
import { popover } from "./layers.js";
import { mrkdwnInline } from "./text/mrkdwn.js";
import { appBadge, avatar, channelIcon, channelTitle, standingBadge } from "./people.js";

export function createChannelView(slack, route) {
  const { store } = slack;
  const channel = store.channel(route.channel) || { id: route.channel, name: route.channel };
  const head = h("div", { class: "head-slot" });
  const tabs = tabRow(slack, channel, route.tab);
  const body = route.tab === "files" ? filesBody(slack, channel) : conversation(slack, channel);
  const draw = () => head.replaceChildren(...header(slack, store.channel(channel.id) || channel));
  const unwatch = store.on("channels", (id) => id === channel.id && draw());
  draw();
  const node = h("main", { class: "view", dataset: { channel: channel.id }, "aria-label": channelTitle(store, channel) }, head, tabs, body.node);
  return { node, close: () => { unwatch(); body.close(); } };
}

function header(slack, channel) {
  const { store } = slack;
  const partner = channel.is_im ? store.user(channel.user) : null;
  const mark = partner ? avatar(partner, 24) : h("span", { class: "head-mark" }, channelIcon(channel, 18));
  return [h("header", { class: "view-head" },
    h("h1", { class: "view-title" }, mark, h("span", {}, channelTitle(store, channel)), partner?.is_bot ? appBadge() : null, partner ? standingBadge(partner) : null),
    channel.is_ext_shared ? h("span", { class: "badge-shared" }, icon("shared", 14), "Shared channel") : null,
    h("div", { class: "view-topic" }, channel.topic ? mrkdwnInline(slack, channel.topic) : partner?.title || ""),
    members(slack, channel))];
}

function members(slack, channel) {
  const people = (channel.members || []).map((id) => slack.store.user(id)).filter(Boolean);
  if (!people.length) return null;
  const node = h("button", { class: "members", type: "button", "aria-haspopup": "dialog", "aria-label": `${plural(people.length, "member")} of this channel` },
    people.slice(0, 3).map((user) => avatar(user, 20)), h("span", {}, people.length));
  const row = (user) => h("div", { class: "member-row" }, avatar(user, 28), h("span", {}, user.real_name), user.is_bot ? appBadge() : standingBadge(user));
  node.addEventListener("click", () => popover(slack.layers, node, h("div", { class: "member-list", role: "dialog", "aria-label": "Members" }, people.map(row)), { side: "end" }));
  return node;
}

function tabRow(slack, channel, tab) {
  const one = (name, label, mark) => h("a", { class: ["tab", (tab || null) === name && "current"], role: "tab", "aria-selected": String((tab || null) === name), href: slack.routes.href({ channel: channel.id, tab: name, thread: null }) }, icon(mark, 16), label);
  return h("div", { class: "tabs", role: "tablist" }, one(null, "Messages", "reply"), one("files", "Files", "file"));
}

export function conversation(slack, channel) {
  const title = channelTitle(slack.store, channel);
  const list = createMessageList(slack, channel);
  const outside = !channel.is_im && channel.is_member === false;
  const composer = outside ? visitorBar(title) : createComposer(slack, { channel: channel.id, placeholder: channel.is_im ? `Message ${title}` : `Message #${title}` });
  return { node: h("div", { class: "conversation" }, list.node, composer.node), close: () => { list.close(); composer.close(); } };
}

// Who only looks on has no box to write in.
function visitorBar(title) {
  const node = h("div", { class: "visitor" }, h("p", {}, "You are viewing ", h("strong", {}, `#${title}`)), h("p", { class: "muted" }, "You are not a member of this channel, so you can read here but not write."));
  return { node, close: () => {} };
}

function filesBody(slack, channel) {
  const box = h("div", { class: "files scroll" });
  slack.api.messages(channel.id).then((answer) => {
    const files = (answer.messages || []).flatMap((message) => message.files || []);
    box.replaceChildren(...(files.length ? files.map(fileCard) : [h("p", { class: "empty" }, "No files have been shared here.")]));
  });
  return { node: box, close: () => {} };
}
