"""Messages: posting, changing and deleting them, and telling the pages and the app."""

import copy
from dataclasses import dataclass
from typing import Any

from sandbox.slack import events
from sandbox.slack.errors import Json
from sandbox.slack.shapes import can_see, message_shape, page_channel
from sandbox.slack.world import World


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be; `blocks` and `attachments` are checked already."""

    user_id: str
    text: str = ""
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    thread_ts: str | None = None
    metadata: Json | None = None
    broadcast: bool = False
    extra: Json | None = None


def post(world: World, channel: Json, draft: Draft) -> Json:
    """Stores the message and tells everybody; a thread whose parent is gone puts it at the top level, as Slack does."""
    message = compose(world, draft)
    parent = _parent(world, channel["id"], draft.thread_ts)
    if parent:
        message["thread_ts"] = parent["ts"]
        if draft.broadcast:
            message |= {"subtype": "thread_broadcast", "root": message_shape(world.workspace, channel["id"], parent)}
    world.workspace.save_message(channel["id"], message)
    world.workspace.save_read(draft.user_id, channel["id"], message["ts"])
    _show(world, channel, "message", message)
    if parent:
        _show(world, channel, "message_changed", parent)
    refresh_marks(world, channel)
    events.message_posted(world, channel, message)
    return message


def compose(world: World, draft: Draft) -> Json:
    """The message object, with a new timestamp and, for the app, its bot's names."""
    workspace, user = world.workspace, world.workspace.user(draft.user_id)
    message: Json = {"type": "message", "user": user["id"], "ts": workspace.next_ts(), "text": draft.text, "team": user["team_id"]}
    if user["is_bot"]:
        message |= {"bot_id": world.identity.bot_id, "app_id": world.identity.app_id, "bot_profile": bot_profile(world)}
    parts: dict[str, Any] = {"blocks": draft.blocks, "attachments": draft.attachments, "metadata": draft.metadata}
    return message | {key: value for key, value in parts.items() if value} | (draft.extra or {})


def bot_profile(world: World) -> Json:
    identity, bot = world.identity, world.workspace.user(world.identity.bot_user_id)
    icon = f"{world.origin}/avatars/{bot['id']}.svg"
    return {
        "id": identity.bot_id, "app_id": identity.app_id, "user_id": bot["id"], "name": bot["name"], "deleted": False,
        "team_id": identity.team_id, "updated": int(world.clock.now()), "icons": {"image_36": icon, "image_48": icon, "image_72": icon},
    }  # fmt: skip


def change(world: World, channel: Json, message: Json, fields: Json, edited: bool) -> Json:
    """Replaces fields of a message (None removes one); `edited` leaves the mark that people see."""
    previous = copy.deepcopy(message)
    for key, value in fields.items():
        message.pop(key, None)
        if value is not None:
            message[key] = value
    if edited:
        message["edited"] = {"user": message["user"], "ts": world.workspace.next_ts()}
    world.workspace.save_message(channel["id"], message)
    _show(world, channel, "message_changed", message)
    events.message_changed(world, channel, message, previous)
    return message


def delete(world: World, channel: Json, message: Json) -> None:
    """Removes a message; the parent of a thread stays as a tombstone while it has replies."""
    previous = copy.deepcopy(message)
    if world.workspace.replies(channel["id"], message["ts"]):
        tombstone = {"text": "This message was deleted.", "subtype": "tombstone", "hidden": True}
        for key in ("blocks", "attachments", "metadata", "reactions", "edited"):
            message.pop(key, None)
        message |= tombstone
        world.workspace.save_message(channel["id"], message)
        _show(world, channel, "message_changed", message)
    else:
        world.workspace.forget_message(channel["id"], message)
        _show(world, channel, "message_deleted", message)
        parent = world.workspace.messages[channel["id"]].get(message.get("thread_ts", ""))
        if parent:
            _show(world, channel, "message_changed", parent)
    refresh_marks(world, channel)
    events.message_deleted(world, channel, previous)


