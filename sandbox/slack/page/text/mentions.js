// Mentions of people, channels and groups, highlighted as Slack does.

import { h } from "../dom.js";
import { nameOf } from "../format.js";
import { icon } from "../icons.js";
import { openProfile } from "../people.js";

export function userMention(slack, id, label) {
  const user = slack.store.user(id);
  const name = user ? nameOf(user) : label || id;
  const mine = id === slack.store.me;
  return h("button", { class: ["mention", mine && "mention-me"], type: "button", dataset: { user: id }, onclick: (event) => openProfile(slack, event.currentTarget, id) }, `@${name}`);
}

export function channelMention(slack, id, label) {
  const channel = slack.store.channel(id);
  const name = channel?.name || label || id;
  const mark = channel?.is_private ? icon("lock", 13) : "#";
  return h("a", { class: "mention", href: slack.routes.href({ channel: id, thread: null, tab: null }) }, mark, name);
}

export function broadcastMention(range) {
  return h("span", { class: "mention mention-me" }, `@${range}`);
}

export function groupMention(label) {
  return h("span", { class: "mention" }, label.startsWith("@") ? label : `@${label}`);
}
