// The composer: a mail written while playing a customer, new or as a reply.

import { write } from "./api.js";
import { h, icon } from "./dom.js";

export function openComposer(place, { inboxes, who, answers, sent }) {
  const field = (label, input) => h("label", {}, h("span", {}, label), input);
  const name = h("input", { value: who?.name || "", placeholder: "Maria Lind", "aria-label": "Name", maxlength: 100, autocomplete: "off" });
  const address = h("input", { value: who?.address || "", placeholder: "maria@lindlifts.example", "aria-label": "Address", maxlength: 120, autocomplete: "off", spellcheck: "false", readonly: Boolean(answers) });
  const inbox = h("select", {}, inboxes.map((one) => h("option", { value: one }, one)));
  if (answers) inbox.value = inboxes.find((one) => one === answers.from.address) || inboxes[0];
  const subject = h("input", { value: answers ? prefixed(answers.subject) : "", maxlength: 200, placeholder: "Subject" });
  const text = h("textarea", { rows: 9, placeholder: answers ? "Write the answer" : "Write the mail", "aria-label": "Text" });
  const trouble = h("p", { class: "trouble", role: "alert" });
  const button = h("button", { class: "primary", type: "submit" }, "Send");
  const close = () => place.replaceChildren();

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    trouble.replaceChildren();
    try {
      const form = { name: name.value, address: address.value, inbox: inbox.value, subject: subject.value, text: text.value, answers: answers?.key };
      const { key } = await write(form);
      close();
      sent(form.address.trim().toLowerCase(), key);
    } catch (error) {
      trouble.append(error.message);
      button.disabled = false;
    }
  }

  place.replaceChildren(h("form", { class: "composer", "aria-label": "Write a mail", onsubmit: submit, onkeydown: (event) => keys(event, close, button) },
    h("div", { class: "composer-head" }, h("h2", {}, answers ? "Reply" : "New mail"), h("button", { type: "button", class: "quiet icon-only", "aria-label": "Close", onclick: close }, icon("close"))),
    field("From", h("span", { class: "from" }, name, address)), field("To", inbox), field("Subject", subject), text,
    answers && h("p", { class: "dim hint" }, `The mail of ${answers.from.name} is quoted below your text, as mail clients do.`),
    trouble,
    h("div", { class: "composer-foot" }, h("span", { class: "dim" }, "Ctrl + Enter sends"), button)));
  (who ? (answers ? text : subject) : name).focus();
}

function keys(event, close, button) {
  if (event.key === "Escape") close();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) button.click();
}

function prefixed(subject) {
  return /^re:/i.test(subject) ? subject : `Re: ${subject}`;
}
