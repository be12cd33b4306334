// Keys that work everywhere: Esc closes what is on top, Ctrl+K jumps to a channel.

import { openSwitcher } from "./switcher.js";

export function installKeys(slack) {
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) onEscape(slack, event);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openSwitcher(slack);
    }
  });
}

function onEscape(slack, event) {
  event.preventDefault();
  if (slack.layers.escape()) return;
  const { thread, inspect } = slack.routes.current;
  if (inspect) slack.routes.go({ inspect: null });
  else if (thread) slack.routes.go({ thread: null });
}
