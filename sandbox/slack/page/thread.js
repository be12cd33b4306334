// The pane with one thread: the parent, its replies and a composer.

import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { plural } from "./format.js";
import { createComposer } from "./composer.js";
import { createMessageNodes } from "./message.js";
import { continues } from "./messages.js";
import { channelTitle } from "./people.js";
import { merged, threadKey } from "./store.js";

export function createThread(slack, channelId, ts) {
  const { store } = slack;
  const key = threadKey(channelId, ts);
  const nodes = createMessageNodes(slack, channelId, { inThread: true });
  const list = h("div", { class: "message-list" });
  const composer = createComposer(slack, { channel: channelId, threadTs: ts, placeholder: "Reply…" });
  const scroller = h("div", { class: "scroll thread-scroll", role: "log", "aria-label": "Thread" }, list, composer.node);
  const channel = store.channel(channelId);
  const title = channel ? channelTitle(store, channel) : store.app.name;
  const node = h("aside", { class: "side", "aria-label": "Thread", dataset: { thread: ts } }, paneHead("Thread", channel && !channel.is_im ? `#${title}` : title, () => slack.routes.go({ thread: null })), scroller);
  const state = { count: 0 };

  function draw() {
    const messages = store.threads.get(key) || [];
    reconcile(list, rows(messages, nodes));
    nodes.forget(messages);
    if (messages.length > state.count) requestAnimationFrame(() => (scroller.scrollTop = scroller.scrollHeight));
    state.count = messages.length;
  }
  const arrived = [];
  store.threads.set(key, arrived);
  slack.api.thread(channelId, ts).then((answer) => {
    if (!answer.messages) return void slack.toast(answer.message || `The thread could not be had: ${answer.error}`, "error");
    store.threads.set(key, merged(answer.messages, arrived));
    draw();
  });
  const unwatch = store.on("thread", (changed) => changed === key && draw());
  return { node, close: () => { unwatch(); composer.close(); store.threads.delete(key); } };
}

export function paneHead(title, detail, onClose, extra = null) {
  return h("header", { class: "side-head" }, h("h2", {}, title, h("span", { class: "side-detail" }, detail)), extra, h("button", { class: "icon-button", type: "button", "aria-label": `Close ${title.toLowerCase()}`, onclick: onClose }, icon("close")));
}

function rows(messages, nodes) {
  const [parent, ...replies] = messages;
  if (!parent) return [];
  const count = replies.filter((reply) => !reply.is_ephemeral).length;
  const line = count ? [nodes.keep(`count ${count}`, () => h("div", { class: "replies-line" }, h("span", {}, plural(count, "reply", "replies"))))] : [];
  return [nodes.message(parent, false), ...line, ...replies.map((reply, index) => nodes.message(reply, index > 0 && continues(replies[index - 1], reply)))];
}
