// What the page knows of the workspace, and who wants to hear of changes.

export function createStore() {
  const listeners = new Map();
  const store = {
    team: null, me: null, app: null, users: new Map(), channels: new Map(), commands: [], shortcuts: [],
    messages: new Map(), threads: new Map(), views: [], home: null, connected: true,
    on(topic, listener) {
      if (!listeners.has(topic)) listeners.set(topic, new Set());
      listeners.get(topic).add(listener);
      return () => listeners.get(topic).delete(listener);
    },
    emit(topic, value) {
      for (const listener of [...(listeners.get(topic) || [])]) listener(value);
    },
    user: (id) => store.users.get(id),
    channel: (id) => store.channels.get(id),
    botUser: () => store.users.get(store.app?.bot_user_id),
    // The direct messages with the app; people of other organisations have none.
    isApp: (id) => Boolean(id) && id === store.app?.dm_channel,
  };
  return store;
}

export function takeBootstrap(store, data) {
  store.team = data.team;
  store.me = typeof data.me === "string" ? data.me : data.me.id;
  store.app = data.app;
  store.users = new Map(data.users.map((user) => [user.id, user]));
  store.channels = new Map(data.channels.map((channel) => [channel.id, channel]));
  store.commands = data.commands || [];
  store.shortcuts = data.shortcuts || [];
  store.messages.clear();
  store.threads.clear();
  store.home = null;
}

export function threadKey(channel, ts) {
  return `${channel}:${ts}`;
}

const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

const byTime = (a, b) => Number(a.ts) - Number(b.ts);

function upsert(list, message) {
  const at = list.findIndex((known) => known.ts === message.ts);
  if (at >= 0) list.splice(at, 1, message);
  else list.push(message);
  list.sort(byTime);
}

// A history, and what arrived while it was on its way: the newer state of a message wins.
export function merged(history, arrived) {
  for (const message of arrived) upsert(history, message);
  return history;
}

function drop(list, ts) {
  const at = list.findIndex((known) => known.ts === ts);
  if (at >= 0) list.splice(at, 1);
}

// Every list the message belongs to, of those the page has loaded.
function listsOf(store, channel, message) {
  const lists = [];
  if (!isReply(message) || message.subtype === "thread_broadcast") lists.push(store.messages.get(channel));
  lists.push(store.threads.get(threadKey(channel, message.thread_ts || message.ts)));
  return lists.filter(Boolean);
}

function change(store, event, edit) {
  for (const list of listsOf(store, event.channel, event.message)) edit(list);
  store.emit("messages", event.channel);
  store.emit("thread", threadKey(event.channel, event.message.thread_ts || event.message.ts));
}

export function takeEvent(store, event) {
  const take = {
    message: () => change(store, event, (list) => upsert(list, event.message)),
    ephemeral: () => change(store, { ...event, message: { ...event.message, is_ephemeral: true } }, (list) => upsert(list, { ...event.message, is_ephemeral: true })),
    message_changed: () => change(store, event, (list) => upsert(list, event.message)),
    message_deleted: () => change(store, { ...event, message: event.message || { ts: event.ts } }, (list) => drop(list, event.message?.ts || event.ts)),
    views: () => { store.views = event.views; store.emit("views"); },
    home: () => { store.home = event.view; store.emit("home"); },
    channel: () => { store.channels.set(event.channel.id, event.channel); store.emit("channels", event.channel.id); },
    notice: () => store.emit("notice", event),
  };
  take[event.type]?.();
}
