"""LISTEN: being told at once that there is work. Polling finds what a lost notification told of."""

import asyncio
from contextlib import suppress

import asyncpg

from bot.store.database import LOST

CASES = "triage_cases"
EFFECTS = "triage_effects"


class Bell:
    """Rings whenever somebody committed a NOTIFY on `channel`; keeps a connection of its own and renews it."""

    def __init__(self, dsn: str, channel: str) -> None:
        self._dsn = dsn
        self._channel = channel
        self._rung = asyncio.Event()
        self.count = 0

    async def wait(self, seen: int, seconds: float) -> None:
        """Return when the bell rang since `count` was `seen`, or after `seconds`."""
        if self.count != seen:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)

    def ring(self) -> None:
        self.count += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def listen(self) -> None:
        """Listen until cancelled."""
        while True:
            with suppress(*LOST):
                await self._hear()
            await asyncio.sleep(1)

    async def _hear(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=10, server_settings={"application_name": f"triage {self._channel}"})
        lost = asyncio.Event()
        connection.add_termination_listener(lambda *_: lost.set())
        try:
            await connection.add_listener(self._channel, lambda *_: self.ring())
            self.ring()
            await lost.wait()
        finally:
            connection.terminate()
