"""chat.*: posting, changing and deleting messages."""

import re
from typing import Any

from sandbox.slack import files, messages
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.kit import validate
from sandbox.slack.messages import Draft
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.shapes import message_shape

LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
MOST_ATTACHMENTS = 100
NO_TEXT = "This content can't be displayed."
"""What notifications show of blocks that came without a text."""
TS = re.compile(r"\d{10}\.\d{6}")


def post_message(call: Call) -> Json:
    channel = target(call)
    checked = draft(call, content(call))
    call.world.rates.spend_message(channel["id"])
    message = messages.post(call.world, channel, checked)
    shape = message_shape(call.world.workspace, channel["id"], message, with_metadata=True)
    return {"channel": channel["id"], "ts": message["ts"], "message": shape}


def post_ephemeral(call: Call) -> Json:
    channel = call.joined()
    user_id = call.args.text("user")
    if user_id not in channel["members"]:
        raise SlackError("user_not_in_channel")
    call.world.rates.spend_message(channel["id"])
    message = messages.post_ephemeral(call.world, channel, user_id, draft(call, content(call)))
    return {"message_ts": message["ts"]}


def update(call: Call) -> Json:
    channel = call.channel()
    message = _own(call, channel, "cant_update_message")
    if not any(call.args.values.get(name) is not None for name in ("text", "blocks", "attachments", "metadata")):
        raise SlackError("no_text")
    if len(call.args.text("text")) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    fields = _changes(call)
    if not (fields.get("text", message["text"]) or fields.get("blocks", message.get("blocks"))):
        raise SlackError("no_text")
    changed = messages.change(call.world, channel, message, fields, edited="text" in fields and not fields.get("blocks"))
    shape = message_shape(call.world.workspace, channel["id"], changed, with_metadata=True)
    return {"channel": channel["id"], "ts": changed["ts"], "text": changed["text"], "message": shape}


def delete(call: Call) -> Json:
    channel = call.channel()
    message = _own(call, channel, "cant_delete_message")
    messages.delete(call.world, channel, message)
    return {"channel": channel["id"], "ts": message["ts"]}


def get_permalink(call: Call) -> Json:
    channel, ts = call.channel(), call.args.text("message_ts")
    message = call.world.workspace.message(channel["id"], ts)
    link = f"{call.world.origin}/archives/{channel['id']}/p{ts.replace('.', '')}"
    parent = message.get("thread_ts")
    if parent and parent != ts:
        link += f"?thread_ts={parent}&cid={channel['id']}"
    return {"channel": channel["id"], "permalink": link}


def target(call: Call) -> Json:
    """A channel, or the conversation with a person where the argument is a user's id."""
    name = call.args.text("channel")
    if name.startswith("U") and name in call.world.workspace.users:
        return call.world.workspace.direct(name)
    return call.joined()


def content(call: Call) -> dict[str, Any]:
    """What a message says: text, blocks, attachments and metadata, checked; raises Slack's errors for each."""
    blocks, attachments = call.args.data("blocks", "invalid_blocks_format"), call.args.data("attachments")
    text = call.args.text("text")[:LONGEST_TEXT]
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    if attachments and len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    checked = _checked(call, blocks)
    return {"text": text or NO_TEXT, "blocks": checked, "attachments": attachments, "metadata": _metadata(call)}


def _checked(call: Call, blocks: Any) -> list[Json] | None:
    return files.resolved(call.world, validate.message_blocks(blocks)) if blocks else None


def _metadata(call: Call) -> Json | None:
    metadata = call.args.data("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    sound = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    if not sound:
        raise SlackError("invalid_metadata_format")
    return dict(metadata)


def draft(call: Call, said: dict[str, Any]) -> Draft:
    """The bot's message with this content, in the thread that the call names; raises invalid_thread_ts."""
    thread_ts = call.args.text("thread_ts")
    if thread_ts and not TS.fullmatch(thread_ts):
        raise SlackError("invalid_thread_ts", response_metadata={"messages": [f"[ERROR] {thread_ts} is not a valid thread_ts"]})
    return Draft(call.bot, thread_ts=thread_ts or None, broadcast=call.args.flag("reply_broadcast"), **said)


def _own(call: Call, channel: Json, refusal: str) -> Json:
    message = call.world.workspace.message(channel["id"], call.args.text("ts"))
    if message["user"] != call.bot or message.get("subtype") == "tombstone":
        raise SlackError(refusal)
    return message


def _changes(call: Call) -> dict[str, Any]:
    """What an update replaces: text without blocks takes the old blocks away, and no text leaves them."""
    fields: dict[str, Any] = {}
    blocks = call.args.data("blocks", "invalid_blocks_format")
    if call.args.values.get("text") is not None:
        fields |= {"text": call.args.text("text"), "blocks": None}
    if blocks is not None:
        fields["blocks"] = _checked(call, blocks)
    if call.args.values.get("attachments") is not None:
        fields["attachments"] = call.args.data("attachments") or None
    if call.args.values.get("metadata") is not None:
        fields["metadata"] = _metadata(call)
    return fields


METHODS = (
    Method("chat.postMessage", post_message, "chat:write", tier=4),
    Method("chat.postEphemeral", post_ephemeral, "chat:write", ("user",), tier=4),
    Method("chat.update", update, "chat:write"),
    Method("chat.delete", delete, "chat:write"),
    Method("chat.getPermalink", get_permalink, None, ("channel", "message_ts"), tier=4),
)
