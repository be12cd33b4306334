"""Socket Mode: single-use tickets, open connections, envelopes and their acknowledgements."""

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.slack.clock import Clock
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.faults import Faults
from sandbox.slack.journal import EnvelopeRecord, Journal
from sandbox.slack.settings import Timing

MOST_CONNECTIONS = 10
MOST_TICKETS = 1000
GRACE = {"warning": 10.0}
"""Seconds between a disconnect frame and the end of the connection, where it is not one."""


@dataclass(slots=True)
class Ticket:
    """The right to open one connection; `refusals` counts the upgrades still to be refused (None: all of them)."""

    refusals: int | None = 0


@dataclass(frozen=True, slots=True)
class Ack:
    """The app's acknowledgement; `payload` is what it answered, or None."""

    payload: Json | None


@dataclass(slots=True, eq=False)
class Connection:
    """`leaving` once it was told to go: it gets no new payload, but what it has may still be acknowledged."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False

    async def send(self, frame: Json) -> bool:
        with contextlib.suppress(ConnectionError, RuntimeError):
            await self.socket.send_json(frame)
            return True
        return False


@dataclass(slots=True)
class Hub:
    """Delivers each payload to one connection; a payload that nobody takes within the ack time counts as failed."""

    timing: Timing
    journal: Journal
    faults: Faults
    app_id: str
    clock: Clock
    tickets: dict[str, Ticket] = field(default_factory=dict)
    connections: list[Connection] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    opened: int = 0
    refused: int = 0
    turn: int = 0
    enabled: bool = True
    """Whether Socket Mode is on in the app's settings."""

    def issue_ticket(self) -> str:
        """A ticket for one WebSocket connection, dead where a test ordered so; raises access_denied while Socket Mode is off."""
        if not self.enabled:
            raise SlackError("access_denied", "Socket Mode is turned off.")
        dead, refusals = self.faults.take_ticket()
        name = secrets.token_urlsafe(24)
        self.tickets[name] = Ticket(refusals if dead else 0)
        while len(self.tickets) > MOST_TICKETS:
            del self.tickets[next(iter(self.tickets))]
        return name

    def redeem(self, name: str) -> None:
        """Uses the ticket up; raises SlackError with status 403 where it is unknown, used or dead."""
        ticket = self.tickets.get(name)
        if ticket is None or ticket.refusals != 0 or not self.enabled:
            self.refused += 1
            if ticket and ticket.refusals:
                ticket.refusals -= 1
            raise SlackError("invalid_ticket", "This Socket Mode address is used, dead or was never issued.", status=403)
        del self.tickets[name]

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one connection until it closes."""
        self.redeem(request.query.get("ticket", ""))
        socket = web.WebSocketResponse(heartbeat=self.timing.socket_ping)
        await socket.prepare(request)
        self.opened += 1
        connection = Connection(self.opened, socket, request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await connection.send({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": "applink-local"}})
            await socket.close()
            return socket
        await connection.send(self._hello())
        self.connections.append(connection)
        async with self.changed:
            self.changed.notify_all()
        try:
            await self._listen(socket)
        finally:
            self.connections.remove(connection)
        return socket

    async def ask(self, kind: str, payload: Json) -> Ack | None:
        """Delivers an interactive payload; None where no acknowledgement came in time. Slack does not repeat these."""
        if self.faults.take_duplicate(kind):
            self.spawn(self._deliver(kind, payload, accepts_response=True))
        return await self._deliver(kind, payload, accepts_response=True)

    def tell(self, payload: Json) -> None:
        """Delivers an event in the background, again after each retry delay until the app acknowledges."""
        self.spawn(self._tell(payload))
        if self.faults.take_duplicate("events_api"):
            self.spawn(self._deliver("events_api", payload, retry=(1, "timeout")))

    async def disconnect(self, reason: str = "refresh_requested") -> int:
        """Sends every connection a disconnect frame and closes it shortly after; answers how many there were.

        After a warning they go on as before until then; link_disabled turns Socket Mode off.
        """
        connections = list(self.connections)
        self.enabled = self.enabled and reason != "link_disabled"
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-local"}}
        for connection in connections:
            connection.leaving = connection.leaving or reason != "warning"
            await connection.send(frame)
            self.spawn(_close_later(connection, GRACE.get(reason, 1.0)))
        return len(connections)

    def abort(self) -> int:
        """Cuts every connection without a word; answers how many there were."""
        connections = list(self.connections)
        for connection in connections:
            if connection.request.transport:
                connection.request.transport.abort()
        return len(connections)

    async def close(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for connection in list(self.connections):
            await connection.socket.close()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs work in the background, owned by the hub: cancelled and awaited when it closes."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _tell(self, payload: Json) -> None:
        retry: tuple[int, str] = (0, "")
        for attempt, delay in enumerate((*self.timing.event_retries, None), start=1):
            reason = "timeout" if self.connections else "no_connection"
            if await self._deliver("events_api", payload, retry=retry) or delay is None:
                return
            retry = (attempt, reason)
            await self.clock.sleep(delay)

    async def _deliver(self, kind: str, payload: Json, accepts_response: bool = False, retry: tuple[int, str] = (0, "")) -> Ack | None:
        envelope_id = _envelope_id()
        frame: Json = {"envelope_id": envelope_id, "type": kind, "accepts_response_payload": accepts_response, "payload": payload}
        if kind == "events_api":
            frame |= {"retry_attempt": retry[0], "retry_reason": retry[1]}
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self.waiting[envelope_id] = answer
        try:
            async with asyncio.timeout(self.timing.ack):
                record = await self._send(frame, retry)
                ack = await answer
                self.journal.acked(record, ack.payload)
                return ack
        except TimeoutError:
            return None
        finally:
            del self.waiting[envelope_id]

    async def _send(self, frame: Json, retry: tuple[int, str]) -> EnvelopeRecord:
        while True:
            async with self.changed:
                await self.changed.wait_for(self._takers)
            self.turn += 1
            takers = self._takers()
            connection = takers[self.turn % len(takers)]
            record = EnvelopeRecord(frame["envelope_id"], frame["type"], frame["payload"], connection.number, *retry, at=time.time())
            if await connection.send(frame):
                self.journal.envelopes.append(record)
                return record
            await asyncio.sleep(0.02)

    def _takers(self) -> list[Connection]:
        return [connection for connection in self.connections if not connection.leaving]

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            with contextlib.suppress(ValueError, TypeError):
                self._acknowledge(json.loads(message.data))

    def _acknowledge(self, frame: Json) -> None:
        answer = self.waiting.get(str(frame.get("envelope_id")))
        if answer and not answer.done():
            answer.set_result(Ack(frame.get("payload")))

    def _hello(self) -> Json:
        debug = {"host": "applink-local", "build_number": 1, "approximate_connection_time": 18060}
        count, info = len(self.connections) + 1, {"app_id": self.app_id}
        return {"type": "hello", "num_connections": count, "connection_info": info, "debug_info": debug}


async def _close_later(connection: Connection, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await connection.socket.close()


def _envelope_id() -> str:
    parts = secrets.token_hex(16)
    return "-".join((parts[:8], parts[8:12], parts[12:16], parts[16:20], parts[20:]))
