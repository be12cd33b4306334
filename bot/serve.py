"""The running program: every loop side by side, until a signal, then an orderly end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.embedded import Services
from bot.garbage import set_apart
from bot.settings import Settings
from bot.wiring import Program, wired


async def serve(settings: Settings, services: Services, started: Callable[[int], None]) -> None:
    """Run until SIGINT or SIGTERM; `started` is called with the health port once everything is connected."""
    async with wired(settings, services) as program, running(program) as port:
        set_apart()
        ending = interrupted()
        started(port)
        await ending


@asynccontextmanager
async def running(program: Program) -> AsyncIterator[int]:
    """Run the program's loops while the block lasts; a loop that ends by itself takes the program down with its error."""
    stop = asyncio.Event()
    async with program.web() as port, asyncio.TaskGroup() as group:
        for name, loop in program.loops.items():
            group.create_task(loop(stop), name=name)
        try:
            yield port
        finally:
            stop.set()


def interrupted() -> Awaitable[object]:
    """Waits for the first SIGINT or SIGTERM from the call on; the second one ends the process at once, as usual."""
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()

    def first() -> None:
        arrived.set()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, first)
    return arrived.wait()