def post_ephemeral(world: World, channel: Json, user_id: str, draft: Draft) -> Json:
    """Shows a message to one person only; it is kept until the server stops."""
    message = compose(world, draft) | {"is_ephemeral": True}
    parent = _parent(world, channel["id"], draft.thread_ts)
    if parent:
        message["thread_ts"] = parent["ts"]
    world.workspace.ephemerals.setdefault(channel["id"], []).append({"for": user_id, "message": message})
    world.streams.send(user_id, {"type": "ephemeral", "channel": channel["id"], "message": message})
    return message


def ephemeral(world: World, channel_id: str, user_id: str, ts: str) -> Json | None:
    """This person's ephemeral message, if there is one."""
    kept = world.workspace.ephemerals.get(channel_id, [])
    return next((entry["message"] for entry in kept if entry["for"] == user_id and entry["message"]["ts"] == ts), None)


def change_ephemeral(world: World, channel_id: str, user_id: str, message: Json, fields: Json) -> None:
    for key, value in fields.items():
        message.pop(key, None)
        if value is not None:
            message[key] = value
    world.streams.send(user_id, {"type": "ephemeral", "channel": channel_id, "message": message})


def delete_ephemeral(world: World, channel_id: str, user_id: str, ts: str) -> None:
    kept = world.workspace.ephemerals.get(channel_id, [])
    gone = [entry for entry in kept if entry["for"] == user_id and entry["message"]["ts"] == ts]
    world.workspace.ephemerals[channel_id] = [entry for entry in kept if entry not in gone]
    for entry in gone:
        world.streams.send(user_id, {"type": "message_deleted", "channel": channel_id, "message": entry["message"]})


def listed(world: World, channel_id: str, user_id: str) -> list[Json]:
    """The channel's top level as this person sees it, oldest first."""
    shown = [message_shape(world.workspace, channel_id, message, with_metadata=True) for message in world.workspace.top_level(channel_id)]
    return _with_ephemerals(world, channel_id, user_id, shown, None)


def thread(world: World, channel_id: str, user_id: str, ts: str) -> list[Json]:
    """The parent and its replies as this person sees them; raises message_not_found."""
    workspace = world.workspace
    parent = workspace.message(channel_id, ts)
    shown = [message_shape(workspace, channel_id, m, with_metadata=True) for m in (parent, *workspace.replies(channel_id, ts))]
    return _with_ephemerals(world, channel_id, user_id, shown, ts)


def annotate(world: World, channel: Json, message: Json, key: str, value: Any) -> None:
    """Sets what is said about a message, such as its pins, and not what it says (None takes it away)."""
    message.pop(key, None)
    if value is not None:
        message[key] = value
    world.workspace.save_message(channel["id"], message)
    _show(world, channel, "message_changed", message)


def refresh_marks(world: World, channel: Json) -> None:
    """Tells every open page of the channel's new unread marks."""
    for user_id in list(world.streams.open):
        if can_see(channel, world.workspace.users[user_id]):
            world.streams.send(user_id, {"type": "channel", "channel": page_channel(world.workspace, channel, user_id)})


def show_changed(world: World, channel: Json, message: Json) -> None:
    """Tells the open pages that a message looks different now."""
    _show(world, channel, "message_changed", message)


def _with_ephemerals(world: World, channel_id: str, user_id: str, shown: list[Json], ts: str | None) -> list[Json]:
    for entry in world.workspace.ephemerals.get(channel_id, ()):
        if entry["for"] == user_id and entry["message"].get("thread_ts") == ts:
            shown.append(entry["message"])
    return sorted(shown, key=lambda message: str(message["ts"]))


def _parent(world: World, channel_id: str, thread_ts: str | None) -> Json | None:
    if not thread_ts:
        return None
    known = world.workspace.messages.get(channel_id, {})
    found = known.get(thread_ts)
    return known.get(found.get("thread_ts", thread_ts)) if found else None


def _show(world: World, channel: Json, kind: str, message: Json) -> None:
    event = {"type": kind, "channel": channel["id"], "message": message_shape(world.workspace, channel["id"], message, with_metadata=True)}
    for user_id in list(world.streams.open):
        if can_see(channel, world.workspace.users[user_id]):
            world.streams.send(user_id, event)
