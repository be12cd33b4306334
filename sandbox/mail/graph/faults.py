"""Faults that tests order in advance: what happens to the next call of a certain name."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from aiohttp import web

from sandbox.mail.graph.errors import GraphError, answer

FaultKind = Literal["drop_before", "drop_after", "rate_limited", "error_before", "error_after", "hang", "reset"]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call: `retry_after` and `seconds` (of a hang) are seconds."""

    kind: FaultKind
    retry_after: int = 1
    seconds: float = 30.0


@dataclass(slots=True)
class Faults:
    """Orders wait here until the next call of that name uses them up; `*` matches every call. `calls` counts all."""

    orders: dict[str, deque[Fault]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)

    def order(self, name: str, kind: FaultKind, times: int = 1, retry_after: int = 1, seconds: float = 30.0) -> None:
        """The next `times` calls of this name meet this fault."""
        self.orders.setdefault(name, deque()).extend([Fault(kind, retry_after, seconds)] * times)

    def take(self, name: str) -> Fault | None:
        self.calls[name] += 1
        waiting = self.orders.get(name) or self.orders.get("*")
        if not waiting:
            return None
        self.met[name] += 1
        return waiting.popleft()


async def suffer(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer as this fault has it; where its name says so, the effect has happened all the same."""
    if fault.kind == "rate_limited":
        return answer(GraphError(429, "ApplicationThrottled", "Too many requests.", {"Retry-After": str(fault.retry_after)}))
    if fault.kind == "error_before":
        return answer(GraphError(503, "ServiceUnavailable", "The service is not available."))
    response = None if fault.kind == "drop_before" else await _done(request, handler)
    match fault.kind:
        case "error_after":
            return answer(GraphError(503, "UnknownError", "The service failed."))
        case "hang":
            await asyncio.sleep(fault.seconds)
        case "reset":
            await _half_an_answer(request)
    return _cut(request, response)


async def _done(request: web.Request, handler: Handler) -> web.StreamResponse | None:
    try:
        return await handler(request)
    except GraphError:
        return None


async def _half_an_answer(request: web.Request) -> None:
    half = web.StreamResponse(status=200, headers={"Content-Length": "4096", "Content-Type": "application/json"})
    await half.prepare(request)
    await half.write(b'{"value": [')


def _cut(request: web.Request, response: web.StreamResponse | None) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return response if response is not None else web.Response()
