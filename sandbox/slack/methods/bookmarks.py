"""bookmarks.*: the links at the top of a channel."""

from sandbox.slack import ids
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.methods.call import Call, Method

MOST = 100
SCHEMES = ("http://", "https://", "mailto:")


def add(call: Call) -> Json:
    channel = _channel(call)
    if call.args.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if len(_of(call, channel)) >= MOST:
        raise SlackError("too_many_bookmarks")
    now = int(call.world.clock.now())
    bookmark = {
        "id": ids.fresh("Bk"), "channel_id": channel["id"], "title": call.args.text("title"), "link": _link(call), "type": "link",
        "emoji": call.args.text("emoji"), "icon_url": None, "entity_id": call.args.text("entity_id") or None, "date_created": now,
        "date_updated": now, "rank": "U", "last_updated_by_user_id": call.bot, "last_updated_by_team_id": call.world.identity.team_id,
        "shortcut_id": None, "app_id": call.world.identity.app_id,
    }  # fmt: skip
    return {"bookmark": call.world.workspace.keep("bookmark", bookmark)}


def edit(call: Call) -> Json:
    bookmark = _known(call)
    changes = {name: call.args.text(name) for name in ("title", "emoji") if call.args.text(name)}
    if call.args.text("link"):
        changes["link"] = _link(call)
    now = int(call.world.clock.now())
    return {"bookmark": call.world.workspace.keep("bookmark", bookmark | changes | {"date_updated": now})}


def listing(call: Call) -> Json:
    return {"bookmarks": _of(call, _channel(call))}


def remove(call: Call) -> Json:
    call.world.workspace.drop("bookmark", _known(call)["id"])
    return {}


def _channel(call: Call) -> Json:
    return call.joined("channel_id")


def _of(call: Call, channel: Json) -> list[Json]:
    return [bookmark for bookmark in call.world.workspace.shelf("bookmark").values() if bookmark["channel_id"] == channel["id"]]


def _known(call: Call) -> Json:
    found = next((one for one in _of(call, _channel(call)) if one["id"] == call.args.text("bookmark_id")), None)
    if found is None:
        raise SlackError("not_found")
    return found


def _link(call: Call) -> str:
    link = call.args.text("link")
    if not link.startswith(SCHEMES):
        raise SlackError("invalid_link")
    return link


METHODS = (
    Method("bookmarks.add", add, "bookmarks:write", ("channel_id", "title", "type"), tier=2),
    Method("bookmarks.edit", edit, "bookmarks:write", ("channel_id", "bookmark_id"), tier=2),
    Method("bookmarks.list", listing, "bookmarks:read", ("channel_id",)),
    Method("bookmarks.remove", remove, "bookmarks:write", ("channel_id", "bookmark_id"), tier=2),
)
