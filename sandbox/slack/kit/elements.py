"""Block elements: buttons, menus, choices and inputs, one table row each."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.slack.errors import Json
from sandbox.slack.kit import limits
from sandbox.slack.kit.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    INPUT_LENGTH,
    OPTION_GROUPS,
    PLACEHOLDER,
    SLACK_FILE,
    option,
    options,
    plain,
)  # fmt: skip
from sandbox.slack.kit.rules import Fields, Problems, Rule, anything, flag, items, number, obj, one_of, report, string

ACTION_ID = {"action_id": string(limits.ACTION_ID)}
FOCUS: Mapping[str, Rule] = {"focus_on_load": flag}
ASKED: Mapping[str, Rule] = {**ACTION_ID, **FOCUS, "placeholder": PLACEHOLDER, "confirm": CONFIRM}
WRITTEN: Mapping[str, Rule] = {**ACTION_ID, **FOCUS, "placeholder": PLACEHOLDER, "dispatch_action_config": DISPATCH}
PLAIN_OPTION, RICH_OPTION = option("plain_text"), option()
KIND: Mapping[str, Rule] = {"type": anything}
LINES = number(1, limits.INPUT_LINES)
LONGEST_INPUT = number(1, limits.INPUT_LENGTH)
SPOKEN: Mapping[str, Rule] = {"accessibility_label": string(limits.ACCESSIBILITY_LABEL)}


def _row(required: Mapping[str, Rule] | None = None, optional: Mapping[str, Rule] | None = None, also: Rule | None = None) -> Rule:
    return obj(Fields({**KIND, **(required or {})}, optional or {}, also))


def matching(pattern: str, example: str) -> Rule:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            report(problems, pointer, f"must be in the format {example}")

    return check


DATE = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "YYYY-MM-DD")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "HH:mm")


def _offered(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(entry for group in groups for entry in group["options"])]


def initial_is_offered(element: Any, pointer: str, problems: Problems) -> None:
    """An initial option has to be one of the options, to the letter."""
    offered = _offered(element)
    if element.get("initial_option") and element["initial_option"] not in offered:
        report(problems, f"{pointer}/initial_option", "must be one of the provided options")
    for index, entry in enumerate(element.get("initial_options") or ()):
        if entry not in offered:
            report(problems, f"{pointer}/initial_options/{index}", "must be one of the provided options")


def one_source(element: Any, pointer: str, problems: Problems) -> None:
    """A static menu has options or option groups, and not both."""
    if ("options" in element) == ("option_groups" in element):
        report(problems, pointer, "must provide one of options or option_groups")
    else:
        initial_is_offered(element, pointer, problems)


def length_order(element: Any, pointer: str, problems: Problems) -> None:
    least, most = element.get("min_length"), element.get("max_length")
    if least is not None and most is not None and least > most:
        report(problems, f"{pointer}/min_length", "must be less than or equal to max_length")
    if most is not None and len(element.get("initial_value") or "") > most:
        report(problems, f"{pointer}/initial_value", f"must be less than {most + 1} characters")


def one_image(element: Any, pointer: str, problems: Problems) -> None:
    if ("image_url" in element) == ("slack_file" in element):
        report(problems, pointer, "must provide one of image_url or slack_file")


IMAGE = _row(
    {"alt_text": string(limits.ALT_TEXT, least=1)},
    {"image_url": string(limits.IMAGE_URL, least=1), "slack_file": SLACK_FILE},
    one_image,
)

BUTTON = _row(
    {"text": plain(limits.BUTTON_TEXT)},
    {
        **ACTION_ID, "value": string(limits.BUTTON_VALUE), "url": string(limits.BUTTON_URL), "style": one_of("primary", "danger"),
        "confirm": CONFIRM, "accessibility_label": string(limits.ACCESSIBILITY_LABEL), "visible_to_user_ids": items(string()),
        "agent_prompt": string(limits.AGENT_PROMPT),
    },
)  # fmt: skip

STATIC: Mapping[str, Rule] = {**ASKED, "options": options(limits.OPTIONS, "plain_text"), "option_groups": OPTION_GROUPS}
CONVERSATION: Mapping[str, Rule] = {**ASKED, "default_to_current_conversation": flag, "filter": FILTER}
ANSWERABLE: Mapping[str, Rule] = {"response_url_enabled": flag}
QUERY: Mapping[str, Rule] = {"min_query_length": number(0)}
SEVERAL: Mapping[str, Rule] = {"max_selected_items": number(1)}
NAMES, PLAIN_OPTIONS = items(string()), items(PLAIN_OPTION)

MENUS: dict[str, Rule] = {
    "static_select": _row(optional={**STATIC, "initial_option": PLAIN_OPTION}, also=one_source),
    "external_select": _row(optional={**ASKED, **QUERY, "initial_option": PLAIN_OPTION}),
    "users_select": _row(optional={**ASKED, "initial_user": string()}),
    "conversations_select": _row(optional={**CONVERSATION, **ANSWERABLE, "initial_conversation": string()}),
    "channels_select": _row(optional={**ASKED, **ANSWERABLE, "initial_channel": string()}),
    "multi_static_select": _row(optional={**STATIC, **SEVERAL, "initial_options": PLAIN_OPTIONS}, also=one_source),
    "multi_external_select": _row(optional={**ASKED, **QUERY, **SEVERAL, "initial_options": PLAIN_OPTIONS}),
    "multi_users_select": _row(optional={**ASKED, **SEVERAL, "initial_users": NAMES}),
    "multi_conversations_select": _row(optional={**CONVERSATION, **SEVERAL, "initial_conversations": NAMES}),
    "multi_channels_select": _row(optional={**ASKED, **SEVERAL, "initial_channels": NAMES}),
    "overflow": _row({"options": options(limits.OVERFLOW_OPTIONS, "plain_text")}, {**ACTION_ID, "confirm": CONFIRM}),
}

CHOICES: dict[str, Rule] = {
    "checkboxes": _row(
        {"options": options(limits.CHOICES)},
        {**ACTION_ID, **FOCUS, "initial_options": items(RICH_OPTION), "confirm": CONFIRM},
        initial_is_offered,
    ),
    "radio_buttons": _row(
        {"options": options(limits.CHOICES)}, {**ACTION_ID, **FOCUS, "initial_option": RICH_OPTION, "confirm": CONFIRM}, initial_is_offered
    ),
    "datepicker": _row(optional={**ASKED, "initial_date": DATE}),
    "timepicker": _row(optional={**ASKED, "initial_time": TIME, "timezone": string()}),
    "datetimepicker": _row(optional={**ACTION_ID, **FOCUS, "confirm": CONFIRM, "initial_date_time": number(0)}),
}

INPUTS: dict[str, Rule] = {
    "plain_text_input": _row(
        optional={**WRITTEN, "initial_value": string(), "multiline": flag, "min_length": INPUT_LENGTH, "max_length": LONGEST_INPUT},
        also=length_order,
    ),
    "email_text_input": _row(optional={**WRITTEN, "initial_value": string()}),
    "url_text_input": _row(optional={**WRITTEN, "initial_value": string()}),
    "number_input": _row(
        {"is_decimal_allowed": flag}, {**WRITTEN, "initial_value": string(), "min_value": string(), "max_value": string()}
    ),
    "rich_text_input": _row(optional={**WRITTEN, "initial_value": anything, "min_lines": LINES, "max_lines": LINES}),
    "file_input": _row(optional={**ACTION_ID, "filetypes": items(string()), "max_files": number(1, 10)}),
}

FEEDBACK_HALF = obj(Fields({"text": plain(limits.BUTTON_TEXT), "value": string(limits.BUTTON_VALUE)}, SPOKEN))

ELEMENTS: dict[str, Rule] = {
    "button": BUTTON,
    "image": IMAGE,
    **MENUS,
    **CHOICES,
    **INPUTS,
    "workflow_button": _row(
        {"text": plain(limits.BUTTON_TEXT), "workflow": anything}, {**ACTION_ID, **SPOKEN, "style": one_of("primary", "danger")}
    ),
    "feedback_buttons": _row({"positive_button": FEEDBACK_HALF, "negative_button": FEEDBACK_HALF}, ACTION_ID),
    "icon_button": _row(
        {"icon": string(), "text": plain(limits.BUTTON_TEXT)},
        {**ACTION_ID, "value": string(limits.BUTTON_VALUE), "confirm": CONFIRM, "visible_to_user_ids": items(string(), limits.VISIBLE_TO),
         "accessibility_label": string(limits.ACCESSIBILITY_LABEL)},
    ),
}  # fmt: skip
