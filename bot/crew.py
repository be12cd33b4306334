"""Several hands that take work until told to stop, and then get 20 seconds to finish what they hold."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.store.bell import Bell

POLL = 1.0
DRAIN = 20.0


async def crew(
    step: Callable[[], Awaitable[bool]], bell: Bell, stop: asyncio.Event, *, hands: int, poll: float = POLL, drain: float = DRAIN
) -> None:
    """Run `step` (True: there was work) on several tasks until `stop` is set; what lasts longer than `drain` seconds is cancelled."""
    listening = asyncio.ensure_future(bell.listen())
    tasks = [asyncio.ensure_future(_hand(step, bell, stop, poll)) for _ in range(hands)]
    try:
        await stop.wait()
        bell.ring()
        await asyncio.wait(tasks, timeout=drain)
    finally:
        for task in (*tasks, listening):
            task.cancel()
        await asyncio.gather(*tasks, listening, return_exceptions=True)


async def _hand(step: Callable[[], Awaitable[bool]], bell: Bell, stop: asyncio.Event, poll: float) -> None:
    while not stop.is_set():
        seen = bell.count
        if not await step():
            await bell.wait(seen, poll)
