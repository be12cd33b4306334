// Every kind of select menu: which options it offers and how its value is written.

import { picker } from "./picker.js";
import { channelsSource, choiceFor, conversationsSource, externalSource, fromOption, staticSource, timeChoice, timesSource, usersSource } from "./option_sources.js";

const KINDS = {
  static: { source: staticSource, one: "selected_option", many: "selected_options", initialOne: "initial_option", initialMany: "initial_options", wrapped: true },
  external: { source: externalSource, one: "selected_option", many: "selected_options", initialOne: "initial_option", initialMany: "initial_options", wrapped: true },
  users: { source: usersSource, one: "selected_user", many: "selected_users", initialOne: "initial_user", initialMany: "initial_users" },
  channels: { source: channelsSource, one: "selected_channel", many: "selected_channels", initialOne: "initial_channel", initialMany: "initial_channels" },
  conversations: { source: conversationsSource, one: "selected_conversation", many: "selected_conversations", initialOne: "initial_conversation", initialMany: "initial_conversations" },
};

export function anySelect(place, element) {
  const many = element.type.startsWith("multi_");
  const kind = KINDS[element.type.replace("multi_", "").replace("_select", "")];
  const field = many ? kind.many : kind.one;
  const { store } = place.slack;
  const stored = place.value({ type: element.type, [field]: initial(place, element, kind, many) });
  const toChoice = (value) => (kind.wrapped ? fromOption(value) : choiceFor(store, value));
  const toValue = (choice) => (kind.wrapped ? choice.option : choice.value);
  return picker(place, element, {
    many,
    source: kind.source(place, element),
    chosen: [stored[field] ?? []].flat().map(toChoice),
    encode: (choices) => ({ type: element.type, [field]: many ? choices.map(toValue) : choices.length ? toValue(choices[0]) : null }),
  });
}

function initial(place, element, kind, many) {
  if (many) return element[kind.initialMany] || here(place, element, many) || [];
  return element[kind.initialOne] || here(place, element, many) || null;
}

function here(place, element, many) {
  const channel = element.default_to_current_conversation && place.slack.routes.current.channel;
  if (!channel) return null;
  return many ? [channel] : channel;
}

export function timepicker(place, element) {
  const stored = place.value({ type: element.type, selected_time: element.initial_time || null });
  return picker(place, element, {
    many: false,
    icon: "clock",
    source: timesSource(),
    chosen: stored.selected_time ? [timeChoice(stored.selected_time)] : [],
    encode: (choices) => ({ type: element.type, selected_time: choices[0]?.value || null }),
  });
}
