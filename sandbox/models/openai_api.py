"""OpenAI's side: POST /v1/chat/completions (streamed too), GET /v1/models, and its errors word for word where they are documented."""

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

from aiohttp import web

from sandbox.models.brain import hostile
from sandbox.models.settings import Fault, Json, Question
from sandbox.models.strict import objection
from sandbox.models.tokens import count, schema_tokens
from sandbox.models.world import World

AROUND = 7
"""Tokens that OpenAI adds around two messages."""
CACHE_FROM, CACHE_STEP = 1024, 128
HEADERS = {"x-ratelimit-limit-requests": "10000", "x-ratelimit-remaining-requests": "9999", "x-ratelimit-reset-requests": "8.64s"}
ERRORS: dict[str, tuple[int, str, str | None, str]] = {
    "bad_request": (400, "invalid_request_error", None, "Invalid value for 'messages'."),
    "unauthorized": (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-***."),
    "forbidden": (403, "invalid_request_error", "model_not_found", "Project `proj_x` does not have access to model."),
    "not_found": (404, "invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    "rate_limited": (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests per min (RPM)."),
    "quota": (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan and billing."),
    "server_error": (500, "server_error", None, "The server had an error while processing your request. Sorry about that!"),
    "unavailable": (503, "server_error", None, "The server is currently unavailable."),
    "overloaded": (503, "server_error", None, "The engine is currently overloaded, please try again later."),
    "too_long": (400, "invalid_request_error", "context_length_exceeded", "This model's maximum context length is exceeded."),
    "filtered": (400, "invalid_request_error", "content_filter", "The prompt triggered the content management policy."),
}


async def models(world: World, request: web.Request) -> web.StreamResponse:
    if world.down or not _admitted(world, request):
        return failed("unavailable" if world.down else "unauthorized")
    name = request.match_info.get("model")
    known = world.settings.models
    if name is None:
        return web.json_response({"object": "list", "data": [_model(each) for each in known]})
    return failed("not_found") if known and name not in known else web.json_response(_model(name))


async def chat(world: World, request: web.Request) -> web.StreamResponse:
    """One completion, or what goes wrong instead."""
    if not _admitted(world, request):
        return failed("unauthorized")
    try:
        body = json.loads(await request.text())
        question = _question(body)
    except (ValueError, KeyError, TypeError):
        return failed("bad_request")
    world.bodies.append(body)
    fault = world.fault("openai")
    if fault is not None and fault.kind in ERRORS:
        return failed(fault.kind, fault)
    refusal = _refusal(world, body, question)
    if refusal is not None:
        return refusal
    world.asked.append(question)
    await asyncio.sleep(world.latency())
    return await _answer(world, request, body, question, fault)


def failed(kind: str, fault: Fault | None = None, message: str = "") -> web.Response:
    status, type_, code, said = ERRORS[kind]
    body = {"error": {"message": message or said, "type": type_, "param": None, "code": code}}
    wait = fault.retry_after if fault else None
    told = {} if wait is None else {"retry-after": f"{wait:g}", "x-ratelimit-reset-requests": f"{wait:g}s"}
    return web.json_response(body, status=status, headers=told)


def _admitted(world: World, request: web.Request) -> bool:
    key = world.settings.openai_key
    return not key or request.headers.get("Authorization") == f"Bearer {key}"


def _question(body: Json) -> Question:
    said = {message["role"]: str(message["content"]) for message in body["messages"]}
    shape = body.get("response_format") or {}
    schema = shape.get("json_schema", {}).get("schema") or shape.get("schema")
    system = said.get("system") or said.get("developer", "")
    schema = schema or _told_schema(system)
    most = body.get("max_completion_tokens") or body.get("max_tokens") or 16_384
    return Question("openai", str(body["model"]), system, said["user"], schema, int(most))


def _told_schema(system: str) -> Json | None:
    """A schema that stands in the prompt, as clients write it for servers that know no other way."""
    last = system.rstrip().rsplit("\n", 1)[-1]
    try:
        found = json.loads(last)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _refusal(world: World, body: Json, question: Question) -> web.Response | None:
    shape, knows = body.get("response_format") or {"type": "text"}, world.settings.knows
    if world.settings.models and question.model not in world.settings.models:
        return failed("not_found")
    if shape["type"] == "json_schema" and knows != "json_schema":
        said = "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]"
        error = {"message": said, "type": "internal_server_error", "param": None, "code": None}
        return web.json_response({"error": error}, status=500)
    if shape["type"] == "json_object" and knows == "text":
        return failed("bad_request", message="response_format is not supported by this server")
    given = shape.get("json_schema", {})
    if given.get("strict") and (problem := objection(given.get("schema") or {})):
        return failed("bad_request", message=f"Invalid schema for response_format '{given.get('name')}': {problem}")
    if shape["type"] == "json_object" and "json" not in (question.system + question.user).lower():
        return failed("bad_request", message="'messages' must contain the word 'json' in some form, to use 'response_format'.")
    return failed("too_long") if count(question.system + question.user) > world.settings.context else None


async def _answer(world: World, request: web.Request, body: Json, question: Question, fault: Fault | None) -> web.StreamResponse:
    kind = fault.kind if fault else ""
    if kind == "hang":
        await asyncio.sleep(3600)
    text = hostile(question) if kind == "hostile" else "Sure! Here you go." if kind == "not_json" else world.brain(question)
    text, finish = (text[: len(text) // 2], "length") if kind == "truncated" else (text, "stop")
    message: Json = {"role": "assistant", "content": text, "refusal": None}
    if kind == "refusal":
        message = {"role": "assistant", "content": None, "refusal": "I'm sorry, I cannot assist with that request."}
    usage = _usage(world, question, text)
    made = {"id": f"chatcmpl-{uuid4().hex}", "created": int(time.time()), "model": world.settings.answers_as or question.model}
    if body.get("stream"):
        return await _streamed(request, made, text, finish, usage)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    whole = json.dumps({**made, "object": "chat.completion", "choices": [choice], "usage": usage}).encode()
    return await delivered(request, whole, kind)


async def delivered(request: web.Request, whole: bytes, kind: str) -> web.StreamResponse:
    """The body in full, or broken off: in the middle of the HTTP (`drop`), or of the JSON (`malformed`)."""
    if kind == "malformed":
        whole = whole[: len(whole) // 2]
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(whole)), **HEADERS})
    await response.prepare(request)
    if kind == "drop":
        await response.write(whole[: len(whole) // 2])
        assert request.transport is not None
        request.transport.close()
        return response
    await response.write(whole)
    return response


async def _streamed(request: web.Request, made: Json, text: str, finish: str, usage: Json) -> web.StreamResponse:
    """Server-sent events: the text in pieces, the finish reason, the usage, [DONE]."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    pieces: list[tuple[Any, str | None]] = [({"role": "assistant", "content": ""}, None)]
    pieces += [({"content": text[at : at + 20]}, None) for at in range(0, len(text), 20)]
    for delta, reason in [*pieces, ({}, finish)]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        await _event(response, {**made, "object": "chat.completion.chunk", "choices": [choice]})
    await _event(response, {**made, "object": "chat.completion.chunk", "choices": [], "usage": usage})
    await response.write(b"data: [DONE]\n\n")
    return response


async def _event(response: web.StreamResponse, chunk: Json) -> None:
    await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")


def _usage(world: World, question: Question, text: str) -> Json:
    """The schema is part of the input; a beginning of 1,024 tokens or more that was seen before is cached by itself."""
    stable = count(question.system) + schema_tokens(question.schema)
    prompt, completion = stable + count(question.user) + AROUND, count(text)
    cached = stable // CACHE_STEP * CACHE_STEP if stable >= CACHE_FROM and world.cached(question.model + question.system) else 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _model(name: str) -> Json:
    return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "local"}
