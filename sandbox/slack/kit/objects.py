"""Composition objects: texts, options, confirmations, filters."""

from typing import Any

from sandbox.slack.kit import limits
from sandbox.slack.kit.rules import Fields, Problems, Rule, all_of, flag, items, number, obj, one_of, report, string


def own_setting(value: Any, pointer: str, problems: Problems) -> None:
    """`emoji` is for plain_text only, `verbatim` for mrkdwn only."""
    other = "verbatim" if value["type"] == "plain_text" else "emoji"
    if value.get(other) is not None:
        report(problems, pointer, f"invalid additional property: {other}")


def text(most: int, *kinds: str) -> Rule:
    """A text object of one of these kinds (both, where none is named) with at least one character."""
    return obj(
        Fields(
            required={"type": one_of(*(kinds or ("plain_text", "mrkdwn"))), "text": string(most, least=1)},
            optional={"emoji": flag, "verbatim": flag},
            also=own_setting,
        )
    )


def plain(most: int) -> Rule:
    return text(most, "plain_text")


PLACEHOLDER = plain(limits.PLACEHOLDER)

CONFIRM = obj(
    Fields(
        required={"text": text(limits.CONFIRM_TEXT), "title": plain(limits.CONFIRM_TITLE)},
        optional={"confirm": plain(limits.CONFIRM_LABEL), "deny": plain(limits.CONFIRM_LABEL), "style": one_of("primary", "danger")},
    )
)


def option(*kinds: str) -> Rule:
    """An option whose texts are of these kinds: plain for menus, either for checkboxes and radio buttons."""
    return obj(
        Fields(
            required={"text": text(limits.OPTION_TEXT, *kinds), "value": string(limits.OPTION_VALUE, least=1)},
            optional={"description": text(limits.OPTION_DESCRIPTION, *kinds), "url": string(limits.BUTTON_URL)},
        )
    )


def unique_values(value: Any, pointer: str, problems: Problems) -> None:
    """Two options of one menu may not have the same value."""
    values = [entry.get("value") for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    if len(values) != len(set(map(str, values))):
        report(problems, pointer, "must have unique values")


def options(most: int, *kinds: str) -> Rule:
    return all_of(items(option(*kinds), most), unique_values)


OPTION_GROUP = {"label": plain(limits.OPTION_GROUP_LABEL), "options": options(limits.OPTIONS, "plain_text")}
OPTION_GROUPS = items(obj(Fields(required=OPTION_GROUP)), limits.OPTION_GROUPS)

DISPATCH = obj(Fields(optional={"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)}))

FILTER = obj(
    Fields(
        optional={
            "include": items(one_of("im", "mpim", "private", "public")),
            "exclude_external_shared_channels": flag,
            "exclude_bot_users": flag,
        }
    )
)


def one_address(value: Any, pointer: str, problems: Problems) -> None:
    if ("id" in value) == ("url" in value):
        report(problems, pointer, "must provide one of id or url")


SLACK_FILE = obj(Fields(optional={"id": string(), "url": string(limits.IMAGE_URL)}, also=one_address))
INPUT_LENGTH = number(0, limits.INPUT_LENGTH)
