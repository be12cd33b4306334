"""The Web API over HTTP: arguments, tokens, ordered faults, answers, the journal."""

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from sandbox.slack.errors import Json, SlackError
from sandbox.slack.faults import Fault
from sandbox.slack.journal import CallRecord
from sandbox.slack.methods.call import Args, Call, Method
from sandbox.slack.methods.table import METHODS
from sandbox.slack.rates import ratelimited
from sandbox.slack.world import World


async def handle(world: World, request: web.Request) -> web.StreamResponse:
    """One call of one method, with whatever fault a test ordered for it."""
    name, began = request.match_info["method"], time.time()
    values = await _values(request)
    token = _token(request, values, name)
    fault = world.faults.take_call(name)
    body, status, headers = await _faulty(fault) or _answer(world, name, values, token)
    error = None if body.get("ok") else str(body.get("error", "fault"))
    world.journal.calls.append(CallRecord(name, values, error is None, error, status, began, round((time.time() - began) * 1000, 1)))
    if fault and fault.kind in ("drop_after_effect", "drop_before_effect") and request.transport:
        request.transport.abort()
    return web.json_response(body, status=status, headers=headers)


async def _faulty(fault: Fault | None) -> tuple[Json, int, dict[str, str]] | None:
    """The answer in place of the method's own; None where the method is to run."""
    if fault is None or fault.kind == "drop_after_effect":
        return None
    if fault.kind == "rate_limited":
        refusal = ratelimited(fault.retry_after)
        return refusal.body(), 429, refusal.headers
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
        return {"ok": False, "error": "request_timeout"}, 504, {}
    return {"ok": False, "error": "internal_error"}, 500, {}


def _answer(world: World, name: str, values: Json, token: str) -> tuple[Json, int, dict[str, str]]:
    headers = {"X-Slack-Req-Id": f"{time.time_ns():x}", "X-OAuth-Scopes": ",".join(sorted(world.manifest.scopes))}
    try:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        _authorize(world, method, token)
        world.rates.spend_method(name, method.tier)
        call = Call(world, Args(values))
        method.check(call)
        return {"ok": True, **method.run(call)}, 200, headers
    except SlackError as error:
        return error.body(), error.status, headers | error.headers


def _authorize(world: World, method: Method, token: str) -> None:
    identity = world.identity
    if method.caller == "anyone":
        return
    if not token:
        raise SlackError("not_authed")
    if token not in (identity.bot_token, identity.app_token):
        raise SlackError("invalid_auth")
    if token != (identity.bot_token if method.caller == "bot" else identity.app_token):
        raise SlackError("not_allowed_token_type")


async def _values(request: web.Request) -> Json:
    """Arguments from the query, and from a JSON or form body; the body wins."""
    values: Json = dict(request.query)
    if request.method != "POST" or not request.can_read_body:
        return values
    if request.content_type == "application/json":
        return values | _parsed(await request.text())
    return values | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def _parsed(text: str) -> Json:
    try:
        body: Any = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _token(request: web.Request, values: Json, name: str) -> str:
    """An app-level token counts in the header alone, the bot's also as an argument."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = values.pop("token", "")
    if scheme.lower() == "bearer":
        return token.strip()
    return "" if name in METHODS and METHODS[name].caller == "app" else str(given)
