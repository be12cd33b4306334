// Starts the page: who we are, what the workspace holds, and the shell around it.

import { createApi } from "./api.js";
import { h } from "./dom.js";
import { listen } from "./events.js";
import { createForms } from "./forms.js";
import { createLayers, installHints } from "./layers.js";
import { createModals } from "./modal.js";
import { createRoutes } from "./routes.js";
import { createShell } from "./shell/shell.js";
import { installKeys } from "./shell/keys.js";
import { applyTheme } from "./shell/theme.js";
import { createStore, takeBootstrap, takeEvent } from "./store.js";
import { createToasts } from "./toasts.js";

function createSlack() {
  const store = createStore();
  const layers = createLayers(document.getElementById("layers"));
  const slack = { store, layers, api: createApi(() => store.me), forms: createForms(), drafts: new Map(), toast: createToasts(layers.root), stop: () => {} };
  slack.routes = createRoutes((route, before) => (route.user !== before.user ? actAs(slack, route.user) : slack.shell.show(route, before)));
  slack.actAs = (user) => slack.routes.go({ user, thread: null, inspect: null, ...(homeless(slack) ? { channel: null } : {}) });
  return slack;
}

// An app's or a person's direct messages belong to one person: the next one starts in a channel.
function homeless(slack) {
  const channel = slack.store.channel(slack.routes.current.channel);
  return Boolean(channel?.is_im) && !slack.store.isApp(channel.id);
}

async function actAs(slack, user) {
  const wasApp = slack.store.isApp(slack.routes.current.channel);
  slack.stop();
  slack.forms.clear();
  const data = await slack.api.bootstrap(user);
  if (!data.ok || !data.users) return void showFailure(data);
  takeBootstrap(slack.store, data);
  const stream = listen(slack.api.eventsUrl(), {
    onEvent: (event) => takeEvent(slack.store, event),
    onLost: () => setConnected(slack, false),
    onBack: () => resync(slack),
  });
  slack.stop = stream.stop;
  await stream.listening;
  if (slack.stop !== stream.stop) return;
  settleRoute(slack, wasApp);
  slack.shell.rebuild();
  takeEvent(slack.store, { type: "views", views: (await slack.api.views()).views || [] });
}

function settleRoute(slack, wasApp) {
  const { store, routes } = slack;
  const { channel, tab } = routes.current;
  const known = store.channel(channel) || store.isApp(channel);
  const first = [...store.channels.values()].find((one) => !one.is_im && one.is_member) || [...store.channels.values()][0];
  const app = wasApp ? store.app.dm_channel : null;
  routes.settle({ user: store.me, channel: app || (known ? channel : first?.id), tab: known || app ? tab : null, ...(known ? {} : { thread: null, inspect: null }) });
}

function setConnected(slack, connected) {
  slack.store.connected = connected;
  slack.store.emit("connected", connected);
}

// After a lost connection nothing that was kept can be trusted.
async function resync(slack) {
  const data = await slack.api.bootstrap(slack.store.me);
  if (!data.ok || !data.users) return void actAs(slack, undefined);
  takeBootstrap(slack.store, data);
  setConnected(slack, true);
  slack.shell.rebuild();
  takeEvent(slack.store, { type: "views", views: (await slack.api.views()).views || [] });
}

function showFailure(data) {
  const text = data.message || `The local Slack answered with the error ${data.error}.`;
  document.getElementById("app").replaceChildren(h("div", { class: "booting" }, h("p", {}, text), h("button", { class: "button", type: "button", onclick: () => location.reload() }, "Try again")));
}

async function start() {
  applyTheme();
  const slack = createSlack();
  slack.shell = createShell(slack, document.getElementById("app"));
  slack.modals = createModals(slack);
  installHints(slack.layers.root);
  installKeys(slack);
  slack.store.on("notice", (notice) => slack.toast(notice.text, notice.level));
  await actAs(slack, slack.routes.firstUser());
}

start();
