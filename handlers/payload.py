"""What Slack sends with a click or a form, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks import ids
from pipeline.case import PersonId

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Click:
    """A click: by whom, on which message (of which thread), with what value; `trigger` opens a window for 3 s."""

    user: PersonId
    channel: str
    thread: str
    ref: ids.Ref | None
    trigger: str


def click(body: Body) -> Click:
    """A block_actions or shortcut payload; `channel` and `thread` are empty where no message was clicked."""
    message, container = body.get("message") or {}, body.get("container") or {}
    return Click(
        user=PersonId(body["user"]["id"]),
        channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        thread=str(message.get("thread_ts") or message.get("ts") or container.get("thread_ts") or container.get("message_ts") or ""),
        ref=ids.read(str(action(body).get("value") or "")),
        trigger=str(body.get("trigger_id", "")),
    )


def asked(command: Body) -> Click:
    """A slash command: by whom, in which channel."""
    return Click(user(command), str(command.get("channel_id") or ""), "", None, str(command.get("trigger_id") or ""))


def action(body: Body) -> Mapping[str, Any]:
    """The element that was clicked."""
    actions = body.get("actions") or [{}]
    first: Mapping[str, Any] = actions[0]
    return first


def opens_address(body: Body) -> bool:
    """The clicked button only leads to an address: Slack wants an acknowledgement all the same."""
    name, blocks = action(body).get("action_id"), (body.get("message") or {}).get("blocks") or []
    elements = [element for block in blocks for element in (*block.get("elements", ()), block.get("accessory") or {})]
    return any(element.get("action_id") == name and "url" in element for element in elements)


def user(body: Body) -> PersonId:
    """Who acted, in any kind of payload."""
    acting = body.get("user") or body.get("user_id") or (body.get("event") or {}).get("user") or ""
    return PersonId(acting["id"] if isinstance(acting, dict) else acting)
