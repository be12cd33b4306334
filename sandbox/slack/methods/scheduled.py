"""chat.schedule*: messages for later."""

from sandbox.slack import scheduled
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.messages import compose
from sandbox.slack.methods import chat
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.methods.paging import page


def schedule(call: Call) -> Json:
    channel = chat.target(call)
    post_at = call.args.moment("post_at")
    if post_at is None:
        raise SlackError("invalid_time")
    draft = chat.draft(call, chat.content(call))
    entry = scheduled.schedule(call.world, channel, draft, post_at)
    message = {key: value for key, value in compose(call.world, draft).items() if key != "ts"} | {"type": "delayed_message"}
    return {"channel": channel["id"], "scheduled_message_id": entry["id"], "post_at": post_at, "message": message}


def listing(call: Call) -> Json:
    channel = call.channel()["id"] if call.args.text("channel") else ""
    oldest, latest = call.args.moment("oldest") or 0, call.args.moment("latest") or float("inf")
    found = [entry for entry in scheduled.waiting(call.world, channel) if oldest <= entry["post_at"] <= latest]
    cut = page(found, call.args.text("cursor"), call.args.count("limit", 100, 100), lambda entry: str(entry["id"]))
    return {"scheduled_messages": [_shape(entry) for entry in cut.entries], **cut.metadata}


def delete(call: Call) -> Json:
    scheduled.cancel(call.world, call.channel()["id"], call.args.text("scheduled_message_id"))
    return {}


def _shape(entry: Json) -> Json:
    return {key: entry[key] for key in ("id", "channel_id", "post_at", "date_created")} | {"text": entry["draft"]["text"]}


METHODS = (
    Method("chat.scheduleMessage", schedule, "chat:write", ("channel", "post_at")),
    Method("chat.scheduledMessages.list", listing),
    Method("chat.deleteScheduledMessage", delete, "chat:write", ("channel", "scheduled_message_id")),
)
