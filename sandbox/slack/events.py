"""The Events API: what the app subscribed to in its manifest, wrapped and handed to the hub."""

import secrets

from sandbox.slack import ids
from sandbox.slack.errors import Json
from sandbox.slack.shapes import channel_kind
from sandbox.slack.world import World

OWN_FIELDS = ("metadata", "reactions")


def message_posted(world: World, channel: Json, message: Json) -> None:
    """Tells the app of a new message, and of a mention of its bot."""
    event = {key: value for key, value in message.items() if key != "reactions"}
    event |= {"channel": channel["id"], "event_ts": message["ts"], "channel_type": channel_kind(channel)}
    _message(world, channel, event)
    if f"<@{world.identity.bot_user_id}>" in message.get("text", "") and "bot_id" not in message and not channel["is_im"]:
        mention = {key: value for key, value in event.items() if key not in ("channel_type", "subtype")} | {"type": "app_mention"}
        _tell(world, "app_mention", channel, mention)


def message_changed(world: World, channel: Json, message: Json, previous: Json) -> None:
    fields = {"message": _plain(message), "previous_message": _plain(previous)}
    _message(world, channel, _hidden(world, channel, "message_changed", fields))


def message_deleted(world: World, channel: Json, previous: Json) -> None:
    fields = {"deleted_ts": previous["ts"], "previous_message": _plain(previous)}
    _message(world, channel, _hidden(world, channel, "message_deleted", fields))


def reaction(world: World, channel: Json, message: Json, user_id: str, name: str, added: bool) -> None:
    kind = "reaction_added" if added else "reaction_removed"
    item = {"type": "message", "channel": channel["id"], "ts": message["ts"]}
    event = {"type": kind, "user": user_id, "reaction": name, "item": item, "item_user": message["user"]}
    event["event_ts"] = world.workspace.next_ts()
    _tell(world, kind, channel, event)


def pin(world: World, channel: Json, message: Json, added: bool) -> None:
    kind = "pin_added" if added else "pin_removed"
    item = {"type": "message", "channel": channel["id"], "message": _plain(message), "created": int(world.clock.now())}
    event = {"type": kind, "user": world.identity.bot_user_id, "channel_id": channel["id"], "item": item, "has_pins": added}
    _tell(world, kind, channel, event | {"event_ts": world.workspace.next_ts()})


def file_shared(world: World, channel: Json, file: Json) -> None:
    event = {"type": "file_shared", "channel_id": channel["id"], "file_id": file["id"], "user_id": file["user"], "file": {"id": file["id"]}}
    _tell(world, "file_shared", channel, event | {"event_ts": world.workspace.next_ts()})


def home_opened(world: World, user_id: str, tab: str) -> None:
    """`app_home_opened` for this person; `tab` is home or messages."""
    channel = world.workspace.direct(user_id)
    event: Json = {"type": "app_home_opened", "user": user_id, "channel": channel["id"], "tab": tab, "event_ts": world.workspace.next_ts()}
    view = world.workspace.homes.get(user_id)
    if tab == "home" and view:
        event["view"] = view
    _tell(world, "app_home_opened", channel, event)


def membership(world: World, channel: Json, user_id: str, joined: bool) -> None:
    kind, name = "G" if channel["is_private"] else "C", "member_joined_channel" if joined else "member_left_channel"
    event = {"type": name, "user": user_id, "channel": channel["id"], "channel_type": kind}
    event |= {"team": world.identity.team_id, "event_ts": world.workspace.next_ts()}
    _tell(world, name, channel, event)


def _message(world: World, channel: Json, event: Json) -> None:
    plural = {"channel": "channels", "group": "groups", "im": "im"}[channel_kind(channel)]
    _tell(world, f"message.{plural}", channel, event)


def _hidden(world: World, channel: Json, subtype: str, fields: Json) -> Json:
    ts = world.workspace.next_ts()
    place = {"channel": channel["id"], "channel_type": channel_kind(channel)}
    return {"type": "message", "subtype": subtype, "hidden": True, "ts": ts, "event_ts": ts, **place, **fields}


def _plain(message: Json) -> Json:
    return {key: value for key, value in message.items() if key not in OWN_FIELDS}


def _tell(world: World, subscription: str, channel: Json, event: Json) -> None:
    identity = world.identity
    if subscription not in world.manifest.events or identity.bot_user_id not in channel["members"]:
        return
    authorization = {"enterprise_id": None, "team_id": identity.team_id, "user_id": identity.bot_user_id, "is_bot": True}
    world.hub.tell(
        {
            "token": "local", "team_id": identity.team_id, "context_team_id": identity.team_id, "context_enterprise_id": None,
            "api_app_id": identity.app_id, "event": event, "type": "event_callback", "event_id": ids.fresh("Ev"),
            "event_time": int(world.clock.now()), "authorizations": [{**authorization, "is_enterprise_install": False}],
            "is_ext_shared_channel": channel["is_ext_shared"], "event_context": f"4-{secrets.token_urlsafe(24)}",
        }
    )  # fmt: skip
