"""Block Kit, typed: every limit that Slack sets on messages, views and their parts is kept here and nowhere else."""

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from blocks.text import clip, stamp

Json = dict[str, Any]
Style = Literal["primary", "danger"]

SECTION_TEXT = 3000
HEADER_TEXT = 150
BUTTON_TEXT = 75
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_LABEL = 30
BUTTON_VALUE = 2000
BUTTON_URL = 3000
ACTION_ELEMENTS = 25
CONTEXT_ELEMENTS = 10
CONTEXT_TEXT = 2000
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
CHECKBOXES = 10
INPUT_LABEL = 2000
INPUT_HINT = 2000
INPUT_TEXT = 3000
PLACEHOLDER = 150
VIEW_TITLE = 24
PRIVATE_METADATA = 3000
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TABLE_ROWS = 100
TABLE_COLUMNS = 20
FALLBACK_TEXT = 3000
MESSAGE_BUDGET = 12_000
"""Characters of a message's blocks: Slack answers msg_blocks_too_long somewhat above 13,000."""
VIEW_BUDGET = 100_000
"""Characters of a view's blocks: Slack answers view_too_large at 250 kB, and a character may take three bytes and more."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message's blocks, and the text for notifications and screen readers."""

    text: str
    blocks: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One box to tick."""

    value: str
    text: str
    description: str
    on: bool


def message(text: str, *blocks: Json) -> Message:
    """A message that Slack accepts: at most 50 blocks, and the longest texts give way until all fit the budget."""
    return Message(clip(text, FALLBACK_TEXT), tuple(fitted(blocks[:MESSAGE_BLOCKS], MESSAGE_BUDGET)))


def fitted(blocks: Sequence[Json], budget: int) -> list[Json]:
    """The blocks, with the longest texts clipped until their JSON has at most `budget` characters."""
    if weight(blocks) <= budget:
        return list(blocks)
    kept = list(copy.deepcopy(blocks))
    while (excess := weight(kept) - budget) > 0:
        longest = max(_texts(kept), key=lambda node: len(node["text"]))
        if len(longest["text"]) <= 1:
            break
        longest["text"] = clip(longest["text"], max(1, len(longest["text"]) - max(excess, 20)))
    return kept


def weight(blocks: Sequence[Json]) -> int:
    """How many characters Slack may count: those of the JSON, which is more than it is known to count."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def _texts(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node
        for child in node.values():
            yield from _texts(child)
    elif isinstance(node, list):
        for child in node:
            yield from _texts(child)


def plain(text: str, limit: int = SECTION_TEXT) -> Json:
    """Text that Slack does not interpret, not even ":names:" of emoji."""
    return {"type": "plain_text", "text": clip(text, limit) or " ", "emoji": False}


def mrkdwn(text: str, limit: int = SECTION_TEXT) -> Json:
    """Our own words with Slack's markup; whatever comes from elsewhere has passed `text.escape`."""
    return {"type": "mrkdwn", "text": clip(text, limit) or " ", "verbatim": True}


def section(text: Json, accessory: Json | None = None) -> Json:
    return {"type": "section", "text": text} | ({"accessory": accessory} if accessory else {})


def fields(*texts: Json) -> Json:
    return {"type": "section", "fields": list(texts[:10])}


def header(text: str) -> Json:
    return {"type": "header", "text": plain(text, HEADER_TEXT)}


def divider() -> Json:
    return {"type": "divider"}


def context(*texts: Json) -> Json:
    """Small grey text; more elements than Slack allows are left out."""
    return {"type": "context", "elements": [{**text, "text": clip(text["text"], CONTEXT_TEXT)} for text in texts[:CONTEXT_ELEMENTS]]}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements[:ACTION_ELEMENTS])}


def button(label: str, action_id: str, value: str, style: Style | None = None) -> Json:
    made = {"type": "button", "text": plain(label, BUTTON_TEXT), "action_id": action_id, "value": value[:BUTTON_VALUE]}
    return made | ({"style": style} if style else {})


def confirmed(button: Json, title: str, text: str, yes: str) -> Json:
    """The button, which asks first; `yes` is what the one says who means it."""
    asked = {"title": plain(title, CONFIRM_TITLE), "text": plain(text, CONFIRM_TEXT), "confirm": plain(yes, CONFIRM_LABEL)}
    return button | {"confirm": asked | {"deny": plain("Cancel", CONFIRM_LABEL)}}


def link_button(label: str, action_id: str, url: str) -> Json:
    """A button that opens an address; Slack still sends a click, which is acknowledged by the catch-all."""
    return {"type": "button", "text": plain(label, BUTTON_TEXT), "action_id": action_id, "url": url[:BUTTON_URL]}


