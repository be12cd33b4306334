// The page's calls to the local Slack's /page/api endpoints; every answer is an object with `ok`.

const BASE = "/page/api/";

const LOST = { ok: false, error: "connection_lost", message: "The local Slack does not answer. Is it still running?" };

async function read(response) {
  const data = await response.json().catch(() => null);
  if (data === null) return { ok: false, error: "bad_answer", message: `The local Slack answered ${response.status} without JSON.` };
  return { ...data, ok: data.ok ?? response.ok };
}

async function get(name, params) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== undefined && value !== null));
  try {
    return await read(await fetch(`${BASE}${name}?${query}`));
  } catch {
    return LOST;
  }
}

async function post(name, body) {
  try {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    return await read(await fetch(BASE + name, options));
  } catch {
    return LOST;
  }
}

// All calls act as the person that `currentUser()` names at the moment of the call.
export function createApi(currentUser) {
  const asMe = (fields) => ({ user: currentUser(), ...fields });
  return {
    bootstrap: (user) => get("bootstrap", { user }),
    messages: (channel) => get("messages", asMe({ channel })),
    thread: (channel, ts) => get("thread", asMe({ channel, ts })),
    home: () => get("home", asMe({})),
    views: () => get("views", asMe({})),
    inspect: (channel, ts) => get("inspect", { channel, ts }),
    post: (channel, text, threadTs) => post("post", asMe({ channel, text, thread_ts: threadTs })),
    action: (fields) => post("action", asMe(fields)),
    submit: (viewId, state) => post("submit", asMe({ view_id: viewId, state })),
    close: (viewId, clear) => post("close", asMe({ view_id: viewId, clear })),
    shortcut: (callbackId, channel, ts) => post("shortcut", asMe({ callback_id: callbackId, channel, ts })),
    options: (fields) => post("options", asMe(fields)),
    react: (channel, ts, name, remove) => post("react", asMe({ channel, ts, name, remove })),
    homeOpened: (tab) => post("home_opened", asMe({ tab })),
    read: (channel, ts) => post("read", asMe({ channel, ts })),
    eventsUrl: () => `${BASE}events?user=${encodeURIComponent(currentUser())}`,
  };
}
