"""Fills a new workspace from a seed file: team, people, channels and a few old messages."""

import json
import secrets
import time
from pathlib import Path

from sandbox.slack import ids
from sandbox.slack.errors import CannotStart, Json
from sandbox.slack.manifest import Manifest
from sandbox.slack.settings import DEFAULT_SEED
from sandbox.slack.storage import Storage
from sandbox.slack.workspace import Identity, Workspace

ROLES = ("is_admin", "is_restricted", "is_ultra_restricted", "is_stranger", "deleted")


def open_workspace(storage: Storage, manifest: Manifest, path: Path | None) -> Workspace:
    """The stored workspace, or a new one made from the seed; the bot is renamed after the manifest either way."""
    stored = storage.every("workspace").get("workspace")
    if stored:
        workspace = Workspace(storage, Identity(**stored["identity"]), stored["team"])
        workspace.load()
        workspace.save_user(_bot(workspace.identity, manifest))
        return workspace
    storage.begin()
    workspace = _new(storage, manifest, _read(path or DEFAULT_SEED))
    storage.commit()
    return workspace


def _read(path: Path) -> Json:
    try:
        seed = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotStart(f"The seed file {path} cannot be read: {error.strerror}. Name another with --seed.") from error
    except json.JSONDecodeError as error:
        raise CannotStart(f"The seed file {path} is not JSON: {error}") from error
    if not isinstance(seed, dict) or not {"team", "users", "channels"} <= seed.keys():
        raise CannotStart(f"The seed file {path} needs a team, users and channels.")
    return seed


def _new(storage: Storage, manifest: Manifest, seed: Json) -> Workspace:
    team = {"id": ids.stable("T", seed["team"]["name"]), "domain": seed["team"]["name"].lower(), **seed["team"]}
    identity = _identity(team["id"])
    storage.put("workspace", "workspace", {"team": team, "identity": _fields(identity)})
    workspace = Workspace(storage, identity, team)
    for user in seed["users"]:
        workspace.save_user(_person(user, team["id"]))
    workspace.save_user(_bot(identity, manifest))
    for channel in seed["channels"]:
        _add_channel(workspace, channel)
    for user in list(workspace.users.values()):
        if not (user["is_bot"] or user["deleted"] or user["is_stranger"]):
            workspace.direct(user["id"])
    _mark_all_read(workspace)
    return workspace


def _identity(team_id: str) -> Identity:
    return Identity(
        team_id=team_id,
        app_id=ids.stable("A", team_id, "app"),
        bot_user_id=ids.stable("U", team_id, "bot"),
        bot_id=ids.stable("B", team_id, "bot"),
        bot_token=f"xoxb-local-{secrets.token_hex(12)}",
        app_token=f"xapp-1-local-{secrets.token_hex(12)}",
    )


def _fields(identity: Identity) -> Json:
    return {name: getattr(identity, name) for name in Identity.__dataclass_fields__}


def _person(user: Json, team_id: str) -> Json:
    plain: Json = dict.fromkeys(ROLES, False)
    return {
        "id": ids.stable("U", team_id, user["name"]), "team_id": team_id, "display_name": user["real_name"].split()[0],
        "email": "", "title": "", "color": "64748b", "tz": "Europe/London", "is_bot": False, **plain, **user,
    }  # fmt: skip


def _bot(identity: Identity, manifest: Manifest) -> Json:
    user = {"id": identity.bot_user_id, "name": manifest.bot_name, "real_name": manifest.name, "display_name": manifest.bot_name}
    return {**_person(user, identity.team_id), "title": manifest.description, "color": "1f3d36", "is_bot": True}


def _add_channel(workspace: Workspace, channel: Json) -> None:
    fields = {key: value for key, value in channel.items() if key not in ("id", "name", "members", "messages")}
    channel_id = channel.get("id") or ids.stable("C", workspace.identity.team_id, channel["name"])
    workspace.add_channel(channel_id, channel["name"], _members(workspace, channel["members"]), **fields)
    for message in sorted(channel.get("messages", ()), key=lambda message: -message["minutes_ago"]):
        parent = _add_message(workspace, channel_id, message)
        for reply in message.get("replies", ()):
            _add_message(workspace, channel_id, reply, thread_ts=parent)


def _members(workspace: Workspace, names: list[str]) -> list[str]:
    """User ids; `staff` stands for everybody of the company, `bot` for the app."""
    members: list[str] = []
    for name in names:
        for user in workspace.users.values():
            guest = user["is_bot"] or user["deleted"] or user["is_stranger"] or user["is_restricted"]
            if (name == "staff" and not guest) or (name == "bot" and user["is_bot"]) or name == user["name"]:
                members.append(user["id"])
    return list(dict.fromkeys(members))


def _add_message(workspace: Workspace, channel_id: str, seeded: Json, **fields: str) -> str:
    ts = f"{time.time() - 60 * seeded['minutes_ago']:.6f}"
    message: Json = {"type": "message", "user": _named(workspace, seeded["user"]), "ts": ts, "text": seeded["text"]}
    message |= {"team": workspace.identity.team_id, **fields}
    if seeded.get("reactions"):
        message["reactions"] = [_reaction(workspace, name, users) for name, users in seeded["reactions"].items()]
    workspace.save_message(channel_id, message)
    return ts


def _reaction(workspace: Workspace, name: str, users: list[str]) -> Json:
    return {"name": name, "users": [_named(workspace, user) for user in users], "count": len(users)}


def _named(workspace: Workspace, name: str) -> str:
    return next(str(user["id"]) for user in workspace.users.values() if user["name"] == name)


def _mark_all_read(workspace: Workspace) -> None:
    for channel in workspace.channels.values():
        for member in channel["members"]:
            workspace.save_read(member, channel["id"], f"{time.time():.6f}")
