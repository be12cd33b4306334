// Where a select's options come from: the element itself, the workspace, or the app.

import { h } from "../dom.js";
import { nameOf } from "../format.js";
import { avatar, channelIcon, channelTitle, standingBadge } from "../people.js";
import { textOf } from "../text/text_object.js";

const matches = (text, query) => text.toLowerCase().includes(query.toLowerCase());

// A choice: {value, text, description?, mark?, option?}; `option` is the option object an app sent.
const fromOption = (option) => ({ value: option.value, text: textOf(option.text), textObject: option.text, description: option.description, option });

function fromGroups(data) {
  const groups = data.option_groups?.length ? data.option_groups : [{ options: data.options || [] }];
  return groups.map((group) => ({ label: textOf(group.label), choices: (group.options || []).map(fromOption) }));
}

function filtered(groups, query) {
  return groups.map((group) => ({ ...group, choices: group.choices.filter((choice) => matches(choice.text, query)) })).filter((group) => group.choices.length);
}

export function staticSource(place, element) {
  const groups = fromGroups(element);
  return { searchable: groups.reduce((sum, group) => sum + group.choices.length, 0) > 6, find: async (query) => filtered(groups, query) };
}

export function externalSource(place, element) {
  const least = element.min_query_length ?? 3;
  return {
    searchable: true,
    async find(query) {
      if (query.length < least) return { hint: `Type ${least - query.length} more to search` };
      const answer = await place.slack.api.options({ container: place.surface.container, block_id: place.blockId, action_id: element.action_id, query });
      return answer.ok ? fromGroups(answer) : { hint: "Oops! Something went wrong. The app sent no options." };
    },
  };
}

const person = (user) => ({ value: user.id, text: nameOf(user), mark: avatar(user, 20), after: standingBadge(user), detail: user.real_name !== nameOf(user) ? user.real_name : user.title });

const room = (store) => (channel) => ({ value: channel.id, text: channelTitle(store, channel), mark: channel.is_im ? avatar(store.user(channel.user), 20) : h("span", { class: "choice-mark" }, channelIcon(channel)) });

export function usersSource(place) {
  const { store } = place.slack;
  const people = [...store.users.values()].filter((user) => !user.deleted).map(person);
  return { searchable: true, find: async (query) => filtered([{ choices: people }], query) };
}

export function channelsSource(place) {
  const { store } = place.slack;
  const rooms = [...store.channels.values()].filter((channel) => !channel.is_im && !channel.is_private).map(room(store));
  return { searchable: true, find: async (query) => filtered([{ choices: rooms }], query) };
}

const kindOf = (channel) => (channel.is_im ? "im" : channel.is_private ? "private" : "public");

export function conversationsSource(place, element) {
  const { store } = place.slack;
  const wanted = element.filter?.include;
  const allowed = (channel) => (!wanted || wanted.includes(kindOf(channel))) && !(element.filter?.exclude_bot_users && store.user(channel.user)?.is_bot);
  const rooms = [...store.channels.values()].filter(allowed).map(room(store));
  return { searchable: true, find: async (query) => filtered([{ choices: rooms }], query) };
}

function clockLabel(value) {
  const [hours, minutes] = value.split(":").map(Number);
  return new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(new Date(2000, 0, 1, hours, minutes));
}

export const timeChoice = (value) => ({ value, text: clockLabel(value) });

export function timesSource() {
  const half = Array.from({ length: 48 }, (_, index) => timeChoice(`${String(Math.floor(index / 2)).padStart(2, "0")}:${index % 2 ? "30" : "00"}`));
  return {
    searchable: true,
    async find(query) {
      const exact = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(query.trim());
      const typed = exact ? [timeChoice(`${exact[1].padStart(2, "0")}:${exact[2]}`)] : [];
      return [{ choices: [...typed, ...half.filter((one) => (matches(one.text, query) || matches(one.value, query)) && one.value !== typed[0]?.value)] }];
    },
  };
}

// A known id as a choice, for values that the app or an earlier render chose.
export function choiceFor(store, id) {
  const user = store.user(id);
  if (user) return person(user);
  const channel = store.channel(id);
  return channel ? room(store)(channel) : { value: id, text: id };
}

export { fromOption };
