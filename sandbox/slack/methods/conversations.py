"""conversations.*: channels, direct messages, their history and members."""

from collections.abc import Callable

from sandbox.slack import events, messages
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.methods.call import FAMILY, Call, Method
from sandbox.slack.methods.paging import page
from sandbox.slack.shapes import api_channel, channel_kind, message_shape

TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def listing(call: Call) -> Json:
    return _channels(call, lambda channel: _known(call, channel))


def of_user(call: Call) -> Json:
    """users.conversations: where a person, or the bot itself, is a member, as far as the bot knows of it."""
    user = call.world.workspace.user(call.args.text("user") or call.bot)["id"]
    return _channels(call, lambda channel: user in channel["members"] and _known(call, channel))


def _channels(call: Call, wanted: Callable[[Json], bool]) -> Json:
    kinds = []
    for word in call.args.words("types") or ["public_channel"]:
        if word not in TYPES:
            raise SlackError("invalid_types")
        kinds.append(TYPES[word])
        if TYPES[word] in FAMILY:
            call.need(f"{FAMILY[TYPES[word]]}:read")
    workspace = call.world.workspace
    seen = [channel for channel in workspace.channels.values() if channel_kind(channel) in kinds and wanted(channel)]
    if call.args.flag("exclude_archived"):
        seen = [channel for channel in seen if not channel["is_archived"]]
    cut = page(seen, call.args.text("cursor"), call.args.count("limit", 100, 1000), lambda channel: str(channel["id"]))
    return {"channels": [api_channel(workspace, channel) for channel in cut.entries], **cut.metadata}


def info(call: Call) -> Json:
    channel = call.channel()
    call.need_for(channel, "read")
    return {"channel": api_channel(call.world.workspace, channel)}


def history(call: Call) -> Json:
    channel = _readable(call)
    latest, oldest = call.args.text("latest") or "9999999999.999999", call.args.text("oldest") or "0"
    inclusive = call.args.flag("inclusive")
    top = [m for m in call.world.workspace.top_level(channel["id"]) if _between(m["ts"], oldest, latest, inclusive)]
    cut = page(top[::-1], call.args.text("cursor"), call.args.count("limit", 100, 999), lambda message: str(message["ts"]))
    body: Json = {"messages": _shapes(call, channel, cut.entries), "has_more": bool(cut.cursor), "pin_count": _pins(call, channel)}
    return body | (cut.metadata if cut.cursor else {})


def replies(call: Call) -> Json:
    """The parent opens every page, as with Slack."""
    channel, workspace = _readable(call), call.world.workspace
    known = workspace.messages.get(channel["id"], {})
    asked = known.get(call.args.text("ts"), {})
    parent = known.get(str(asked.get("thread_ts", asked.get("ts"))))
    if parent is None:
        raise SlackError("thread_not_found")
    latest, oldest = call.args.text("latest") or "9999999999.999999", call.args.text("oldest") or "0"
    found = [m for m in workspace.replies(channel["id"], parent["ts"]) if _between(m["ts"], oldest, latest, call.args.flag("inclusive"))]
    cut = page(found, call.args.text("cursor"), max(1, call.args.count("limit", 1000, 1000) - 1), lambda message: str(message["ts"]))
    body: Json = {"messages": _shapes(call, channel, [parent, *cut.entries]), "has_more": bool(cut.cursor)}
    return body | (cut.metadata if cut.cursor else {})


def members(call: Call) -> Json:
    channel = call.channel()
    call.need_for(channel, "read")
    entries = [{"id": member} for member in channel["members"]]
    cut = page(entries, call.args.text("cursor"), call.args.count("limit", 100, 1000), lambda member: str(member["id"]))
    return {"members": [member["id"] for member in cut.entries], **cut.metadata}


def open_direct(call: Call) -> Json:
    workspace = call.world.workspace
    known = set(workspace.channels)
    channel = call.channel() if call.args.text("channel") else workspace.direct(_partner(call))
    body: Json = {"channel": api_channel(workspace, channel) if call.args.flag("return_im") else {"id": channel["id"]}}
    if channel["id"] in known:
        return {"no_op": True, "already_open": True, **body}
    messages.refresh_marks(call.world, channel)
    return body


def join(call: Call) -> Json:
    channel = call.channel()
    if channel["is_im"] or channel["is_private"]:
        raise SlackError("method_not_supported_for_channel_type")
    if channel["is_archived"]:
        raise SlackError("is_archived")
    if call.bot in channel["members"]:
        return {"channel": api_channel(call.world.workspace, channel), "warning": "already_in_channel"}
    channel["members"].append(call.bot)
    call.world.workspace.save_channel(channel)
    events.membership(call.world, channel, call.bot, joined=True)
    return {"channel": api_channel(call.world.workspace, channel)}


def _partner(call: Call) -> str:
    """The one person of `users`, whom a bot can write to."""
    users = call.args.words("users")
    if len(users) != 1:
        raise SlackError("method_not_supported_for_channel_type" if users else "users_list_not_supplied")
    user = call.world.workspace.user(users[0])
    if user["deleted"]:
        raise SlackError("user_disabled")
    if user["is_bot"]:
        raise SlackError("cannot_dm_bot")
    return users[0]


def _pins(call: Call, channel: Json) -> int:
    return sum(1 for message in call.world.workspace.messages.get(channel["id"], {}).values() if message.get("pinned_to"))


def _known(call: Call, channel: Json) -> bool:
    return call.bot in channel["members"] or not (channel["is_private"] or channel["is_im"])


def _readable(call: Call) -> Json:
    channel = call.channel()
    call.need_for(channel, "history")
    if call.bot not in channel["members"]:
        raise SlackError("not_in_channel")
    return channel


def _between(ts: str, oldest: str, latest: str, inclusive: bool) -> bool:
    at, first, last = float(ts), float(oldest), float(latest)
    return first <= at <= last if inclusive else first < at < last


def _shapes(call: Call, channel: Json, entries: list[Json]) -> list[Json]:
    with_metadata = call.args.flag("include_all_metadata")
    return [message_shape(call.world.workspace, channel["id"], message, with_metadata) for message in entries]


METHODS = (
    Method("conversations.list", listing, tier=2),
    Method("users.conversations", of_user),
    Method("conversations.info", info),
    Method("conversations.history", history),
    Method("conversations.replies", replies, None, ("ts",)),
    Method("conversations.members", members, tier=4),
    Method("conversations.open", open_direct, "im:write"),
    Method("conversations.join", join, "channels:join"),
)
