"""A bell within this process: somebody says that there may be new mail, so that nobody waits for the next poll."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from pipeline.errors import Temporary

LISTEN = 300.0
BREATH = 0.5
DEAF = 10.0
"""Seconds until a mailbox that could not be listened to is tried again; its polls go on meanwhile."""


@dataclass(frozen=True, slots=True)
class Doorbell:
    """Rings that come while nobody listens, or several at once, count as one. It carries no news: who hears it looks."""

    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        self._event.set()

    async def rung(self) -> None:
        """Return at the next ring, or at once if it rang since the last time."""
        await self._event.wait()
        self._event.clear()


News = Callable[[float], Awaitable[None]]
"""Returns when a mailbox may have new mail, or after so many seconds. Raises Temporary."""


async def ring_on(news: News, bell: Doorbell, stop: asyncio.Event) -> None:
    """Ring the bell whenever the mailbox tells of news, until `stop` is set."""
    while not stop.is_set():
        stopping, telling = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(_told(news, bell))
        try:
            await asyncio.wait({stopping, telling}, return_when=asyncio.FIRST_COMPLETED)
            rest = telling.result() if telling.done() else 0.0
        finally:
            telling.cancel()
            stopping.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest)


async def _told(news: News, bell: Doorbell) -> float:
    """How long to rest before listening again."""
    try:
        await news(LISTEN)
    except Temporary:
        return DEAF
    bell.ring()
    return BREATH
