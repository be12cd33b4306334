"""reactions.*: adding, taking back and reading reactions."""

import re

from sandbox.slack import reactions
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.methods.paging import page
from sandbox.slack.shapes import message_shape

NAME = re.compile(r"[a-z0-9_'+-]+(::skin-tone-[2-6])?")


def add(call: Call) -> Json:
    channel, message = _item(call)
    reactions.add(call.world, channel, message, call.bot, _name(call))
    return {}


def remove(call: Call) -> Json:
    channel, message = _item(call)
    reactions.remove(call.world, channel, message, call.bot, _name(call))
    return {}


def get(call: Call) -> Json:
    channel, message = _item(call)
    return _shape(call, channel, message)


def listing(call: Call) -> Json:
    """The messages to which a person, or the bot itself, reacted, newest first."""
    workspace, user, found = call.world.workspace, call.args.text("user") or call.bot, []
    for channel in workspace.channels.values():
        for message in workspace.messages.get(channel["id"], {}).values() if call.bot in channel["members"] else ():
            if any(user in entry["users"] for entry in message.get("reactions", ())):
                found.append(_shape(call, channel, message))
    found.sort(key=lambda item: str(item["message"]["ts"]), reverse=True)
    cut = page(found, call.args.text("cursor"), call.args.count("limit", 100, 1000), lambda item: str(item["message"]["ts"]))
    return {"items": cut.entries, **cut.metadata}


def _shape(call: Call, channel: Json, message: Json) -> Json:
    return {"type": "message", "channel": channel["id"], "message": message_shape(call.world.workspace, channel["id"], message)}


def _item(call: Call) -> tuple[Json, Json]:
    channel = call.channel()
    return channel, call.world.workspace.message(channel["id"], call.args.text("timestamp"))


def _name(call: Call) -> str:
    name = call.args.text("name").strip(":")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return name


METHODS = (
    Method("reactions.add", add, "reactions:write", ("name",)),
    Method("reactions.remove", remove, "reactions:write", ("name",), tier=2),
    Method("reactions.list", listing, "reactions:read", tier=2),
    Method("reactions.get", get, "reactions:read"),
)
