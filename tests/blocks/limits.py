"""What slackblocks' registry of limits has against a message or a view."""

from collections.abc import Iterator
from typing import Any

from slackblocks import _limits as limit
from slackblocks._surfaces import _BLOCK_TYPES_BY_SURFACE as SURFACES

Complaints = Iterator[str]


def message(blocks: Any) -> list[str]:
    return [*_blocks(blocks, "message", limit.MESSAGE_BLOCKS_MAX_ITEMS)]


def view(shown: dict[str, Any]) -> list[str]:
    surface = "modal" if shown["type"] == "modal" else "home"
    found = [
        *_blocks(shown["blocks"], surface, limit.VIEW_BLOCKS_MAX_ITEMS),
        *_length(shown, "private_metadata", limit.VIEW_PRIVATE_METADATA_MAX_LENGTH),
    ]
    for part, most in (
        ("title", limit.VIEW_TITLE_MAX_LENGTH),
        ("submit", limit.VIEW_SUBMIT_MAX_LENGTH),
        ("close", limit.VIEW_CLOSE_MAX_LENGTH),
    ):
        found += _length(shown.get(part, {}), "text", most)
    return found


def _blocks(blocks: Any, surface: Any, most: int) -> Complaints:
    if not 0 < len(blocks) <= most:
        yield f"{len(blocks)} blocks"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "a block_id twice"
    for block in blocks:
        if block["type"] not in SURFACES[surface]:
            yield f"{block['type']} on {surface}"
        yield from _block(block)


def _block(block: dict[str, Any]) -> Complaints:
    match block["type"]:
        case "section":
            yield from _length(block.get("text", {}), "text", limit.SECTION_TEXT_MAX_LENGTH)
            yield from _many(block, "fields", limit.SECTION_FIELDS_MAX_ITEMS)
            for field in block.get("fields", ()):
                yield from _length(field, "text", limit.SECTION_FIELDS_ITEM_MAX_LENGTH)
            yield from _element(block.get("accessory", {}))
        case "context":
            yield from _many(block, "elements", limit.CONTEXT_ELEMENTS_MAX_ITEMS)
            for element in block["elements"]:
                yield from _length(element, "text", limit.TEXT_MAX_LENGTH)
        case "actions":
            yield from _many(block, "elements", limit.ACTIONS_ELEMENTS_MAX_ITEMS)
            names = [element["action_id"] for element in block["elements"]]
            if len(names) != len(set(names)):
                yield "an action_id twice in a block"
            for element in block["elements"]:
                yield from _element(element)
        case "input":
            yield from _length(block["label"], "text", limit.INPUT_LABEL_MAX_LENGTH)
            yield from _length(block.get("hint", {}), "text", limit.INPUT_HINT_MAX_LENGTH)
            yield from _element(block["element"])
        case "header":
            yield from _length(block["text"], "text", limit.HEADER_TEXT_MAX_LENGTH)
        case "table":
            yield from _many(block, "rows", limit.TABLE_ROWS_MAX_ITEMS)
            yield from _many({"columns": block["rows"][0]}, "columns", limit.TABLE_COLUMNS_MAX_ITEMS)
        case "rich_text":
            yield from (
                f"an empty run in {part['type']}" for part in block["elements"] for run in part["elements"] if run.get("text") == ""
            )


def _element(element: dict[str, Any]) -> Complaints:
    yield from _length(element, "action_id", limit.ACTION_ID_MAX_LENGTH)
    yield from _length(element, "value", limit.BUTTON_VALUE_MAX_LENGTH)
    yield from _length(element, "url", limit.BUTTON_URL_MAX_LENGTH)
    yield from _length(element, "initial_value", limit.PLAIN_TEXT_INPUT_MAX_LENGTH_MAX)
    yield from _length(element.get("placeholder", {}), "text", limit.SELECT_PLACEHOLDER_MAX_LENGTH)
    yield from _length(element.get("text", {}), "text", limit.BUTTON_TEXT_MAX_LENGTH)
    yield from _many(element, "options", limit.SELECT_OPTIONS_MAX_ITEMS)
    for option in element.get("options", ()):
        yield from _length(option["text"], "text", limit.OPTION_TEXT_MAX_LENGTH)
        yield from _length(option, "value", limit.OPTION_VALUE_MAX_LENGTH)


def _length(node: dict[str, Any], key: str, most: int) -> Complaints:
    if key in node and not (1 - (key == "private_metadata")) <= len(node[key]) <= most:
        yield f"{node.get('type')}.{key} has {len(node[key])} characters, not 1 to {most}"


def _many(node: dict[str, Any], key: str, most: int) -> Complaints:
    if key in node and not 0 < len(node[key]) <= most:
        yield f"{node.get('type')}.{key} has {len(node[key])} elements, not 1 to {most}"
