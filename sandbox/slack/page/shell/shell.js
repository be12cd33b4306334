// The window: top bar, rail, sidebar, the open conversation and the pane beside it.

import { h } from "../dom.js";
import { createAppView } from "../home.js";
import { createChannelView } from "../channel_view.js";
import { createInspector } from "../inspector.js";
import { createSidebar } from "../channels.js";
import { createThread } from "../thread.js";
import { createRail } from "./rail.js";
import { createTopbar } from "./topbar.js";

export function createShell(slack, root) {
  const shell = { mode: "home", primary: null, side: null };
  const main = h("div", { class: "main-slot" });
  const sideSlot = h("div", { class: "side-slot" });
  const lost = h("div", { class: "lost", role: "status", hidden: true }, "The connection to the local Slack is lost. Trying again…");
  let sidebar;

  function rebuild() {
    sidebar?.close();
    sidebar = createSidebar(slack, shell);
    root.replaceChildren(createTopbar(slack), lost, h("div", { class: "window" }, createRail(slack, shell), h("div", { class: "panel" }, sidebar.node, main, sideSlot)));
    document.title = `${slack.store.team.name} - Local Slack`;
    swap("primary", null);
    swap("side", null);
    show(slack.routes.current, {});
  }
  function swap(which, view) {
    shell[which]?.close?.();
    shell[which] = view;
    const slot = which === "primary" ? main : sideSlot;
    slot.replaceChildren(...(view ? [view.node] : []));
    if (which === "side") root.classList.toggle("with-side", Boolean(view));
  }
  function show(route, before) {
    if (!slack.store.team) return;
    if (route.channel !== before.channel || route.tab !== before.tab || !shell.primary) showPrimary(route);
    if (route.thread !== before.thread || route.inspect !== before.inspect || route.channel !== before.channel) showSide(route);
    sidebar.draw();
  }
  function showPrimary(route) {
    const create = slack.store.isApp(route.channel) ? createAppView : createChannelView;
    swap("primary", route.channel ? create(slack, route) : null);
  }
  function showSide(route) {
    if (route.inspect) swap("side", createInspector(slack, route.channel, route.inspect));
    else swap("side", route.thread ? createThread(slack, route.channel, route.thread) : null);
  }
  slack.store.on("connected", (connected) => (lost.hidden = connected));
  return Object.assign(shell, { rebuild, show, setMode(mode) {
    shell.mode = mode;
    sidebar.draw();
  } });
}
