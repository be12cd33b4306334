"""usergroups.*: teams of people that can be mentioned at once."""

from sandbox.slack import ids
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.methods.call import Call, Method


def create(call: Call) -> Json:
    name = call.args.text("name")
    handle = call.args.text("handle") or name.lower().replace(" ", "-")
    _check_free(call, name, handle)
    now, identity = int(call.world.clock.now()), call.world.identity
    group = {
        "id": ids.fresh("S"), "team_id": identity.team_id, "is_usergroup": True, "name": name, "handle": handle,
        "description": call.args.text("description"), "is_external": False, "date_create": now, "date_update": now, "date_delete": 0,
        "auto_type": None, "created_by": call.bot, "updated_by": call.bot, "deleted_by": None, "users": [],
        "prefs": {"channels": call.args.words("channels"), "groups": []},
    }  # fmt: skip
    return {"usergroup": _shape(call, call.world.workspace.keep("usergroup", group))}


def update(call: Call) -> Json:
    group = _group(call)
    changes = {name: call.args.text(name) for name in ("name", "handle", "description") if call.args.text(name)}
    _check_free(call, changes.get("name", ""), changes.get("handle", ""), group["id"])
    return _changed(call, group, changes)


def disable(call: Call) -> Json:
    group = _group(call)
    return _changed(call, group, {"date_delete": int(call.world.clock.now()), "deleted_by": call.bot})


def enable(call: Call) -> Json:
    return _changed(call, _group(call), {"date_delete": 0, "deleted_by": None})


def listing(call: Call) -> Json:
    groups = call.world.workspace.shelf("usergroup").values()
    return {"usergroups": [_shape(call, group) for group in groups if call.args.flag("include_disabled") or not group["date_delete"]]}


def users(call: Call) -> Json:
    return {"users": _group(call)["users"]}


def set_users(call: Call) -> Json:
    """The list replaces the one before."""
    group, members = _group(call), call.args.words("users")
    if not members:
        raise SlackError("no_users_provided")
    if any(user not in call.world.workspace.users for user in members):
        raise SlackError("invalid_users")
    return _changed(call, group, {"users": members})


def _group(call: Call) -> Json:
    group = call.world.workspace.shelf("usergroup").get(call.args.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def _changed(call: Call, group: Json, changes: Json) -> Json:
    now = {"date_update": int(call.world.clock.now()), "updated_by": call.bot}
    return {"usergroup": _shape(call, call.world.workspace.keep("usergroup", group | changes | now))}


def _check_free(call: Call, name: str, handle: str, own_id: str = "") -> None:
    for group in call.world.workspace.shelf("usergroup").values():
        if group["id"] != own_id and name and group["name"] == name:
            raise SlackError("name_already_exists")
        if group["id"] != own_id and handle and group["handle"] == handle:
            raise SlackError("handle_already_exists")


def _shape(call: Call, group: Json) -> Json:
    shape = {key: value for key, value in group.items() if key != "users" or call.args.flag("include_users")}
    return shape | ({"user_count": len(group["users"])} if call.args.flag("include_count") else {})


METHODS = (
    Method("usergroups.create", create, "usergroups:write", ("name",), tier=2),
    Method("usergroups.update", update, "usergroups:write", ("usergroup",), tier=2),
    Method("usergroups.disable", disable, "usergroups:write", ("usergroup",), tier=2),
    Method("usergroups.enable", enable, "usergroups:write", ("usergroup",), tier=2),
    Method("usergroups.list", listing, "usergroups:read", tier=2),
    Method("usergroups.users.list", users, "usergroups:read", ("usergroup",), tier=2),
    Method("usergroups.users.update", set_users, "usergroups:write", ("usergroup", "users"), tier=2),
)
