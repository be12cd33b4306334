// Finds the renderer of an interactive element by its type.

import { h } from "../dom.js";
import { button, feedbackButtons, iconButton } from "./button.js";
import { checkboxes, radioButtons } from "./choice.js";
import { datepicker, datetimepicker } from "./dates.js";
import { emailInput, fileInput, numberInput, plainTextInput, richTextInput, urlInput } from "./inputs.js";
import { overflow } from "./overflow.js";
import { anySelect, timepicker } from "./selects.js";
import { imageElement } from "../blocks/media.js";

const RENDERERS = {
  button, workflow_button: button, overflow, checkboxes, radio_buttons: radioButtons, datepicker, timepicker, datetimepicker,
  plain_text_input: plainTextInput, email_text_input: emailInput, url_text_input: urlInput, number_input: numberInput,
  rich_text_input: richTextInput, file_input: fileInput, feedback_buttons: feedbackButtons, icon_button: iconButton,
  static_select: anySelect, users_select: anySelect, channels_select: anySelect, conversations_select: anySelect, external_select: anySelect,
  multi_static_select: anySelect, multi_users_select: anySelect, multi_channels_select: anySelect, multi_conversations_select: anySelect, multi_external_select: anySelect,
};

export function renderElement(place, element) {
  if (element.type === "image") return imageElement(element);
  const render = RENDERERS[element.type];
  return render ? render(place, element) : h("span", { class: "unknown" }, `This page cannot show the element “${element.type}”.`);
}

export const isInteractive = (element) => Boolean(element) && element.type in RENDERERS;
