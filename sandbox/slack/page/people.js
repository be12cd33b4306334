// How people, bots and channels are shown: avatars, names, badges and the small profile card.

import { h, safeImage } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf } from "./format.js";
import { popover } from "./layers.js";

const COLORS = ["#b4540a", "#7c3085", "#1264a3", "#007a5a", "#c01343", "#5a5f0f", "#44546f", "#8d3a1f"];

function colorOf(user) {
  if (user?.id === "USLACKBOT") return "#611f69";
  if (/^#?[0-9a-f]{6}$/i.test(user?.color || "")) return `#${user.color.replace("#", "")}`;
  const sum = [...(user?.id || "?")].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return COLORS[sum % COLORS.length];
}

function initials(name) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, " ").trim().split(/\s+/);
  return ((words[0]?.[0] || "?") + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

export function avatar(user, size = 36, image) {
  const url = safeImage(image || user?.image_72 || "");
  const className = ["avatar", user?.is_bot && "avatar-bot"];
  if ((image || user?.image_72) && url) {
    return h("img", { class: className, src: url, alt: "", vars: { size: `${size}px` } });
  }
  const mark = user?.id === "USLACKBOT" ? icon("smile", 20) : user?.is_bot ? botMark() : initials(user?.real_name || nameOf(user));
  return h("span", { class: className, "aria-hidden": "true", vars: { size: `${size}px`, color: colorOf(user) } }, mark);
}

function botMark() {
  return icon("bolt", 20);
}

export function appBadge() {
  return h("span", { class: "badge-app" }, "APP");
}

export function standing(user) {
  if (!user) return null;
  if (user.deleted) return "Deactivated account";
  if (user.is_stranger) return "From another organisation";
  if (user.is_ultra_restricted) return "Single-channel guest";
  return user.is_restricted ? "Guest" : null;
}

export function standingBadge(user) {
  const label = user?.is_stranger ? "External" : standing(user);
  return label ? h("span", { class: "badge-standing" }, label) : null;
}

export function channelIcon(channel, size = 16) {
  if (channel.is_private) return icon("lock", size);
  return icon("hash", size);
}

export function channelTitle(store, channel) {
  if (!channel.is_im) return channel.name;
  return nameOf(store.user(channel.user)) + (channel.user === store.me ? " (you)" : "");
}

function profileRows(user) {
  const here = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", timeZone: user.tz || undefined });
  const rows = [["Email", user.email], ["Local time", user.tz ? here.format(new Date()) : null], ["Member ID", user.id]];
  return rows.filter(([, value]) => value).map(([name, value]) => h("div", { class: "profile-row" }, h("span", {}, name), h("span", {}, value)));
}

export function openProfile(slack, anchor, userId) {
  const user = slack.store.user(userId);
  if (!user) return;
  const card = h(
    "div",
    { class: "profile", role: "dialog", "aria-label": `Profile of ${nameOf(user)}` },
    avatar(user, 72),
    h("div", { class: "profile-name" }, user.real_name || nameOf(user), user.is_bot ? appBadge() : null),
    user.title ? h("div", { class: "profile-title" }, user.title) : null,
    standingBadge(user),
    profileRows(user),
  );
  popover(slack.layers, anchor, card);
}
