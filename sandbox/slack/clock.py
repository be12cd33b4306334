"""The time inside this Slack: the machine's, and as far ahead of it as tests have moved it."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """Slack's deadlines, rates and dates go by it; only the three seconds for an acknowledgement stay real, for the app's work is real."""

    ahead: float = 0.0
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> float:
        """Epoch seconds."""
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        """Moves the time on and wakes whoever slept until then."""
        self.ahead += seconds
        self.moved.set()
        self.moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Waits until so many seconds have passed on this clock."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            moved = self.moved
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await moved.wait()
