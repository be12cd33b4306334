"""Anthropic's side: POST /v1/messages and GET /v1/models/{model}, with its error shapes and its cache's numbers."""

import asyncio
import json
from typing import Any
from uuid import uuid4

from aiohttp import web

from sandbox.models.brain import hostile
from sandbox.models.openai_api import delivered
from sandbox.models.settings import Fault, Json, Question
from sandbox.models.tokens import count, schema_tokens
from sandbox.models.world import World

AROUND = 8
CACHE_FROM = 4096
"""Tokens that Haiku's cache needs at least."""
UNKNOWN = {"minimum", "maximum", "minLength", "maxLength", "multipleOf", "exclusiveMinimum", "exclusiveMaximum", "maxItems"}
ERRORS: dict[str, tuple[int, str, str]] = {
    "bad_request": (400, "invalid_request_error", "messages: Field required"),
    "unauthorized": (401, "authentication_error", "invalid x-api-key"),
    "forbidden": (403, "permission_error", "Your API key does not have permission to use the specified resource."),
    "not_found": (404, "not_found_error", "model: not found"),
    "rate_limited": (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    "quota": (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
    "server_error": (500, "api_error", "Internal server error"),
    "unavailable": (503, "api_error", "Service unavailable"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
    "too_long": (400, "invalid_request_error", "prompt is too long: 200001 tokens > 200000 maximum"),
    "filtered": (400, "invalid_request_error", "Output blocked by content filtering policy"),
}


async def model(world: World, request: web.Request) -> web.StreamResponse:
    name, known = request.match_info["model"], world.settings.models
    if world.down or not _admitted(world, request):
        return failed("unavailable" if world.down else "unauthorized")
    if known and name not in known:
        return failed("not_found")
    return web.json_response({"type": "model", "id": name, "display_name": name, "created_at": "2026-10-07T00:00:00Z"})


async def messages(world: World, request: web.Request) -> web.StreamResponse:
    """One message, or what goes wrong instead."""
    if not _admitted(world, request):
        return failed("unauthorized")
    if "anthropic-version" not in request.headers:
        return failed("bad_request", message="anthropic-version: header is required")
    try:
        body = json.loads(await request.text())
        question = _question(body)
    except (ValueError, KeyError, TypeError):
        return failed("bad_request")
    world.bodies.append(body)
    fault = world.fault("anthropic")
    if fault is not None and fault.kind in ERRORS:
        return failed(fault.kind, fault)
    if world.settings.models and question.model not in world.settings.models:
        return failed("not_found")
    if problem := _objection(question.schema):
        return failed("bad_request", message=f"output_config.format.schema: {problem}")
    world.asked.append(question)
    await asyncio.sleep(world.latency())
    return await _answer(world, request, body, question, fault)


def failed(kind: str, fault: Fault | None = None, message: str = "") -> web.Response:
    status, type_, said = ERRORS[kind]
    body = {"type": "error", "error": {"type": type_, "message": message or said}, "request_id": f"req_{uuid4().hex[:24]}"}
    wait = fault.retry_after if fault else None
    return web.json_response(body, status=status, headers={} if wait is None else {"retry-after": f"{wait:g}"})


def _admitted(world: World, request: web.Request) -> bool:
    """The key comes in a header of its own, or as a bearer token: the SDK does that since 2.0."""
    key = world.settings.anthropic_key
    return not key or key in (request.headers.get("x-api-key"), request.headers.get("Authorization", "").removeprefix("Bearer "))


def _question(body: Json) -> Question:
    shape = (body.get("output_config") or {}).get("format") or {}
    user = "\n".join(_text(message["content"]) for message in body["messages"] if message["role"] == "user")
    return Question("anthropic", str(body["model"]), _text(body.get("system", "")), user, shape.get("schema"), int(body["max_tokens"]))


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


def _objection(schema: object) -> str:
    """What the structured outputs of Anthropic do not take, the first of it."""
    if not isinstance(schema, dict):
        return ""
    if unknown := sorted(UNKNOWN & set(schema)):
        return f"For '{schema.get('type')}' type, property '{unknown[0]}' is not supported"
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    parts = [*schema.get("properties", {}).values(), schema.get("items"), *schema.get("anyOf", ()), *schema.get("$defs", {}).values()]
    return next(filter(None, map(_objection, parts)), "")


async def _answer(world: World, request: web.Request, body: Json, question: Question, fault: Fault | None) -> web.StreamResponse:
    kind = fault.kind if fault else ""
    if kind == "hang":
        await asyncio.sleep(3600)
    text = hostile(question) if kind == "hostile" else "Sure! Here you go." if kind == "not_json" else world.brain(question)
    text = text[: len(text) // 2] if kind == "truncated" else text
    stop = {"truncated": "max_tokens", "refusal": "refusal"}.get(kind, "end_turn")
    made: Json = {
        "id": f"msg_{uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": world.settings.answers_as or question.model,
        "content": [] if kind == "refusal" else [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": _usage(world, body, question, text),
    }
    if body.get("stream"):
        return await _streamed(request, made, text)
    return await delivered(request, json.dumps(made).encode(), kind)


async def _streamed(request: web.Request, made: Json, text: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    usage = made["usage"]
    start = {**made, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[Json] = [{"type": "message_start", "message": start}]
    events.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    pieces = (text[at : at + 20] for at in range(0, len(text), 20))
    events += [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces]
    events.append({"type": "content_block_stop", "index": 0})
    ended = {"stop_reason": made["stop_reason"], "stop_sequence": None}
    events.append({"type": "message_delta", "delta": ended, "usage": {"output_tokens": usage["output_tokens"]}})
    for event in [*events, {"type": "message_stop"}]:
        await response.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
    return response


def _usage(world: World, body: Json, question: Question, text: str) -> Json:
    """Tokens up to a block marked for the cache are written to it once, then read from it; the others are plain input."""
    marked = isinstance(body.get("system"), list) and any("cache_control" in block for block in body["system"])
    stable, rest = count(question.system), count(question.user) + AROUND
    rest += schema_tokens(question.schema)
    kept = stable if marked and stable >= CACHE_FROM else 0
    read = kept if kept and world.cached(question.model + question.system) else 0
    return {
        "input_tokens": stable - kept + rest,
        "cache_creation_input_tokens": kept - read,
        "cache_read_input_tokens": read,
        "output_tokens": count(text),
        "service_tier": "standard",
    }
