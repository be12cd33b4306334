// The app's own page: its Home tab, its messages and what it says of itself.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { appBadge, avatar } from "./people.js";
import { conversation } from "./channel_view.js";
import { renderBlocks } from "./blocks/index.js";
import { createSurface } from "./surface.js";

export function createAppView(slack, route) {
  const { store } = slack;
  const tab = route.tab || "messages";
  const body = { home: homeBody, about: aboutBody, messages: messagesBody }[tab]?.(slack, route) || messagesBody(slack, route);
  const node = h("main", { class: "view", dataset: { channel: route.channel, tab }, "aria-label": store.app.name },
    h("header", { class: "view-head" }, h("h1", { class: "view-title" }, avatar(store.botUser(), 24), h("span", {}, store.app.name), appBadge())), tabRow(slack, route.channel, tab), body.node);
  if (tab !== "about") slack.api.homeOpened(tab);
  return { node, close: body.close };
}

function tabRow(slack, channel, tab) {
  const { app } = slack.store;
  const one = (name, label) => h("a", { class: ["tab", tab === name && "current"], role: "tab", "aria-selected": String(tab === name), href: slack.routes.href({ channel, tab: name === "messages" ? null : name, thread: null }) }, label);
  return h("div", { class: "tabs", role: "tablist" }, app.home_tab_enabled ? one("home", "Home") : null, app.messages_tab_enabled === false ? null : one("messages", "Messages"), one("about", "About"));
}

function messagesBody(slack, route) {
  const channel = slack.store.channel(route.channel) || { id: route.channel, is_im: true, user: slack.store.app.bot_user_id };
  return conversation(slack, channel);
}

function homeBody(slack) {
  const { store } = slack;
  const page = h("div", { class: "home-page" });
  const box = h("div", { class: "scroll home" }, page);
  const state = { surface: null, stamp: null, told: false };
  function draw() {
    const view = store.home;
    const stamp = JSON.stringify(view);
    if (stamp === state.stamp) return;
    state.stamp = stamp;
    if (!view) return page.replaceChildren(...emptyHome(store));
    if (state.surface?.container.view_id !== view.id) state.surface = createSurface(slack, { kind: "home", key: `home:${view.id}`, container: { type: "view", view_id: view.id } });
    const top = box.scrollTop;
    state.surface.startRender();
    const blocks = renderBlocks(state.surface, view.blocks);
    state.surface.endRender();
    page.dataset.viewId = view.id;
    page.replaceChildren(...blocks);
    box.scrollTop = top;
  }
  const fresh = () => {
    state.told = true;
    draw();
  };
  slack.api.home().then((answer) => {
    if (state.told) return;
    store.home = answer.view || null;
    draw();
  });
  return { node: box, close: store.on("home", fresh) };
}

const emptyHome = (store) => [h("div", { class: "empty" }, icon("home", 40), h("h2", {}, "Nothing here yet"), h("p", {}, `${store.app.name} has not published a Home tab for you.`))];

function aboutBody(slack) {
  const { store } = slack;
  const bot = store.botUser();
  const rows = store.commands.map((one) => h("li", {}, h("code", { class: "code" }, one.command), " ", one.usage_hint ? h("span", { class: "muted" }, `${one.usage_hint} `) : null, one.description));
  const node = h("div", { class: "scroll home" }, h("div", { class: "home-page about" }, avatar(bot, 96), h("h2", {}, store.app.name), bot?.title ? h("p", {}, bot.title) : null, h("h3", {}, "Commands"), rows.length ? h("ul", {}, rows) : h("p", {}, "This app has no slash commands."), h("p", { class: "muted" }, `App ID ${store.app.id}`)));
  return { node, close: () => {} };
}
