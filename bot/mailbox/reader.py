"""Reading mails in processes of their own, so that no mail can stall, crash or starve the bot: at worst it is shown to a person unread."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.mailbox import mime
from bot.mailbox.child import CPU_SECONDS, LENGTH, MEMORY, READY
from pipeline.email import Email
from pipeline.errors import Temporary

COMMAND = (sys.executable, "-P", "-B", "-m", "bot.mailbox.child")
PATIENCE = 20.0
"""Seconds by the clock after which a child is given up: a busy machine needs that many for two of computing."""

_LONGEST_ANSWER = 16 * 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]
_PASSED = ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child says of a mail: nothing where its memory ran out. `stays`: it takes another mail."""

    email: Email | None
    stays: bool


_ANSWER = TypeAdapter(Answer)


@dataclass(eq=False)
class _Lost(Exception):
    """The child gave no answer; `why` is a sentence about the mail."""

    why: str


class _Killed(_Lost):
    """By SIGKILL, which no mail can send: whoever did it (an operator, the kernel short of memory), the mail need not be to blame."""


@dataclass(eq=False)
class _Child:
    process: Process
    ready: bool = False

    async def ask(self, request: bytes, raw: bytes) -> Answer:
        """Raises _Lost, Temporary where it cannot even start, TimeoutError never: that is the caller's."""
        if not self.ready:
            await self._start()
        try:
            self._sink.write(_framed(request) + len(raw).to_bytes(LENGTH, "big"))
            self._sink.write(raw)
            await self._sink.drain()
            return _ANSWER.validate_json(await self._frame())
        except ValidationError:
            raise _Lost("The process that reads mails gave an answer to this one that makes no sense.") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise _loss(await self.process.wait()) from None

    async def _start(self) -> None:
        try:
            self.ready = await self._frame() == READY
        except (asyncio.IncompleteReadError, ConnectionError, _Lost):
            self.ready = False
        if not self.ready:
            raise Temporary("The process that reads mails could not be started; its words are above in the log.")

    async def _frame(self) -> bytes:
        assert self.process.stdout is not None
        size = int.from_bytes(await self.process.stdout.readexactly(LENGTH), "big")
        if size > _LONGEST_ANSWER:
            raise _Lost("The process that reads mails gave an answer to this one that makes no sense.")
        return await self.process.stdout.readexactly(size)

    @property
    def _sink(self) -> asyncio.StreamWriter:
        assert self.process.stdin is not None
        return self.process.stdin

    async def end(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        self._sink.close()
        await self.process.wait()


@dataclass(eq=False)
class Reader:
    """A pool of children; a mail waits until one is free. Made by `reader`."""

    command: tuple[str, ...]
    patience: float
    free: asyncio.Queue[_Child | None] = field(default_factory=asyncio.Queue)

    async def read(self, raw: bytes, source: str, received_at: datetime, authserv_ids: frozenset[str]) -> Email:
        """The mail that these bytes are; quarantined where its child was lost to it. Temporary where no child can be started."""
        request = json.dumps({"source": source, "received_at": received_at.isoformat(), "authserv_ids": sorted(authserv_ids)}).encode()
        try:
            return await self._asked(request, raw) or mime.quarantined(raw, source, received_at, _TOO_BIG)
        except _Lost as lost:
            return mime.quarantined(raw, source, received_at, lost.why)
        except TimeoutError:
            return mime.quarantined(raw, source, received_at, f"Reading this mail took more than {self.patience:g} s by the clock.")

    async def _asked(self, request: bytes, raw: bytes) -> Email | None:
        """What a child of the pool says; where that one is killed, what a new one says. None: its memory ran out."""
        child = await self.free.get()
        kept: _Child | None = None
        try:
            child = await self._alive(child)
            try:
                answer = await self._in_time(child, request, raw)
            except _Killed:
                await child.end()
                child = await _spawned(self.command)
                answer = await self._in_time(child, request, raw)
            kept = child if answer.stays else None
            return answer.email
        finally:
            self.free.put_nowait(kept)
            if child is not None and kept is None:
                await asyncio.shield(child.end())

    async def _in_time(self, child: _Child, request: bytes, raw: bytes) -> Answer:
        async with asyncio.timeout(self.patience):
            return await child.ask(request, raw)

    async def _alive(self, child: _Child | None) -> _Child:
        if child is not None and child.process.returncode is None:
            return child
        return await _spawned(self.command)


@asynccontextmanager
async def reader(processes: int = 2, *, command: tuple[str, ...] = COMMAND, patience: float = PATIENCE) -> AsyncIterator[Reader]:
    """A pool of this many children, started beside whatever the caller does next; none outlives the block."""
    made = Reader(command, patience)
    try:
        for _ in range(processes):
            made.free.put_nowait(await _spawned(command))
        yield made
    finally:
        while not made.free.empty():
            if child := made.free.get_nowait():
                await child.end()


async def _spawned(command: tuple[str, ...]) -> _Child:
    """Without our secrets in its environment, and with one thread: a second would cost it memory and win nothing."""
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    environment = {**passed, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return _Child(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environment, start_new_session=True))


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(LENGTH, "big") + body


def _loss(code: int) -> _Lost:
    if code == -signal.SIGPROF:
        return _Lost(f"Reading this mail took more than {CPU_SECONDS:g} s of computing.")
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    kind = _Killed if code == -signal.SIGKILL else _Lost
    return kind(f"Reading this mail ended the process that read it ({how}).")


_TOO_BIG = f"Reading this mail took more memory than the {MEMORY // 1024 // 1024} MB allowed."
