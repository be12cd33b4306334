"""Stored documents in the shapes that the Web API and the page answer with."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.slack.errors import Json
from sandbox.slack.workspace import Workspace

PAGE_USER = (
    "id", "name", "real_name", "display_name", "email", "title", "color", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger",
    "deleted", "tz",
)  # fmt: skip
AVATAR_SIZES = (24, 32, 48, 72, 192, 512)


def api_user(workspace: Workspace, user: Json, origin: str, with_email: bool) -> Json:
    """A `user` object of users.info."""
    shape: Json = {
        "id": user["id"], "team_id": user["team_id"], "name": user["name"], "deleted": user["deleted"], "color": user["color"],
        "real_name": user["real_name"], "tz": user["tz"], "tz_label": user["tz"], "tz_offset": _offset(user["tz"]),
        "profile": _profile(workspace, user, origin, with_email), "is_admin": user["is_admin"], "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user["is_restricted"], "is_ultra_restricted": user["is_ultra_restricted"], "is_bot": user["is_bot"],
        "is_app_user": False, "updated": int(workspace.last_ts), "is_email_confirmed": not user["is_bot"],
    }  # fmt: skip
    if user["is_stranger"]:
        shape["is_stranger"] = True
    return shape


def _offset(zone: str) -> int:
    """Seconds east of Greenwich now; 0 where this machine does not know the zone."""
    try:
        offset = datetime.now(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        return 0
    return int(offset.total_seconds()) if offset else 0


def _profile(workspace: Workspace, user: Json, origin: str, with_email: bool) -> Json:
    first, _, last = user["real_name"].partition(" ")
    profile: Json = {
        "title": user["title"], "phone": "", "skype": "", "real_name": user["real_name"], "real_name_normalized": user["real_name"],
        "display_name": user["display_name"], "display_name_normalized": user["display_name"], "first_name": first, "last_name": last,
        "status_text": "", "status_emoji": "", "status_expiration": 0, "avatar_hash": user["color"], "team": user["team_id"],
        **{f"image_{size}": f"{origin}/avatars/{user['id']}.svg" for size in AVATAR_SIZES},
    }  # fmt: skip
    if user["is_bot"]:
        profile |= {"api_app_id": workspace.identity.app_id, "bot_id": workspace.identity.bot_id}
    elif with_email:
        profile["email"] = user["email"]
    return profile


def page_user(user: Json) -> Json:
    """A `User` of docs/local-slack.md."""
    return {key: user[key] for key in PAGE_USER}


def api_channel(workspace: Workspace, channel: Json) -> Json:
    """A `channel` object of conversations.info, as the bot sees it."""
    if channel["is_im"]:
        return {
            "id": channel["id"], "created": channel["created"], "is_archived": False, "is_im": True, "is_org_shared": False,
            "context_team_id": workspace.identity.team_id, "user": channel["user"], "is_user_deleted": False, "is_open": True,
            "priority": 0,
        }  # fmt: skip
    private, shared = channel["is_private"], channel["is_ext_shared"]
    return {
        "id": channel["id"], "name": channel["name"], "name_normalized": channel["name"], "is_channel": not private, "is_group": private,
        "is_im": False, "is_mpim": False, "is_private": private, "is_archived": channel["is_archived"],
        "is_general": bool(channel.get("is_general")), "is_shared": shared, "is_ext_shared": shared, "is_org_shared": False,
        "is_pending_ext_shared": False, "pending_shared": [], "created": channel["created"], "creator": channel["creator"], "unlinked": 0,
        "context_team_id": workspace.identity.team_id, "is_member": workspace.identity.bot_user_id in channel["members"],
        "num_members": len(channel["members"]), "topic": _note(channel, "topic"), "purpose": _note(channel, "purpose"),
        "previous_names": [],
    }  # fmt: skip


def _note(channel: Json, key: str) -> Json:
    value = channel[key]
    return {"value": value, "creator": channel["creator"] if value else "", "last_set": channel["created"] if value else 0}


def page_channel(workspace: Workspace, channel: Json, user_id: str) -> Json:
    """A `Channel` of docs/local-slack.md, with this person's unread marks."""
    read = workspace.reads.get((user_id, channel["id"]), "0")
    top = list(workspace.top_level(channel["id"]))
    unread = [message for message in top if message["ts"] > read and message.get("user") != user_id]
    mentions = [message for message in unread if f"<@{user_id}>" in message.get("text", "") or channel["is_im"]]
    shape: Json = {key: channel[key] for key in ("id", "name", "topic", "is_im", "is_private", "is_ext_shared")}
    shape |= {"is_member": user_id in channel["members"], "unread": len(unread), "mention_count": len(mentions)}
    shape["latest"] = top[-1]["ts"] if top else None
    if channel["is_im"]:
        shape["user"] = workspace.identity.bot_user_id
    return shape


def can_see(channel: Json, user: Json) -> bool:
    """Whether this person finds the channel at all: guests and outsiders only where they are members."""
    if user["id"] in channel["members"]:
        return True
    outsider = user["is_restricted"] or user["is_ultra_restricted"] or user["is_stranger"] or user["deleted"]
    return not (channel["is_private"] or channel["is_im"] or outsider)


def message_shape(workspace: Workspace, channel_id: str, message: Json, with_metadata: bool = False) -> Json:
    """Slack's message object: the stored one with its thread's figures, and its metadata only where asked for."""
    shape = {key: value for key, value in message.items() if with_metadata or key != "metadata"}
    replies = workspace.replies(channel_id, message["ts"])
    if replies:
        users = list(dict.fromkeys(reply["user"] for reply in replies))
        shape |= {
            "thread_ts": message["ts"], "reply_count": len(replies), "reply_users_count": len(users), "reply_users": users[:5],
            "latest_reply": replies[-1]["ts"], "is_locked": False, "subscribed": False,
        }  # fmt: skip
    return shape


def channel_kind(channel: Json) -> str:
    """The word of `channel_type` in events, and of scopes: channel, group or im."""
    if channel["is_im"]:
        return "im"
    return "group" if channel["is_private"] else "channel"


def channel_label(channel: Json) -> str:
    """The channel's name as interactive payloads carry it."""
    if channel["is_im"]:
        return "directmessage"
    return "privategroup" if channel["is_private"] else str(channel["name"])
