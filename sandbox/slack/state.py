"""The state of a surface: what each input holds, from its initial value and from what the person did."""

from dataclasses import dataclass
from typing import Any

from sandbox.slack.errors import Json
from sandbox.slack.kit.blocks import every
from sandbox.slack.kit.validate import with_elements


@dataclass(frozen=True, slots=True)
class Held:
    """How an element type states its value: under which key, from which initial field, and what it is while empty."""

    key: str
    initial: str
    empty: Any = None


def _single(noun: str) -> Held:
    return Held(f"selected_{noun}", f"initial_{noun}")


def _several(noun: str) -> Held:
    return Held(f"selected_{noun}s", f"initial_{noun}s", [])


TEXT = Held("value", "initial_value")
HELD: dict[str, Held] = {
    "plain_text_input": TEXT,
    "email_text_input": TEXT,
    "url_text_input": TEXT,
    "number_input": TEXT,
    "rich_text_input": Held("rich_text_value", "initial_value"),
    "static_select": _single("option"),
    "external_select": _single("option"),
    "users_select": _single("user"),
    "conversations_select": _single("conversation"),
    "channels_select": _single("channel"),
    "radio_buttons": _single("option"),
    "datepicker": _single("date"),
    "timepicker": _single("time"),
    "datetimepicker": _single("date_time"),
    "multi_static_select": _several("option"),
    "multi_external_select": _several("option"),
    "multi_users_select": _several("user"),
    "multi_conversations_select": _several("conversation"),
    "multi_channels_select": _several("channel"),
    "checkboxes": _several("option"),
    "file_input": Held("files", "files", []),
}


def find(blocks: list[Json], block_id: str, action_id: str) -> Json | None:
    """The element with these ids; an empty block_id matches any block."""
    for block, element in with_elements(blocks):
        if block_id in ("", block["block_id"]) and element.get("action_id") == action_id:
            return element
    return None


def dispatches(blocks: list[Json], block_id: str) -> bool:
    """Whether the app hears of changes in this block at once: always, but for inputs without dispatch_action."""
    block = next((block for _, block in every(blocks) if block["block_id"] == block_id), None)
    return block is None or block["type"] != "input" or bool(block.get("dispatch_action"))


def home_of(blocks: list[Json], action_id: str) -> str:
    """The block_id of the first block that holds this action, or an empty string."""
    return next((str(block["block_id"]) for block, element in with_elements(blocks) if element.get("action_id") == action_id), "")


def values(blocks: list[Json], given: Json) -> Json:
    """Slack's `state.values`: every stateful element of the surface, untouched ones with their initial value."""
    state: Json = {}
    for block, element in with_elements(blocks):
        held = HELD.get(element["type"])
        if held:
            told = (given.get(block["block_id"]) or {}).get(element["action_id"]) or {}
            state.setdefault(block["block_id"], {})[element["action_id"]] = _entry(element, held, told)
    return state


def _entry(element: Json, held: Held, told: Json) -> Json:
    value = told[held.key] if held.key in told else element.get(held.initial, held.empty)
    if held is TEXT and value == "":
        value = None
    entry = {"type": element["type"], held.key: value}
    if element["type"] == "datetimepicker" and "timezone" in told:
        entry["timezone"] = told["timezone"]
    return entry


def as_value(element: Json, value: Any) -> Json:
    """What the page would send for this element, from a bare value: a string for inputs and options, a list for several."""
    if isinstance(value, dict):
        return value
    if element["type"] in ("button", "workflow_button"):
        chosen = element.get("value") if value is None else value
        return {} if chosen is None else {"value": chosen}
    if element["type"] == "overflow":
        return {"selected_option": _option(element, value)}
    held = HELD[element["type"]]
    if held.key == "selected_option":
        return {held.key: _option(element, value)}
    if held.key == "selected_options":
        return {held.key: [_option(element, one) for one in value]}
    return {held.key: value}


def _option(element: Json, value: Any) -> Any:
    if isinstance(value, dict) or value is None:
        return value
    groups = element.get("option_groups") or []
    offered = [*(element.get("options") or []), *(entry for group in groups for entry in group["options"])]
    return next((entry for entry in offered if entry["value"] == value), {"text": {"type": "plain_text", "text": value}, "value": value})
