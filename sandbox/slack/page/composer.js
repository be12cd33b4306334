// The box to write in: formatting bar, completion, drafts, Enter to send.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { createCompletion } from "./completion.js";
import { openEmojiPicker } from "./emoji_picker.js";
import { openShortcuts } from "./shell/rail.js";
import { send } from "./sending.js";

const FORMATS = [
  ["Bold", "bold", "*", "*"], ["Italic", "italic", "_", "_"], ["Strikethrough", "strike", "~", "~"], null,
  ["Link", "linkIcon", "<", "|text>"], ["Ordered list", "ordered", "1. ", ""], ["Bulleted list", "bullets", "• ", ""], null,
  ["Blockquote", "quote", "> ", ""], ["Code", "code", "`", "`"], ["Code block", "codeBlock", "```\n", "\n```"],
];

export function createComposer(slack, { channel, threadTs = null, placeholder }) {
  const key = `${channel}:${threadTs || ""}`;
  const field = h("textarea", { class: "composer-text", rows: 1, placeholder, "aria-label": placeholder, role: "textbox", "aria-multiline": "true", value: slack.drafts.get(key) || "", dataset: { composer: threadTs ? "thread" : "channel" } });
  const submit = h("button", { class: "send", type: "button", "aria-label": "Send now", dataset: { hint: "Send now" } }, icon("send"));
  const formats = h("div", { class: "composer-formats", role: "toolbar", "aria-label": "Formatting" }, FORMATS.map((format) => formatButton(field, format)));
  const node = h("div", { class: "composer-shell" }, h("div", { class: "composer" }, formats, field, footer(slack, field, formats, submit)));
  const completion = createCompletion(slack, field, node);

  function changed() {
    slack.drafts.set(key, field.value);
    submit.classList.toggle("ready", field.value.trim() !== "");
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, innerHeight * 0.4)}px`;
  }
  async function deliver() {
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    changed();
    completion.close();
    if (!(await send(slack, { channel, threadTs, text })) && field.value === "") {
      field.value = text;
      changed();
    }
  }
  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (completion.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    deliver();
  });
  submit.addEventListener("click", deliver);
  requestAnimationFrame(() => {
    changed();
    if (field.isConnected && !slack.layers.open) field.focus({ preventScroll: true });
  });
  return { node, close: completion.close };
}

function footer(slack, field, formats, submit) {
  const tool = (label, name, run) => h("button", { class: "composer-tool", type: "button", "aria-label": label, dataset: { hint: label }, onclick: (event) => run(event.currentTarget) }, icon(name));
  const plus = tool("Shortcuts", "plus", (anchor) => openShortcuts(slack, anchor));
  plus.classList.add("round");
  return h("div", { class: "composer-foot" }, plus,
    tool("Hide or show formatting", "aa", () => formats.classList.toggle("away")),
    tool("Emoji", "smile", (anchor) => openEmojiPicker(slack, anchor, (name) => insert(field, `:${name}: `))),
    tool("Mention someone", "at", () => insert(field, "@")),
    tool("Run a command", "bolt", () => insert(field, field.value ? "" : "/")), h("span", { class: "grow" }), submit);
}

export function insert(field, before, after = "") {
  const { selectionStart: from, selectionEnd: to, value } = field;
  field.value = value.slice(0, from) + before + value.slice(from, to) + after + value.slice(to);
  field.focus();
  field.setSelectionRange(from + before.length, from + before.length + (to - from));
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function formatButton(field, format) {
  if (!format) return h("span", { class: "composer-gap" });
  const [label, name, before, after] = format;
  return h("button", { class: "composer-tool", type: "button", "aria-label": label, tabindex: "-1", dataset: { hint: label }, onclick: () => insert(field, before, after) }, icon(name));
}
