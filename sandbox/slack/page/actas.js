// The sandbox's own control: which person of the workspace you are.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf } from "./format.js";
import { openMenu } from "./menu.js";
import { avatar, standing } from "./people.js";

export function createActAs(slack) {
  const { store } = slack;
  const me = store.user(store.me);
  const node = h(
    "button",
    { class: "act-as", type: "button", "aria-haspopup": "menu", "aria-label": `Sandbox: acting as ${nameOf(me)}`, dataset: { hint: "This control belongs to the sandbox, not to Slack" } },
    h("span", { class: "act-as-tag" }, "Sandbox"), h("span", { class: "act-as-text" }, "Acting as"), avatar(me, 20), h("strong", {}, nameOf(me)), icon("chevron", 14),
  );
  node.addEventListener("click", () => openMenu(slack.layers, node, items(slack), { label: "Act as", side: "end" }));
  return node;
}

function items(slack) {
  const { store } = slack;
  const people = [...store.users.values()].filter((user) => !user.is_bot && !user.deleted && user.id !== "USLACKBOT");
  return [{ heading: "Sandbox: whom do you want to be?" }, ...people.map((user) => ({
    label: nameOf(user),
    detail: [user.title, standing(user)].filter(Boolean).join(" · ") || user.email,
    icon: avatar(user, 28),
    current: user.id === store.me,
    after: user.id === store.me ? icon("check", 16) : null,
    dataset: { user: user.id },
    run: () => slack.actAs(user.id),
  }))];
}
