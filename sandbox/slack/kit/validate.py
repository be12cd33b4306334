"""Checks messages and views as Slack does, and completes them with the ids it assigns."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack import ids
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.kit import limits
from sandbox.slack.kit.blocks import characters, check_blocks, every
from sandbox.slack.kit.objects import OPTION_GROUPS, options, plain
from sandbox.slack.kit.rules import Fields, Problems, anything, flag, obj, one_of, report, string

TITLE = plain(limits.VIEW_TITLE)
SHARED = {
    "callback_id": string(limits.VIEW_CALLBACK_ID),
    "private_metadata": string(limits.VIEW_METADATA),
    "external_id": string(limits.VIEW_CALLBACK_ID),
}
MODAL = {**SHARED, "close": TITLE, "submit": TITLE, "clear_on_close": flag, "notify_on_close": flag, "submit_disabled": flag}
VIEWS = {
    "modal": obj(Fields({"type": one_of("modal"), "title": TITLE, "blocks": anything}, MODAL)),
    "home": obj(Fields({"type": one_of("home"), "blocks": anything}, SHARED)),
}
OFFERED = options(limits.OPTIONS, "plain_text")
LONG_TABLES = ("data_table", "data_visualization", "table")


def message_blocks(blocks: Any) -> list[Json]:
    """The blocks with their ids; raises invalid_blocks, invalid_blocks_format or msg_blocks_too_long."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems: Problems = []
    check_blocks(blocks, "/blocks", "message", problems)
    if problems:
        raise refusal("invalid_blocks", problems)
    if characters([block for block in blocks if block["type"] not in LONG_TABLES]) > limits.MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks)


def view(value: Any, *kinds: str) -> Json:
    """The view with ids in its blocks; raises invalid_arguments or view_too_large. `kinds` are modal and home."""
    problems = view_problems(value, *kinds)
    if problems:
        raise refusal("invalid_arguments", problems)
    if len(json.dumps(value, ensure_ascii=False).encode()) > limits.VIEW_BYTES:
        raise SlackError("view_too_large")
    return {**value, "blocks": with_ids(value["blocks"])}


def view_problems(value: Any, *kinds: str) -> Problems:
    problems: Problems = []
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict):
        report(problems, "/view", "must provide an object")
    elif kind not in kinds:
        report(problems, "/view/type", f"unsupported type: {kind}" if kind else "missing required field: type")
    else:
        VIEWS[str(kind)](value, "/view", problems)
        if not problems:
            check_blocks(value["blocks"], "/view/blocks", str(kind), problems)
        if not problems:
            _check_submit(value, problems)
            _check_focus(value, problems)
    return problems


def option_problems(answer: Json) -> Problems:
    """What is wrong with the `options` or `option_groups` that an app offers for an external menu."""
    problems: Problems = []
    for key, value in answer.items():
        (OPTION_GROUPS if key == "option_groups" else OFFERED)(value, f"/{key}", problems)
    return problems


def refusal(code: str, problems: Problems) -> SlackError:
    """Slack's answer that lists the problems twice: bare, and as messages."""
    return SlackError(code, "; ".join(problems), errors=problems, response_metadata={"messages": [f"[ERROR] {text}" for text in problems]})


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy in which every block has a block_id and every element that acts an action_id."""
    completed = copy.deepcopy(blocks)
    for _, block in every(completed):
        block["block_id"] = block.get("block_id") or ids.block_id()
        for element in elements(block):
            if element["type"] not in ("image", "plain_text", "mrkdwn"):
                element["action_id"] = element.get("action_id") or ids.block_id()
    return completed


def elements(block: Json) -> Iterator[Json]:
    """The elements of one block itself; blocks within it have their own."""
    if block["type"] in ("actions", "context_actions"):
        yield from block["elements"]
    if block["type"] == "card":
        yield from block.get("actions") or ()
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield block[key]


def with_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element beside the block that it stands in, which may stand in another."""
    for _, block in every(blocks):
        for element in elements(block):
            yield block, element


def _check_submit(value: Json, problems: Problems) -> None:
    asks = any(block["type"] == "input" for _, block in every(value["blocks"]))
    if value["type"] == "modal" and asks and not value.get("submit"):
        report(problems, "/view", "missing required field: submit")


def _check_focus(value: Json, problems: Problems) -> None:
    """One element of a view may be the first to have the cursor."""
    focused = [
        place for place, block in every(value["blocks"], "/view/blocks") for element in elements(block) if element.get("focus_on_load")
    ]
    for place in focused[1:]:
        report(problems, place, "only one element can have focus_on_load set to true")
