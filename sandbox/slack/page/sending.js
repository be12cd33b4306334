// Sends what was typed: a message, or a slash command, and says so when that fails.

import { nameOf } from "./format.js";

// Resolves to false when the text should go back into the box.
export async function send(slack, { channel, threadTs, text }) {
  const command = /^\/[a-z0-9_-]+/i.exec(text)?.[0];
  if (command && threadTs) {
    whisper(slack, channel, `${command} is not supported in threads. Sorry!`, threadTs);
    return true;
  }
  const answer = await slack.api.post(channel, command ? text : encode(slack.store, text), threadTs || undefined);
  if (answer.ok) return true;
  if (command) whisper(slack, channel, refusal(command, answer));
  else slack.toast(answer.message || `The message was refused: ${answer.error}`, "error");
  return Boolean(command);
}

function refusal(command, answer) {
  if (/unknown|not_found|invalid_command/.test(answer.error)) return `\`${command}\` is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands.`;
  return `${command} failed with the error "${answer.error}"`;
}

// Slackbot's word to this person alone; like Slack's, it is gone when the page is loaded anew.
function whisper(slack, channel, text, threadTs) {
  const message = { ts: (Date.now() / 1000).toFixed(6), user: "USLACKBOT", username: "Slackbot", text, is_ephemeral: true, ...(threadTs ? { thread_ts: threadTs } : {}) };
  const { store } = slack;
  const list = threadTs ? store.threads.get(`${channel}:${threadTs}`) : store.messages.get(channel);
  list?.push(message);
  store.emit(threadTs ? "thread" : "messages", threadTs ? `${channel}:${threadTs}` : channel);
}

const quoteRegExp = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function replaceNames(text, sigil, names) {
  if (!names.size) return text;
  const all = [...names.keys()].sort((one, other) => other.length - one.length).map(quoteRegExp).join("|");
  return text.replace(new RegExp(`(^|[\\s(])${sigil}(${all})(?![\\w-])`, "gi"), (whole, lead, name) => lead + names.get(name.toLowerCase()));
}

// Names with spaces are known only here: they go as <@U...>; the server turns the rest into Slack's form.
export function encode(store, text) {
  const people = new Map([...store.users.values()].flatMap((user) => [nameOf(user), user.real_name].filter(Boolean).map((name) => [name.toLowerCase(), `<@${user.id}>`])));
  return replaceNames(text, "@", people);
}
