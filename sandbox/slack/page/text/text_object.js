// A text composition object: plain_text or mrkdwn.

import { h } from "../dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

export function plainText(object) {
  const text = typeof object === "string" ? object : object?.text || "";
  return text.split("\n").flatMap((line, index) => [index ? h("br") : null, withEmoji(line, { names: object?.emoji !== false })]);
}

export function textObject(slack, object) {
  if (object?.type === "mrkdwn") return mrkdwn(slack, object.text, { verbatim: object.verbatim });
  return h("div", { class: "plain" }, plainText(object));
}

export const textOf = (object) => (typeof object === "string" ? object : object?.text || "");
