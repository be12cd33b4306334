"""A bell within this process: somebody says that there may be new mail, so that nobody waits for the next poll."""

import asyncio
from dataclasses import dataclass, field


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
