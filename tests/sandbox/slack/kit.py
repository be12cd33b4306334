"""Small blocks and views that the tests share."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **fields: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **fields}


def button(action_id: str, text: str = "Approve", **fields: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **fields}


def actions(*elements: Json, **fields: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **fields}


def field(block_id: str, element: Json, **fields: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(block_id.title()), "element": element, **fields}


def typed(action_id: str = "text", **fields: Any) -> Json:
    return {"type": "plain_text_input", "action_id": action_id, **fields}


def option(value: str) -> Json:
    return {"text": plain(value.title()), "value": value}


def modal(*blocks: Json, **fields: Any) -> Json:
    return {"type": "modal", "callback_id": "edit", "title": plain("Edit"), "submit": plain("Send"), "blocks": list(blocks), **fields}


def home(*blocks: Json, **fields: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **fields}
