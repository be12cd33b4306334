"""conversations.*: making, filling, naming and closing channels."""

import re

from sandbox.slack import events, ids, messages
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.messages import Draft
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.shapes import api_channel

NAME = re.compile(r"[\w-]+")
LONGEST_NAME = 80
LONGEST_NOTE = 250


def create(call: Call) -> Json:
    private, name = call.args.flag("is_private"), _name(call)
    call.need("groups:write" if private else "channels:manage")
    workspace = call.world.workspace
    channel = workspace.add_channel(ids.fresh("C"), name, [call.bot], is_private=private)
    messages.refresh_marks(call.world, channel)
    return {"channel": api_channel(workspace, channel)}


def invite(call: Call) -> Json:
    """Adds people; the first whom it cannot add is the error, with the others listed beside it."""
    channel, users = _managed(call), call.args.words("users")
    if not users:
        raise SlackError("no_user")
    wrong = [{"user": user, "ok": False, "error": error} for user in users if (error := _uninvitable(call, channel, user))]
    if wrong:
        raise SlackError(str(wrong[0]["error"]), errors=wrong)
    for user in users:
        channel["members"].append(user)
        _save(call, channel)
        events.membership(call.world, channel, user, joined=True)
    return {"channel": api_channel(call.world.workspace, channel)}


def kick(call: Call) -> Json:
    channel, user = _managed(call), call.args.text("user")
    if user == call.bot:
        raise SlackError("cant_kick_self")
    call.world.workspace.user(user)
    if user not in channel["members"]:
        raise SlackError("not_in_channel")
    if channel.get("is_general"):
        raise SlackError("cant_kick_from_general")
    _remove(call, channel, user)
    return {}


def leave(call: Call) -> Json:
    channel = _plain_channel(call)
    if call.bot not in channel["members"]:
        return {"not_in_channel": True}
    if channel.get("is_general"):
        raise SlackError("cant_leave_general")
    _remove(call, channel, call.bot)
    return {}


def rename(call: Call) -> Json:
    channel = _managed(call)
    channel["name"] = _name(call)
    _save(call, channel)
    return {"channel": api_channel(call.world.workspace, channel)}


def set_topic(call: Call) -> Json:
    return _note(call, "topic")


def set_purpose(call: Call) -> Json:
    return _note(call, "purpose")


def archive(call: Call) -> Json:
    channel = _plain_channel(call)
    call.need_for(channel, "manage")
    if channel["is_archived"]:
        raise SlackError("already_archived")
    if channel.get("is_general"):
        raise SlackError("cant_archive_general")
    if call.bot not in channel["members"]:
        raise SlackError("not_in_channel")
    channel["is_archived"] = True
    _save(call, channel)
    return {}


def unarchive(call: Call) -> Json:
    channel = _plain_channel(call)
    call.need_for(channel, "manage")
    if not channel["is_archived"]:
        raise SlackError("not_archived")
    channel["is_archived"] = False
    _save(call, channel)
    return {}


def close(call: Call) -> Json:
    """Direct conversations close without losing anything."""
    if not call.channel()["is_im"]:
        raise SlackError("method_not_supported_for_channel_type")
    return {}


def mark(call: Call) -> Json:
    channel = call.joined()
    message = call.world.workspace.messages.get(channel["id"], {}).get(call.args.text("ts"))
    if message is None:
        raise SlackError("invalid_timestamp")
    call.world.workspace.save_read(call.bot, channel["id"], message["ts"])
    return {}


def _note(call: Call, key: str) -> Json:
    """Sets topic or purpose and says so in the channel."""
    channel, note = _managed(call), call.args.text(key)
    if len(note) > LONGEST_NOTE:
        raise SlackError("too_long")
    channel[key] = note
    _save(call, channel)
    said = Draft(call.bot, f"set the channel {key}: {note}", extra={"subtype": f"channel_{key}", key: note})
    messages.post(call.world, channel, said)
    return {"channel": api_channel(call.world.workspace, channel)}


def _name(call: Call) -> str:
    """A channel's name as Slack wants it; raises invalid_name_required and its kin, and name_taken."""
    name = call.args.text("name").strip().lstrip("#")
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > LONGEST_NAME:
        raise SlackError("invalid_name_maxlength")
    if not NAME.fullmatch(name) or name != name.lower():
        raise SlackError("invalid_name_specials")
    if not re.search(r"\w", name.replace("_", "")):
        raise SlackError("invalid_name_punctuation")
    if any(channel["name"] == name for channel in call.world.workspace.channels.values()):
        raise SlackError("name_taken")
    return name


def _plain_channel(call: Call) -> Json:
    channel = call.channel()
    if channel["is_im"]:
        raise SlackError("method_not_supported_for_channel_type")
    return channel


def _managed(call: Call) -> Json:
    """A channel that the bot is in and may manage."""
    channel = _plain_channel(call)
    call.need_for(channel, "manage")
    return call.joined()


def _uninvitable(call: Call, channel: Json, user_id: str) -> str:
    user = call.world.workspace.users.get(user_id)
    if user is None or user["deleted"]:
        return "user_not_found"
    if user_id == call.bot:
        return "cant_invite_self"
    return "already_in_channel" if user_id in channel["members"] else ""


def _remove(call: Call, channel: Json, user_id: str) -> None:
    channel["members"].remove(user_id)
    _save(call, channel)
    events.membership(call.world, channel, user_id, joined=False)


def _save(call: Call, channel: Json) -> None:
    call.world.workspace.save_channel(channel)
    messages.refresh_marks(call.world, channel)


METHODS = (
    Method("conversations.create", create, tier=2),
    Method("conversations.invite", invite),
    Method("conversations.kick", kick, None, ("user",)),
    Method("conversations.leave", leave),
    Method("conversations.rename", rename, tier=2),
    Method("conversations.setTopic", set_topic, None, ("topic",), tier=2),
    Method("conversations.setPurpose", set_purpose, None, ("purpose",), tier=2),
    Method("conversations.archive", archive, tier=2),
    Method("conversations.unarchive", unarchive, tier=2),
    Method("conversations.close", close, "im:write", tier=2),
    Method("conversations.mark", mark, None, ("ts",)),
)
