"""The test controls under /control/: people's deeds, faults to come, connections to cut, and the journal."""

import inspect
import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.slack.errors import Json, SlackError
from sandbox.slack.faults import KINDS
from sandbox.slack.hands import Hands
from sandbox.slack.world import World

DEEDS = ("post", "click", "click_view", "type", "submit", "close", "command", "shortcut", "react", "open_home", "suggest")
LOOKS = ("messages", "thread", "ephemerals", "views", "home")
"""Methods of `Hands` that a test may call by name, with their arguments as JSON or in the query."""


async def handle(world: World, request: web.Request) -> web.StreamResponse:
    """`GET journal` and what somebody sees, `POST` a fault, a cut, the clock, or what somebody does."""
    name = request.match_info["name"]
    try:
        if request.method == "GET":
            return web.json_response({"ok": True, **await _look(world, name, request)})
        asked = json.loads(await request.text() or "{}")
        done = await _call(world, name, asked) if name in DEEDS else await _order(world, name, asked)
        return web.json_response({"ok": True, **done})
    except (json.JSONDecodeError, AttributeError):
        return web.json_response({"ok": False, "error": "invalid_json"}, status=400)
    except SlackError as error:
        return web.json_response({**error.body(), "message": error.sentence}, status=error.status)


async def _look(world: World, name: str, request: web.Request) -> Json:
    if name in LOOKS:
        return await _call(world, name, dict(request.query))
    if name == "journal":
        return _journal(world, request)
    raise SlackError("unknown_method", f"There is nothing to see at {name}.", status=404)


async def _call(world: World, name: str, asked: Json) -> Json:
    """`{"result": what the method answered}`; raises invalid_arguments where the arguments are not the method's."""
    method = getattr(Hands(world), name)
    try:
        bound = inspect.signature(method).bind(**asked)
    except TypeError as error:
        raise SlackError("invalid_arguments", f"{name}: {error}.", status=400) from error
    return {"result": await method(*bound.args, **bound.kwargs)}


async def _order(world: World, name: str, asked: Json) -> Json:
    match name:
        case "fault":
            _fault(world, asked)
        case "ticket":
            world.faults.kill_ticket(asked.get("refusals"), int(asked.get("times", 1)))
        case "duplicate":
            world.faults.duplicate(asked.get("type"))
        case "disconnect":
            return {"connections": await world.hub.disconnect(str(asked.get("reason", "refresh_requested")))}
        case "socket_mode":
            world.hub.enabled = bool(asked.get("on", True))
        case "abort":
            return {"connections": world.hub.abort()}
        case "clock":
            world.clock.advance(float(asked.get("advance", 0)))
            return {"now": world.clock.now()}
        case "limits":
            world.rates.enabled = bool(asked.get("on", True))
        case "clear":
            world.faults.clear()
            world.journal.clear()
        case _:
            raise SlackError("unknown_method", f"There is no control {name}.", status=404)
    return {}


def _fault(world: World, asked: Json) -> None:
    kind: Any = asked.get("kind")
    if kind not in KINDS:
        raise SlackError("invalid_arguments", f"A fault is one of {', '.join(KINDS)}.", status=400)
    times, wait, seconds = int(asked.get("times", 1)), int(asked.get("retry_after", 1)), float(asked.get("seconds", 30))
    world.faults.fail(str(asked.get("method", "*")), kind, times, wait, seconds)


def _journal(world: World, request: web.Request) -> Json:
    """Calls and envelopes, oldest first; `method` and `type` narrow them."""
    method, kind = request.query.get("method"), request.query.get("type")
    calls = [asdict(call) for call in world.journal.calls if method in (None, call.method)]
    envelopes = [asdict(record) for record in world.journal.envelopes if kind in (None, record.type)]
    return {"calls": calls, "envelopes": envelopes, "connections": len(world.hub.connections)}
