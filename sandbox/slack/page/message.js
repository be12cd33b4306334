// One message: who said it, what it shows, its reactions and its thread.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { clock, fullTime, nameOf, plural, relativeMoment, shortClock } from "./format.js";
import { appBadge, avatar, openProfile, standingBadge } from "./people.js";
import { fileCard } from "./blocks/media.js";
import { renderBlocks } from "./blocks/index.js";
import { collapsible, isLong } from "./blocks/collapse.js";
import { createSurface } from "./surface.js";
import { isJumbo } from "./text/emoji.js";
import { mrkdwn } from "./text/mrkdwn.js";
import { reactions } from "./reactions.js";
import { toolbar } from "./message_toolbar.js";
import { attachments } from "./attachments.js";

// Draws messages and keeps their nodes while they do not change, so that menus, focus and unfolded texts survive.
export function createMessageNodes(slack, channel, { inThread }) {
  const kept = new Map();
  const keep = (key, make) => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key);
  };
  return {
    keep,
    message(message, compact) {
      const stamp = JSON.stringify([message, compact]);
      const known = kept.get(message.ts);
      if (known?.stamp === stamp) return known.node;
      const node = messageNode(slack, channel, message, { compact, inThread });
      kept.set(message.ts, { stamp, node });
      return node;
    },
    forget(messages) {
      const here = new Set(messages.map((message) => message.ts));
      for (const [key, value] of kept) if (value.stamp && !here.has(key)) kept.delete(key);
    },
  };
}

const authorOf = (slack, message) => slack.store.user(message.user) || slack.store.user(message.bot_profile?.user_id) || (message.bot_id ? slack.store.botUser() : null) || { id: message.user, name: message.username || message.user || "Slackbot", is_bot: true };

function messageNode(slack, channel, message, look) {
  const author = authorOf(slack, message);
  const name = message.username || (author.is_bot && message.bot_profile?.name) || nameOf(author);
  const system = /^(channel|group)_(join|leave|topic|purpose|name|archive)$/.test(message.subtype || "");
  const node = h(
    "article",
    { class: ["message", look.compact && "compact", message.is_ephemeral && "ephemeral", system && "system"], dataset: { ts: message.ts, channel, user: message.user, subtype: message.subtype, ephemeral: message.is_ephemeral ? "true" : null }, "aria-label": `${name}, ${clock(message.ts)}`, tabindex: "0" },
    message.is_ephemeral ? h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you") : null,
    h("div", { class: "message-row" },
      h("div", { class: "message-gutter" }, look.compact ? h("time", { class: "gutter-time", dataset: { hint: fullTime(message.ts) } }, shortClock(message.ts)) : avatar(author, 36, message.icons?.image_48)),
      h("div", { class: "message-main" }, look.compact ? null : byline(slack, message, author, name), body(slack, channel, message), reactions(slack, channel, message), look.inThread ? null : threadSummary(slack, channel, message))),
    toolbar(slack, channel, message, look),
  );
  return node;
}

function byline(slack, message, author, name) {
  const bot = author.is_bot || message.bot_id;
  return h("div", { class: "byline" },
    h("button", { class: "author", type: "button", onclick: (event) => openProfile(slack, event.currentTarget, author.id) }, name),
    bot && author.id !== "USLACKBOT" ? appBadge() : null, standingBadge(author),
    h("time", { class: "time", dataset: { hint: fullTime(message.ts) } }, clock(message.ts)));
}

function body(slack, channel, message) {
  const surface = createSurface(slack, { kind: "message", key: `${channel}:${message.ts}`, container: { type: "message", channel, ts: message.ts }, channel });
  surface.startRender();
  const content = message.blocks?.length ? renderBlocks(surface, message.blocks) : textBody(slack, message);
  const more = attachments(surface, message.attachments);
  surface.endRender();
  return h("div", { class: "message-body" },
    message.subtype === "thread_broadcast" ? h("a", { class: "link broadcast", href: slack.routes.href({ channel, thread: message.thread_ts }) }, "replied to a thread") : null,
    withEdited(content, message), more, (message.files || []).map(fileCard));
}

// Slack writes "(edited)" at the end of the last line.
function withEdited(content, message) {
  if (!message.edited || message.bot_id) return content;
  const mark = h("span", { class: "edited" }, "(edited)");
  const last = content instanceof Node && content.querySelector(".mrkdwn > .line:last-child");
  if (!last) return [content, mark];
  last.append(" ", mark);
  return content;
}

function textBody(slack, message) {
  if (!message.text) return null;
  const node = h("div", { class: isJumbo(message.text) ? "jumbo" : null }, mrkdwn(slack, message.text));
  return isLong(message.text) ? collapsible(node) : node;
}

function threadSummary(slack, channel, message) {
  if (!message.reply_count) return null;
  const people = (message.reply_users || []).slice(0, 5).map((id) => avatar(slack.store.user(id), 24));
  return h(
    "button",
    { class: "thread-summary", type: "button", dataset: { thread: message.ts }, onclick: () => slack.routes.go({ channel, thread: message.ts, inspect: null }) },
    people, h("span", { class: "reply-count" }, plural(message.reply_count, "reply", "replies")),
    h("span", { class: "last-reply" }, message.latest_reply ? `Last reply ${relativeMoment(message.latest_reply)}` : ""), h("span", { class: "view-thread" }, "View thread"), icon("chevronRight", 14),
  );
}
