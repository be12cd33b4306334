"""The post office: it carries mail between the company and its customers, and serves the customers' mailboxes as a page."""

import asyncio
import ctypes
import errno
import fcntl
import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from aiohttp import web

from sandbox.mail.arrivals import arrive
from sandbox.mail.boxes import Boxes
from sandbox.mail.delivery import open_mailbox
from sandbox.mail.letters import COMPANY, letters
from sandbox.mail.maildir import company, mailbox
from sandbox.mail.outbox import watch
from sandbox.mail.web import Desk, application

__all__ = ["CannotStart", "Office", "OfficeSettings", "arrive", "run", "start"]

HOST = "127.0.0.1"
SECONDS_TO_CLOSE = 2.0
PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """The office cannot open; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """Settings of one post office.

    `data` is the folder with mail/ (the company's Maildirs) and customers/; `port` 0 takes a free one; with a `speed` the
    office also lets the demo's letters arrive, that many times as fast as written.
    """

    data: Path
    port: int = 0
    die_with_parent: bool = False
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """An open post office."""

    page_url: str
    _desk: Desk
    _runner: web.AppRunner
    _lock: IO[str]
    _work: list[asyncio.Task[None]] = field(default_factory=list)

    async def stop(self) -> None:
        """Stop carrying, close the page, leave nothing behind."""
        self._desk.closing.set()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._runner.cleanup()
        self._lock.close()


async def start(settings: OfficeSettings) -> Office:
    """Open the office in the running event loop. Raises CannotStart."""
    boxes = [open_mailbox(mailbox(company(settings.data), inbox)) for inbox in COMPANY]
    desk = Desk(Boxes(settings.data), COMPANY)
    runner = web.AppRunner(application(desk), access_log=None, shutdown_timeout=SECONDS_TO_CLOSE)
    await runner.setup()
    try:
        port = await _listen(runner, settings.port)
        lock = _lock(settings.data)
    except CannotStart:
        await runner.cleanup()
        raise
    work = [asyncio.create_task(watch(settings.data, boxes))]
    if settings.speed is not None:
        work.append(asyncio.create_task(arrive(settings.data, letters(), speed=settings.speed)))
    return Office(f"http://{HOST}:{port}/", desk, runner, lock, work)


def run(settings: OfficeSettings) -> None:
    """Serve until SIGINT or SIGTERM; the first line on stdout is JSON: {"page": ...}. Exits with 2 if it cannot start."""
    if settings.die_with_parent:
        _die_with_parent()
    try:
        asyncio.run(_serve(settings))
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


async def _serve(settings: OfficeSettings) -> None:
    office = await start(settings)
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    sys.stdout.write(json.dumps({"page": office.page_url}) + "\n")
    sys.stdout.flush()
    await stop.wait()
    await office.stop()


async def _listen(runner: web.AppRunner, port: int) -> int:
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise CannotStart(f"Port {port} on {HOST} is taken: stop what listens there, or choose another with --port.") from error
    return int(runner.addresses[0][1])


def _lock(data: Path) -> IO[str]:
    path = company(data) / ".office.lock"
    file = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise CannotStart(f"Another post office works on {data}: stop it, or choose another folder with --data.") from error
    return file


def _die_with_parent() -> None:
    parent = os.getppid()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(0)
