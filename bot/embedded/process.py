"""One server as our direct child: started, awaited, watched, started again when it dies, and stopped."""

import asyncio
import logging
import signal
import time
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from bot.embedded.spawn import ServerFailed, Terms, spawn

START_SECONDS = 60.0
"""Long enough to replay the whole write-ahead log after a crash."""

STOP_SECONDS = 15.0
RESTARTS, RESTART_WINDOW = 5, 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Server:
    """How to run one server. `ready` is asked with the child's pid; `stop` holds the signals to end it, the mildest first."""

    name: str
    command: tuple[str, ...]
    terms: Terms
    stop: tuple[signal.Signals, ...]
    ready: Callable[[int], Awaitable[bool]]


@asynccontextmanager
async def running(servers: Sequence[Server]) -> AsyncIterator[None]:
    """Run the servers, ready, while the block lasts; one that cannot be kept up cancels the block, which then ends with ServerFailed."""
    body = asyncio.current_task()
    assert body is not None

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            body.cancel()

    ready = [asyncio.Event() for _ in servers]
    keepers = [asyncio.create_task(_keep(server, event), name=server.name) for server, event in zip(servers, ready, strict=True)]
    for keeper in keepers:
        keeper.add_done_callback(ended)
    try:
        for event in ready:
            await event.wait()
        yield
    except asyncio.CancelledError:
        failure = next((task.exception() for task in keepers if task.done() and not task.cancelled()), None)
        if failure is None or body.uncancel() > 0:
            raise
        raise failure from None
    finally:
        for keeper in keepers:
            keeper.remove_done_callback(ended)
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)


async def _keep(server: Server, ready: asyncio.Event) -> None:
    """Keep the server up until cancelled, then stop it."""
    process = await _launch(server)
    ready.set()
    restarts: deque[float] = deque(maxlen=RESTARTS)
    try:
        while True:
            await process.wait()
            log.warning("%s died (%s); it is started again on the same files", server.name, process.returncode)
            process = await _launch_again(server, restarts)
    finally:
        await _stop(server, process)


async def _launch_again(server: Server, restarts: deque[float]) -> Process:
    while True:
        now = time.monotonic()
        while restarts and now - restarts[0] > RESTART_WINDOW:
            restarts.popleft()
        if len(restarts) == RESTARTS:
            raise ServerFailed(f"{server.name} died {RESTARTS + 1} times within a minute. {server.terms.last_words()}")
        await asyncio.sleep(0.1 * (2 ** len(restarts) - 1))
        restarts.append(now)
        try:
            return await _launch(server)
        except ServerFailed as failure:
            log.warning("%s", failure)


async def _launch(server: Server) -> Process:
    async with AsyncExitStack() as undo:
        process = await spawn(server.command, server.terms, dies_by=server.stop[0])
        undo.push_async_callback(_stop, server, process)
        deadline = time.monotonic() + START_SECONDS
        while not await server.ready(process.pid):
            if process.returncode is not None or time.monotonic() > deadline:
                how = "did not start" if process.returncode is not None else f"is not ready after {START_SECONDS:.0f} s"
                raise ServerFailed(f"{server.name} {how}. {server.terms.last_words()}")
            await asyncio.sleep(0.005)
        undo.pop_all()
        return process


async def _stop(server: Server, process: Process) -> None:
    for each in (*server.stop, signal.SIGKILL):
        with suppress(ProcessLookupError):
            process.send_signal(each)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
                return
        log.warning("%s did not end within %.0f s of %s", server.name, STOP_SECONDS, each.name)
