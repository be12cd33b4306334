"""Faults that tests order in advance: the next call of a method meets them."""

import asyncio
import socket
import struct
from collections import deque
from dataclasses import dataclass, field
from typing import Literal, get_args

from aiohttp import web

FaultKind = Literal["drop_before", "drop_after", "rate_limited", "error_after", "hang", "reset", "odd_answer", "refused"]
KINDS = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """`retry_after` and `seconds` (of a hang, which has its effect at its end) are seconds; `status` and `reason` are of "refused"."""

    kind: FaultKind
    retry_after: int | None = 1
    seconds: float = 30.0
    status: int = 403
    reason: str = "domainPolicy"


@dataclass(slots=True)
class Faults:
    """Orders wait until the next call of their method (`drafts.send`, `token`, ... or `*`) uses them up.

    `calls` lists every call, `hanging` counts those that hang now.
    """

    orders: dict[str, deque[Fault]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    hanging: int = 0

    def fail(self, method: str, fault: Fault | FaultKind, times: int = 1) -> None:
        """The next `times` calls of `method` meet this fault."""
        self.orders.setdefault(method, deque()).extend([fault if isinstance(fault, Fault) else Fault(fault)] * times)

    def take(self, method: str) -> Fault | None:
        self.calls.append(method)
        waiting = self.orders.get(method) or self.orders.get("*")
        return waiting.popleft() if waiting else None

    def clear(self) -> None:
        self.orders.clear()
        self.calls.clear()


async def cut(request: web.Request, *, reset: bool = False) -> web.StreamResponse:
    """End the connection without an answer; with `reset` in the middle of one, by a TCP reset."""
    transport = request.transport
    if reset and transport is not None:
        answer = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b'{"id": "')
        link: socket.socket = transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if transport is not None:
        transport.abort() if reset else transport.close()
    await asyncio.sleep(0)
    return web.Response()
