"""Views: each person's stack of at most three modals, and their Home tab."""

import secrets

from sandbox.slack import ids
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.state import values
from sandbox.slack.world import World

DEEPEST = 3
DEFAULTS: Json = {
    "callback_id": "", "private_metadata": "", "external_id": "", "clear_on_close": False, "notify_on_close": False,
    "close": None, "submit": None,
}  # fmt: skip


def stack(world: World, user_id: str) -> list[Json]:
    return world.stacks.get(user_id, [])


def open_modal(world: World, user_id: str, checked: Json) -> Json:
    """Shows a modal alone; one that was open is gone."""
    _unique(world, checked)
    view = _new(world, checked, None)
    world.stacks[user_id] = [view]
    show(world, user_id)
    return view


def push(world: World, user_id: str, checked: Json) -> Json:
    """Lays a modal on those that are open; raises push_limit_reached."""
    open_views = stack(world, user_id)
    if len(open_views) >= DEEPEST:
        raise SlackError("push_limit_reached")
    _unique(world, checked)
    view = _new(world, checked, open_views[-1] if open_views else None)
    world.stacks[user_id] = [*open_views, view]
    show(world, user_id)
    return view


def update(world: World, view: Json, checked: Json, given_hash: str | None) -> Json:
    """Replaces a view's content in place; raises hash_conflict where the caller saw an older one."""
    if given_hash and given_hash != view["hash"]:
        raise SlackError("hash_conflict")
    _unique(world, checked, view["id"])
    kept = {key: view[key] for key in ("id", "root_view_id", "previous_view_id", "team_id", "app_id", "app_installed_team_id", "bot_id")}
    held = view.get("state", {}).get("values", {})
    view.clear()
    view |= DEFAULTS | checked | kept
    view |= {"state": {"values": values(checked["blocks"], held)}, "hash": _hash(world)}
    user_id = owner(world, view["id"])
    if view["type"] == "home":
        world.workspace.save_home(user_id, view)
        world.streams.send(user_id, {"type": "home", "view": view})
    else:
        show(world, user_id)
    return view


def publish(world: World, user_id: str, checked: Json, given_hash: str | None) -> Json:
    """Sets a person's Home tab; raises not_enabled and hash_conflict."""
    if not world.manifest.home_tab:
        raise SlackError("not_enabled")
    current = world.workspace.homes.get(user_id)
    if current:
        return update(world, current, checked, given_hash)
    _unique(world, checked)
    view = _new(world, checked, None)
    world.workspace.save_home(user_id, view)
    world.streams.send(user_id, {"type": "home", "view": view})
    return view


def find(world: World, view_id: str | None, external_id: str | None = None) -> Json:
    """The open view or Home tab with this id; raises not_found."""
    for view in (*(view for views in world.stacks.values() for view in views), *world.workspace.homes.values()):
        if (view_id and view["id"] == view_id) or (external_id and view["external_id"] == external_id):
            return view
    raise SlackError("not_found")


def owner(world: World, view_id: str) -> str:
    """Whose view this is; raises not_found."""
    for user_id, views in world.stacks.items():
        if any(view["id"] == view_id for view in views):
            return user_id
    for user_id, view in world.workspace.homes.items():
        if view["id"] == view_id:
            return user_id
    raise SlackError("not_found")


def top(world: World, user_id: str, view_id: str) -> Json:
    """The modal with this id, which has to be the uppermost; raises not_found."""
    views = stack(world, user_id)
    if not views or views[-1]["id"] != view_id:
        raise SlackError("not_found", "This modal is not the open one any more.")
    return views[-1]


def pop(world: World, user_id: str, everything: bool = False) -> list[Json]:
    """Closes the uppermost modal, or all; answers the closed ones, uppermost first."""
    views = stack(world, user_id)
    closed, kept = (views, []) if everything else (views[-1:], views[:-1])
    world.stacks[user_id] = kept
    show(world, user_id)
    return closed[::-1]


def show(world: World, user_id: str) -> None:
    """Tells this person's pages of the whole stack."""
    world.streams.send(user_id, {"type": "views", "views": stack(world, user_id)})


def _new(world: World, checked: Json, below: Json | None) -> Json:
    identity, view_id = world.identity, ids.fresh("V")
    root = below["root_view_id"] if below else view_id
    frame: Json = {
        "id": view_id, "team_id": identity.team_id, "state": {"values": values(checked["blocks"], {})}, "hash": _hash(world),
        "root_view_id": root,
        "previous_view_id": below["id"] if below else None, "app_id": identity.app_id, "app_installed_team_id": identity.team_id,
        "bot_id": identity.bot_id,
    }  # fmt: skip
    return DEFAULTS | checked | frame


def _unique(world: World, checked: Json, own_id: str = "") -> None:
    name = checked.get("external_id")
    if not name:
        return
    views = [*(view for views in world.stacks.values() for view in views), *world.workspace.homes.values()]
    if any(view["external_id"] == name and view["id"] != own_id for view in views):
        raise SlackError("duplicate_external_id")


def _hash(world: World) -> str:
    return f"{int(world.clock.now())}.{secrets.token_hex(4)}"
