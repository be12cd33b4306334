"""GET .../mailFolders/{folder}/messages/delta: rounds of pages, tokens that expire, items that come again."""

import base64
import json
import random
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from aiohttp import web

from sandbox.mail.graph import shapes
from sandbox.mail.graph.errors import GraphError
from sandbox.mail.graph.filters import received_since
from sandbox.mail.graph.mailbox import Change, Folder, Item, folder_named
from sandbox.mail.graph.world import WORLD, World, prefers_immutable


@dataclass(frozen=True, slots=True)
class Position:
    """What a token holds: changes after `start` up to `end` (None: as many as there are now), `offset` of them shown already.

    `start` -1 means the first round, which shows what lies in the folder. `given` counts what a filtered query returned so far.
    """

    era: int
    folder: Folder
    start: int
    end: int | None = None
    offset: int = 0
    since: str = ""
    kinds: str = ""
    select: tuple[str, ...] = ()
    given: int = 0


async def delta(request: web.Request) -> web.Response:
    """One page: with @odata.nextLink where the round goes on, else with @odata.deltaLink."""
    world = request.app[WORLD]
    position = _position(request, world)
    world.mailbox.file()
    end = len(world.mailbox.history) if position.end is None else position.end
    shown = _round(world, position, end)
    limit = world.behaviour.filter_limit - position.given if position.since else len(shown)
    shown = shown[: max(limit, 0) + position.offset] if position.since else shown
    page = shown[position.offset : position.offset + _page_size(request, world)]
    done = position.offset + len(page)
    given = position.given + len(page)
    if done < len(shown):
        link = _link(world, "$skiptoken", replace(position, end=end, offset=done))
        following = {"@odata.nextLink": link}
    else:
        rest = replace(position, start=end, end=None, offset=0, given=given + position.offset if position.since else 0)
        following = {"@odata.deltaLink": _link(world, "$deltatoken", rest)}
    value = [_shape(world, change, prefers_immutable(request), position.select) for change in page]
    return web.json_response({"value": value, **following})


def _position(request: web.Request, world: World) -> Position:
    token = request.query.get("$deltatoken") or request.query.get("$skiptoken")
    if token is None:
        if since := request.query.get("$filter", ""):
            received_since(since)
        select = tuple(name for name in request.query.get("$select", "").split(",") if name)
        return Position(
            world.era, folder_named(request.match_info["folder"]), -1, since=since, kinds=request.query.get("changeType", ""), select=select
        )
    try:
        held = json.loads(base64.urlsafe_b64decode(token))
        position = Position(**{**held, "select": tuple(held["select"])})
    except (ValueError, TypeError, KeyError) as error:
        raise GraphError(400, "ErrorInvalidUrlQuery", "The delta token is not valid.") from error
    if position.era != world.era:
        raise GraphError(410, "SyncStateNotFound", "The sync state generation is not found; synchronise again without a token.")
    return position


def _round(world: World, position: Position, end: int) -> list[Change]:
    """What this round shows, in no promised order (the same for every page of a round)."""
    history = [(number, change) for number, change in enumerate(world.mailbox.history[:end]) if change.folder == position.folder]
    earlier = [change for number, change in history if number < position.start]
    if position.start < 0:
        found = [Change("created", item, position.folder) for item in _lying([change for _, change in history])]
    else:
        changes = {change.item.immutable: change for number, change in history if number >= position.start}
        found = list(changes.values()) + _replayed(world, earlier)
    since = received_since(position.since) if position.since else None
    found = [change for change in found if _passes(change, position.kinds, since)]
    random.Random(end).shuffle(found)  # noqa: S311  # any order will do
    return found


def _lying(history: list[Change]) -> list[Item]:
    last = {change.item.immutable: change for change in history}
    return [change.item for change in last.values() if change.kind != "removed"]


def _replayed(world: World, earlier: list[Change]) -> list[Change]:
    lying = [change for change in earlier if change.item.immutable in world.mailbox.items]
    return lying[-world.behaviour.replays :] if world.behaviour.replays else []


def _passes(change: Change, kinds: str, since: datetime | None) -> bool:
    wanted = {"created": "created", "updated": "updated", "deleted": "removed"}.get(kinds, change.kind)
    late_enough = since is None or change.item.received.replace(microsecond=0) >= since
    return change.kind == wanted and late_enough


def _shape(world: World, change: Change, immutable: bool, select: tuple[str, ...]) -> shapes.Json:
    if change.kind == "removed":
        return {"id": change.item.immutable if immutable else change.item.ordinary, "@removed": {"reason": "deleted"}}
    return shapes.message(world.mailbox, change.item, immutable, select)


def _page_size(request: web.Request, world: World) -> int:
    wishes = [part.strip() for value in request.headers.getall("Prefer", []) for part in value.split(",")]
    sizes = [int(wish.partition("=")[2]) for wish in wishes if wish.startswith("odata.maxpagesize=")]
    return min(sizes[0] if sizes else 10, world.behaviour.largest_page)


def _link(world: World, name: str, position: Position) -> str:
    token = base64.urlsafe_b64encode(json.dumps(asdict(position)).encode()).decode()
    return f"{world.graph_url}/users/{world.mailbox.address}/mailFolders('{position.folder}')/messages/delta?{name}={token}"