def run(text: str, *, bold: bool = False, italic: bool = False, code: bool = False, strike: bool = False) -> Json:
    """A stretch of rich text: shown as it is, whatever it says."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic), ("code", code), ("strike", strike)) if on}
    return {"type": "text", "text": text or " "} | ({"style": style} if style else {})


def link(url: str, text: str) -> Json:
    """A stretch of rich text that leads to an address."""
    return {"type": "link", "url": url, "text": text}


def moment(at: datetime, pattern: str = "{date_short_pretty} at {time}") -> Json:
    """A time in the reader's own time zone, "today at 10:42"."""
    return {"type": "date", "timestamp": int(at.timestamp()), "format": pattern, "fallback": stamp(at)}


def line(*runs: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(runs)}


def quote(text: str) -> Json:
    return {"type": "rich_text_quote", "elements": [run(text)]}


def bullets(*items: Json) -> Json:
    """A list; each item is a `line`."""
    return {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": list(items)}


def rich_text(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": list(parts)}


def table(*rows: Sequence[str]) -> Json:
    """A table with a header row; all columns but the first hold numbers."""
    cells = [[{"type": "raw_text", "text": cell or "–"} for cell in row[:TABLE_COLUMNS]] for row in rows[:TABLE_ROWS]]
    aligned = [{"align": "left" if column == 0 else "right"} for column in range(len(cells[0]))]
    return {"type": "table", "rows": cells, "column_settings": aligned}


def text_input(
    block_id: str,
    label: str,
    initial: str,
    *,
    multiline: bool,
    optional: bool = False,
    hint: str = "",
    placeholder: str = "",
    focus: bool = False,
) -> Json:
    """A field for text; its action id is its block id, and it holds at most 3,000 characters."""
    element: Json = {"type": "plain_text_input", "action_id": block_id, "multiline": multiline, "max_length": INPUT_TEXT}
    element |= {"initial_value": initial[:INPUT_TEXT]} if initial else {}
    element |= {"placeholder": plain(placeholder, PLACEHOLDER)} if placeholder else {}
    element |= {"focus_on_load": True} if focus else {}
    return _input(block_id, label, element, optional, hint)


def select_input(block_id: str, label: str, options: Sequence[tuple[str, str]], placeholder: str) -> Json:
    """A choice of one; `options` are (value, text)."""
    offered = [{"text": plain(text, OPTION_TEXT), "value": value[:OPTION_VALUE]} for value, text in options[:OPTIONS]]
    element: Json = {"type": "static_select", "action_id": block_id, "options": offered, "placeholder": plain(placeholder, PLACEHOLDER)}
    return _input(block_id, label, element, optional=False, hint="")


def checkboxes_input(block_id: str, label: str, boxes: Sequence[Box], *, optional: bool, hint: str = "") -> Json:
    """Up to ten boxes to tick; those that are `on` are ticked at first."""
    offered = [(box.on, _box(box)) for box in boxes[:CHECKBOXES]]
    element: Json = {"type": "checkboxes", "action_id": block_id, "options": [option for _, option in offered]}
    ticked = [option for on, option in offered if on]
    return _input(block_id, label, element | ({"initial_options": ticked} if ticked else {}), optional, hint)


def _box(box: Box) -> Json:
    made: Json = {"text": plain(box.text, OPTION_TEXT), "value": box.value[:OPTION_VALUE]}
    return made | ({"description": plain(box.description, OPTION_TEXT)} if box.description else {})


def _input(block_id: str, label: str, element: Json, optional: bool, hint: str) -> Json:
    made: Json = {"type": "input", "block_id": block_id, "label": plain(label, INPUT_LABEL), "element": element, "optional": optional}
    return made | ({"hint": plain(hint, INPUT_HINT)} if hint else {})


def modal(title: str, callback_id: str, blocks: Sequence[Json], *, metadata: str = "", submit: str = "", close: str = "Close") -> Json:
    made: Json = {"type": "modal", "callback_id": callback_id, "title": plain(title, VIEW_TITLE), "close": plain(close, VIEW_TITLE)}
    made |= {"blocks": fitted(blocks[:VIEW_BLOCKS], VIEW_BUDGET), "private_metadata": metadata[:PRIVATE_METADATA]}
    return made | ({"submit": plain(submit, VIEW_TITLE)} if submit else {})


def home(callback_id: str, blocks: Sequence[Json], metadata: str = "") -> Json:
    return {
        "type": "home",
        "callback_id": callback_id,
        "blocks": fitted(blocks[:VIEW_BLOCKS], VIEW_BUDGET),
        "private_metadata": metadata[:PRIVATE_METADATA],
    }
