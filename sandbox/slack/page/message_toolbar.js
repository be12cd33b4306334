// The toolbar that appears over a message: reactions, reply, shortcuts and the inspector.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { avatar } from "./people.js";
import { pickReaction, react } from "./reactions.js";
import { runShortcut } from "./shell/rail.js";
import { emojiNode } from "./text/emoji.js";

const QUICK = ["white_check_mark", "eyes", "raised_hands"];

export function toolbar(slack, channel, message, { inThread }) {
  const tool = (label, content, run, data) => h("button", { class: "tool", type: "button", "aria-label": label, dataset: { hint: label, ...data }, onclick: (event) => run(event.currentTarget) }, content);
  const inspect = tool("Inspect JSON", icon("braces"), () => slack.routes.go({ channel, inspect: message.ts }), { tool: "inspect" });
  if (message.is_ephemeral) return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" }, inspect);
  const thread = message.thread_ts || message.ts;
  return h(
    "div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    QUICK.map((name) => tool(`React with ${name.replace(/_/g, " ")}`, emojiNode(name), () => react(slack, channel, message, name))),
    tool("Add reaction", icon("smilePlus"), (anchor) => pickReaction(slack, anchor, channel, message)),
    inThread ? null : tool("Reply in thread", icon("reply"), () => slack.routes.go({ channel, thread, inspect: null })),
    inspect,
    tool("More actions", icon("more"), (anchor) => openMore(slack, anchor, channel, message)),
  );
}

function openMore(slack, anchor, channel, message) {
  const bot = slack.store.botUser();
  const shortcuts = slack.store.shortcuts.filter((one) => one.type === "message");
  const rows = shortcuts.map((one) => ({ label: one.name, detail: slack.store.app.name, icon: avatar(bot, 28), dataset: { callbackId: one.callback_id }, run: () => runShortcut(slack, one, channel, message.ts) }));
  openMenu(slack.layers, anchor, [
    { label: "Copy link", icon: icon("linkIcon"), run: () => copyLink(slack, channel, message) },
    { label: "Copy message ID", icon: icon("copy"), run: () => copy(slack, message.ts, "Message ID copied") },
    ...(rows.length ? ["divider", { heading: "Message shortcuts" }, ...rows] : []),
  ], { label: "More actions", side: "end" });
}

function copyLink(slack, channel, message) {
  const root = message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : null;
  copy(slack, location.origin + location.pathname + slack.routes.href({ channel, thread: root }), "Link copied");
}

export async function copy(slack, text, done) {
  try {
    await navigator.clipboard.writeText(text);
    slack.toast(done);
  } catch {
    slack.toast("The browser did not allow copying.", "warning");
  }
}
