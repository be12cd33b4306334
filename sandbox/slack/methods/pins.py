"""pins.*: messages kept at hand."""

from sandbox.slack import events, messages
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.shapes import message_shape


def add(call: Call) -> Json:
    channel, message = _item(call)
    if message.get("pinned_to"):
        raise SlackError("already_pinned")
    messages.annotate(call.world, channel, message, "pinned_to", [channel["id"]])
    events.pin(call.world, channel, message, added=True)
    return {}


def remove(call: Call) -> Json:
    channel, message = _item(call)
    if not message.get("pinned_to"):
        raise SlackError("no_pin")
    messages.annotate(call.world, channel, message, "pinned_to", None)
    events.pin(call.world, channel, message, added=False)
    return {}


def listing(call: Call) -> Json:
    """The pinned messages, newest first."""
    channel, workspace = call.joined(), call.world.workspace
    pinned = [message for message in workspace.messages.get(channel["id"], {}).values() if message.get("pinned_to")]
    return {"items": [_shape(call, channel, message) for message in pinned[::-1]]}


def _item(call: Call) -> tuple[Json, Json]:
    channel = call.joined()
    return channel, call.world.workspace.message(channel["id"], call.args.text("timestamp"))


def _shape(call: Call, channel: Json, message: Json) -> Json:
    shown = message_shape(call.world.workspace, channel["id"], message)
    return {"type": "message", "channel": channel["id"], "created": int(float(message["ts"])), "created_by": call.bot, "message": shown}


METHODS = (
    Method("pins.add", add, "pins:write", ("channel", "timestamp"), tier=2),
    Method("pins.remove", remove, "pins:write", ("channel", "timestamp"), tier=2),
    Method("pins.list", listing, "pins:read", ("channel",), tier=2),
)
