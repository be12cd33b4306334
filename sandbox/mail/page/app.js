// The page's state, and what happens when a mailbox changes or somebody clicks.

import * as api from "./api.js";
import { openComposer } from "./composer.js";
import { fill, h, icon } from "./dom.js";
import { count } from "./format.js";
import * as people from "./people.js";
import * as reader from "./reader.js";
import * as threads from "./threads.js";

const place = (id) => document.getElementById(id);
const state = {
  customers: [], failures: [], inboxes: [], conversations: [], messages: [],
  address: null, thread: null, view: "mail", filter: "all", search: "",
  fresh: new Set(), flash: new Set(), html: new Set(), headers: new Set(), shown: "", known: null,
};
const TOAST_MS = 7000;
const FLASH_MS = 2500;
let loading = null;
let again = false;

// Several changes in a row become one more look at the post office, never two at a time.
async function refresh() {
  if (loading) {
    again = true;
    return loading;
  }
  loading = load().catch(() => connected(false)).finally(() => { loading = null; });
  await loading;
  if (again) {
    again = false;
    await refresh();
  }
}

async function load() {
  const seen = await api.customers();
  notice(seen.customers);
  Object.assign(state, { customers: seen.customers, failures: seen.failures, inboxes: seen.inboxes });
  if (state.view === "failures" && !seen.failures.length) state.view = "mail";
  if (!state.address && seen.customers.length) state.address = fromLink() || seen.customers[0].address;
  columns();
  if (state.address) await loadMailbox();
}

async function loadMailbox() {
  const address = state.address;
  const conversations = await api.conversations(address);
  if (address !== state.address) return;
  state.conversations = conversations;
  if (!conversations.some((thread) => thread.id === state.thread)) state.thread = conversations[0]?.id || null;
  columns();
  if (state.view === "mail") await loadThread();
}

async function loadThread() {
  const { address, thread: id } = state;
  const thread = state.conversations.find((one) => one.id === id);
  const shown = JSON.stringify([address, thread?.messages.map((message) => message.key)]);
  if (shown === state.shown) return;
  const messages = await Promise.all((thread?.messages || []).map((message) => api.message(address, message.key)));
  if (address !== state.address || id !== state.thread || state.view !== "mail") return;
  for (const message of messages) {
    if (message.unread) state.fresh.add(message.key);
    if (message.html && !messages.some((one) => one.key === message.key && state.shown.includes(one.key)) && !hasPlain(message)) state.html.add(message.key);
  }
  Object.assign(state, { messages, shown });
  location.replace(`#${encodeURIComponent(address)}`);
  reader.showConversation(place("reader"), state, (message) => compose(owner(), message));
  await Promise.all(messages.filter((message) => message.unread).map((message) => api.markRead(address, message.key)));
}

function hasPlain(message) {
  const type = message.headers.find(([name]) => name.toLowerCase() === "content-type");
  return !type || !type[1].toLowerCase().startsWith("text/html");
}

function notice(customers) {
  const before = state.known;
  state.known = new Map(customers.map((one) => [one.address, one.received]));
  if (!before) return;
  for (const one of customers.filter((customer) => customer.received > (before.get(customer.address) || 0))) {
    flash(one.address);
    if (one.address !== state.address || state.view !== "mail") toast(one);
  }
}

function flash(address) {
  state.flash.add(address);
  setTimeout(() => state.flash.delete(address), FLASH_MS);
}

function toast(one) {
  const note = h("button", { class: "toast", onclick: () => { note.remove(); openMailbox(one.address); } },
    icon("received"), h("span", {}, h("bdi", { class: "name" }, one.name), " has an answer", h("span", { class: "sub" }, one.subject)));
  place("toasts").append(note);
  while (place("toasts").children.length > 3) place("toasts").firstChild.remove();
  setTimeout(() => note.remove(), TOAST_MS);
}

function columns() {
  people.showFilter(place("filter"), state, (filter) => { state.filter = filter; columns(); });
  people.showPeople(place("people"), state, openMailbox);
  people.showFailures(place("failures"), state, openFailures);
  threads.showOwner(place("owner"), state, (one) => compose(one));
  threads.showThreads(place("threads"), state, openThread);
  document.querySelector(".columns").classList.toggle("two", state.view !== "mail");
  const unread = state.customers.reduce((sum, one) => sum + one.unread, 0);
  document.title = unread ? `(${unread}) Customers' mailboxes` : "Customers' mailboxes";
  if (state.view === "failures") reader.showFailures(place("reader"), state);
  else if (!state.address) reader.showConversation(place("reader"), state);
}

function openMailbox(address) {
  state.fresh.clear();
  Object.assign(state, { view: "mail", address, thread: null, conversations: [], messages: [], shown: "" });
  columns();
  return refresh();
}

function openThread(id) {
  state.fresh.clear();
  Object.assign(state, { thread: id, shown: "" });
  columns();
  return loadThread();
}

function openFailures() {
  Object.assign(state, { view: "failures", shown: "" });
  columns();
}

function owner() {
  return state.customers.find((one) => one.address === state.address);
}

function compose(who, answers) {
  openComposer(place("composer"), { inboxes: state.inboxes, who, answers, sent: openMailbox });
}

function fromLink() {
  const address = decodeURIComponent(location.hash.slice(1));
  return state.customers.some((one) => one.address === address) ? address : null;
}

function connected(yes) {
  place("live").classList.toggle("on", yes);
  const answered = state.customers.filter((one) => one.received).length;
  place("live-text").textContent = yes ? `Live, ${count(state.customers.length, "mailbox", "mailboxes")}, ${answered} answered` : "Not connected, trying again";
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  fill(place("theme"), icon(name === "dark" ? "sun" : "moon"));
}

function startTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  theme(localStorage.getItem("theme") || (dark.matches ? "dark" : "light"));
  place("theme").addEventListener("click", () => {
    const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", name);
    theme(name);
  });
}

startTheme();
place("write").addEventListener("click", () => compose(null));
place("search").addEventListener("input", (event) => { state.search = event.target.value; columns(); });
api.follow(async () => { await refresh(); connected(true); }, connected);
