"""The blocks, one table row each, and what a whole list of them has to obey."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.errors import Json
from sandbox.slack.kit import limits
from sandbox.slack.kit.charts import (
    DATA_TABLE,
    DATA_TABLE_SETTINGS,
    DATA_VISUALIZATION,
    TABLE,
    TABLE_SETTINGS,
    even_rows,
    sound_table,
)  # fmt: skip
from sandbox.slack.kit.elements import ELEMENTS, IMAGE, one_image
from sandbox.slack.kit.objects import SLACK_FILE, plain, text
from sandbox.slack.kit.rich_text import RICH_TEXT
from sandbox.slack.kit.rules import Fields, Problems, Rule, anything, flag, items, number, obj, one_of, report, string, typed

BLOCK: Mapping[str, Rule] = {"block_id": string(limits.BLOCK_ID)}


def _block(required: Mapping[str, Rule] | None = None, optional: Mapping[str, Rule] | None = None, also: Rule | None = None) -> Rule:
    return obj(Fields({"type": anything, **(required or {})}, {**BLOCK, **(optional or {})}, also))


def _elements(*allowed: frozenset[str]) -> Rule:
    return typed(lambda: ELEMENTS, frozenset().union(*allowed))


def says_something(block: Any, pointer: str, problems: Problems) -> None:
    if not block.get("text") and not block.get("fields"):
        report(problems, pointer, "missing required field: text")


def unique_actions(block: Any, pointer: str, problems: Problems) -> None:
    seen: set[str] = set()
    for index, element in enumerate(block["elements"]):
        action_id = element.get("action_id")
        if action_id in seen:
            report(problems, f"{pointer}/elements/{index}/action_id", f'`action_id` "{action_id}" already exists for this block ID')
        seen |= {action_id} if action_id else set()


TEXTS: dict[str, Rule] = {"plain_text": text(limits.CONTEXT_TEXT), "mrkdwn": text(limits.CONTEXT_TEXT), "image": IMAGE}
CARD: Mapping[str, Rule] = {
    "title": text(limits.CARD_TITLE), "subtitle": text(limits.CARD_TITLE), "body": text(limits.CARD_BODY),
    "subtext": text(limits.CARD_BODY), "icon": anything, "slack_icon": anything,
    "hero_image": IMAGE, "actions": items(_elements(limits.ACTIONS), limits.CARD_ACTIONS),
}  # fmt: skip
VIDEO = {
    "alt_text": string(limits.ALT_TEXT, least=1), "title": plain(200), "thumbnail_url": string(limits.IMAGE_URL),
    "video_url": string(limits.IMAGE_URL),
}  # fmt: skip
VIDEO_MORE = {
    "author_name": string(50), "description": plain(200), "provider_icon_url": string(2000), "provider_name": string(50),
    "title_url": string(2000),
}  # fmt: skip
TASK: Mapping[str, Rule] = {
    "details": anything, "output": anything, "sources": items(anything), "status": one_of("pending", "in_progress", "complete", "error"),
}  # fmt: skip


def no_pending_card(block: Any, pointer: str, problems: Problems) -> None:
    if block.get("status") == "pending":
        report(problems, f"{pointer}/status", "must be a valid enum value")


def sound_container(block: Any, pointer: str, problems: Problems) -> None:
    if ("title" in block) == ("rich_text_title" in block):
        report(problems, pointer, "must provide one of title or rich_text_title")
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        report(problems, f"{pointer}/default_collapsed", "must be false unless is_collapsible is true")
    if block.get("has_header_divider") and block.get("is_collapsible"):
        report(problems, f"{pointer}/has_header_divider", "must be false where is_collapsible is true")


BLOCKS: dict[str, Rule] = {
    "section": _block(
        optional={
            "text": text(limits.SECTION_TEXT), "fields": items(text(limits.SECTION_FIELD), limits.SECTION_FIELDS),
            "accessory": _elements(limits.ACCESSORIES), "expand": flag,
        },
        also=says_something,
    ),
    "header": _block({"text": plain(limits.HEADER_TEXT)}, {"level": number(1, 4)}),
    "context": _block({"elements": items(typed(lambda: TEXTS), limits.CONTEXT_ELEMENTS)}),
    "actions": _block({"elements": items(_elements(limits.ACTIONS), limits.ACTIONS_ELEMENTS)}, also=unique_actions),
    "divider": _block(),
    "image": _block(
        {"alt_text": string(limits.ALT_TEXT, least=1)},
        {"image_url": string(limits.IMAGE_URL, least=1), "slack_file": SLACK_FILE, "title": plain(limits.IMAGE_TITLE)},
        one_image,
    ),
    "input": _block(
        {"label": plain(limits.INPUT_LABEL), "element": _elements(limits.INPUTS)},
        {"hint": plain(limits.INPUT_HINT), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": _block({"elements": RICH_TEXT}),
    "markdown": _block({"text": string(limits.MARKDOWN_TEXT, least=1)}),
    "table": _block(TABLE, TABLE_SETTINGS, even_rows),
    "data_table": _block(DATA_TABLE, DATA_TABLE_SETTINGS, sound_table),
    "data_visualization": _block(DATA_VISUALIZATION),
    "context_actions": _block(
        {"elements": items(_elements(frozenset({"feedback_buttons", "icon_button"})), limits.CONTEXT_ACTIONS)}, also=unique_actions
    ),
    "video": _block(VIDEO, VIDEO_MORE),
    "file": _block({"external_id": string(), "source": one_of("remote")}),
    "alert": _block({"text": text(limits.ALERT_TEXT)}, {"level": one_of("default", "info", "warning", "error", "success")}),
    "card": _block(optional=CARD),
    "carousel": _block({"elements": items(typed(lambda: BLOCKS, frozenset({"card"})), limits.CAROUSEL_CARDS)}),
    "container": _block(
        {"child_blocks": items(typed(lambda: BLOCKS, limits.CHILDREN), limits.CONTAINER_CHILDREN)},
        {"title": plain(limits.CARD_TITLE), "rich_text_title": typed(lambda: BLOCKS, frozenset({"rich_text"})),
         "subtitle": plain(limits.CARD_TITLE), "width": one_of("narrow", "standard", "wide", "full"), "icon": anything,
         "is_collapsible": flag, "default_collapsed": flag, "has_header_divider": flag},
        sound_container,
    ),
    "task_card": _block({"task_id": string(least=1), "title": string(least=1)}, TASK, no_pending_card),
    "plan": _block({"title": string(least=1)}, {"tasks": items(anything, limits.PLAN_TASKS)}),
}  # fmt: skip


def check_blocks(blocks: Any, pointer: str, surface: str, problems: Problems) -> None:
    """Appends everything Slack would refuse in these blocks on this surface: message, modal or home."""
    most = limits.MESSAGE_BLOCKS if surface == "message" else limits.VIEW_BLOCKS
    items(typed(lambda: BLOCKS, limits.SURFACES[surface]), most, least=0)(blocks, pointer, problems)
    if problems:
        return
    seen: set[str] = set()
    for place, block in every(blocks, pointer):
        if block["type"] not in limits.SURFACES[surface]:
            report(problems, f"{place}/type", f"unsupported type: {block['type']}")
        if block.get("block_id") in seen:
            report(problems, f"{place}/block_id", f'`block_id` "{block["block_id"]}" already exists')
        seen |= {block["block_id"]} if block.get("block_id") else set()
    _check_totals(blocks, pointer, problems)


def every(blocks: list[Json], pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every sound block with its JSON pointer, those within containers and carousels too: each has a block_id of its own."""
    for index, block in enumerate(blocks):
        place = f"{pointer}/{index}"
        yield place, block
        if inner := {"container": "child_blocks", "carousel": "elements"}.get(block["type"]):
            yield from every(block[inner], f"{place}/{inner}")


def _check_totals(blocks: list[Json], pointer: str, problems: Problems) -> None:
    charts = [index for index, block in enumerate(blocks) if block["type"] == "data_visualization"]
    for index in charts[limits.CHARTS :]:
        report(problems, f"{pointer}/{index}", f"no more than {limits.CHARTS} data_visualization blocks allowed")
    if characters(block for block in blocks if block["type"] == "data_table") > limits.DATA_TABLE_CHARACTERS:
        report(problems, pointer, f"data_table cells must be less than {limits.DATA_TABLE_CHARACTERS + 1} characters")
    if characters(block for block in blocks if block["type"] == "markdown") > limits.MARKDOWN_TEXT:
        report(problems, pointer, f"markdown blocks must be less than {limits.MARKDOWN_TEXT + 1} characters")


def characters(value: Any) -> int:
    """All characters that people would read in these blocks."""
    if isinstance(value, dict):
        own = value.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(characters(item) for item in value.values())
    if isinstance(value, (list, Iterator)):
        return sum(characters(item) for item in value)
    return 0
