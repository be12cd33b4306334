// The list of a channel's messages: days, unread mark, grouping, and following the newest.

import { h, reconcile } from "./dom.js";
import { dayKey, dayLabel } from "./format.js";
import { avatar, channelIcon, channelTitle } from "./people.js";
import { createMessageNodes } from "./message.js";
import { merged } from "./store.js";
import { mrkdwnInline } from "./text/mrkdwn.js";

const GROUP_SECONDS = 300;
const NEAR_END = 120;

export function createMessageList(slack, channel) {
  const { store } = slack;
  const nodes = createMessageNodes(slack, channel.id, { inThread: false });
  const scroller = h("div", { class: "scroll messages", role: "log", "aria-label": `Messages in ${channelTitle(store, channel)}`, tabindex: "-1" });
  const list = h("div", { class: "message-list" });
  const unread = store.channel(channel.id)?.unread || 0;
  const state = { newFrom: null, settled: false };
  scroller.append(h("div", { class: "grow" }), list);

  function draw() {
    const messages = store.messages.get(channel.id) || [];
    const follow = !state.settled || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
    const newest = messages.at(-1);
    const grew = newest?.ts !== state.last;
    reconcile(list, [welcome, ...rows(messages, state, nodes)]);
    nodes.forget(messages);
    state.last = newest?.ts;
    if (follow || (grew && (newest?.user === store.me || newest?.is_ephemeral))) toEnd();
    markRead(messages);
  }
  const toEnd = () => requestAnimationFrame(() => (scroller.scrollTop = scroller.scrollHeight));
  function markRead(messages) {
    const last = messages.filter((message) => !message.is_ephemeral).at(-1);
    if (!last || document.hidden || last.ts === state.read) return;
    state.read = last.ts;
    slack.api.read(channel.id, last.ts);
  }
  async function load() {
    const arrived = [];
    store.messages.set(channel.id, arrived);
    const answer = await slack.api.messages(channel.id);
    if (!answer.messages) return void slack.toast(answer.message || `The messages could not be had: ${answer.error}`, "error");
    store.messages.set(channel.id, merged(answer.messages, arrived));
    state.newFrom = firstUnread(answer.messages, unread, store.me);
    draw();
    state.settled = true;
    showNew();
  }
  const showNew = () => requestAnimationFrame(() => list.querySelector(".new-line")?.scrollIntoView({ block: "center" }));
  const welcome = intro(slack, channel);
  const unwatch = store.on("messages", (id) => id === channel.id && state.settled && draw());
  const seen = () => !document.hidden && state.settled && markRead(store.messages.get(channel.id) || []);
  document.addEventListener("visibilitychange", seen);
  const grow = new ResizeObserver(() => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END && toEnd());
  grow.observe(scroller);
  load();
  return { node: scroller, close: () => { unwatch(); grow.disconnect(); document.removeEventListener("visibilitychange", seen); } };
}

function firstUnread(messages, unread, me) {
  if (!unread) return null;
  const counted = messages.filter((message) => !message.is_ephemeral && message.user !== me);
  return counted.at(-Math.min(unread, counted.length))?.ts || null;
}

function intro(slack, channel) {
  const { store } = slack;
  const title = channelTitle(store, channel);
  if (channel.is_im) return h("div", { class: "intro" }, avatar(store.user(channel.user || store.app.bot_user_id), 72), h("h2", {}, title), h("p", {}, "This is the very beginning of your direct message history with ", h("strong", {}, title), "."));
  return h("div", { class: "intro" }, h("h2", {}, channelIcon(channel, 26), title), h("p", {}, "This is the very beginning of the ", h("strong", {}, `#${title}`), " channel. ", channel.topic ? mrkdwnInline(slack, channel.topic) : null));
}

// Day dividers, the "New" line and the messages, in the order of the page.
function rows(messages, state, nodes) {
  const out = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const newDay = !before || dayKey(before.ts) !== dayKey(message.ts);
    const isNew = message.ts === state.newFrom;
    if (newDay) out.push(nodes.keep(`day ${dayKey(message.ts)} ${isNew}`, () => dayLine(message.ts, isNew)));
    else if (isNew) out.push(nodes.keep("new", newLine));
    out.push(nodes.message(message, !newDay && !isNew && continues(before, message)));
  });
  return out;
}

function dayLine(ts, isNew) {
  return h("div", { class: ["day-line", isNew && "new-line"], role: "separator", "aria-label": dayLabel(ts) }, h("span", { class: "day-pill" }, dayLabel(ts)), isNew ? h("span", { class: "new-mark" }, "New") : null);
}

const newLine = () => h("div", { class: "day-line new-line", role: "separator", "aria-label": "New messages" }, h("span", { class: "new-mark" }, "New"));

export function continues(before, message) {
  const plain = (one) => !one.is_ephemeral && !one.subtype?.startsWith("channel_");
  return before.user === message.user && before.username === message.username && Number(message.ts) - Number(before.ts) < GROUP_SECONDS && plain(before) && plain(message) && !before.reply_count;
}
