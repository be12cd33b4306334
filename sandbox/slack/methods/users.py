"""users.* and team.*: who is who."""

from sandbox.slack.errors import Json, SlackError
from sandbox.slack.messages import bot_profile
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.methods.paging import page
from sandbox.slack.shapes import api_user


def listing(call: Call) -> Json:
    users = list(call.world.workspace.users.values())
    cut = page(users, call.args.text("cursor"), call.args.count("limit", 1000, 1000), lambda user: str(user["id"]))
    return {"members": [_shape(call, user) for user in cut.entries], "cache_ts": int(call.world.workspace.last_ts), **cut.metadata}


def info(call: Call) -> Json:
    return {"user": _shape(call, call.world.workspace.user(call.args.text("user")))}


def lookup_by_email(call: Call) -> Json:
    asked = call.args.text("email").lower()
    for user in call.world.workspace.users.values():
        if user["email"].lower() == asked and not user["deleted"]:
            return {"user": _shape(call, user)}
    raise SlackError("users_not_found")


def profile(call: Call) -> Json:
    """users.profile.get: of the person named, or of the bot."""
    return {"profile": _shape(call, call.world.workspace.user(call.args.text("user") or call.bot))["profile"]}


def presence(call: Call) -> Json:
    """A person is active while one of their pages is open."""
    user = call.world.workspace.user(call.args.text("user") or call.bot)
    active = user["is_bot"] or user["id"] in call.world.streams.open
    return {"presence": "active" if active else "away"}


def bot_info(call: Call) -> Json:
    if call.args.text("bot") not in ("", call.world.identity.bot_id):
        raise SlackError("bot_not_found")
    return {"bot": bot_profile(call.world)}


def team_info(call: Call) -> Json:
    team = call.world.workspace.team
    icon = {"image_default": True}
    return {"team": {"id": team["id"], "name": team["name"], "domain": team["domain"], "email_domain": "larkspur.example", "icon": icon}}


def _shape(call: Call, user: Json) -> Json:
    return api_user(call.world.workspace, user, call.world.origin, "users:read.email" in call.world.manifest.scopes)


METHODS = (
    Method("users.list", listing, "users:read", tier=2),
    Method("users.info", info, "users:read", tier=4),
    Method("users.lookupByEmail", lookup_by_email, "users:read.email", ("email",)),
    Method("users.profile.get", profile, "users.profile:read", tier=4),
    Method("users.getPresence", presence, "users:read"),
    Method("bots.info", bot_info, "users:read"),
    Method("team.info", team_info, "team:read"),
)
