"""Remembers answers for a short while, and asks once however many want to know."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Value = TypeVar("Value")

MOST = 5000


@dataclass(slots=True)
class Remembered(Generic[Value]):
    """Answers by key, each for `seconds`; errors reach all who wait, and are not remembered."""

    seconds: float
    now: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, Value]] = field(default_factory=dict)
    _asking: dict[str, asyncio.Task[Value]] = field(default_factory=dict)

    async def get(self, key: str, ask: Callable[[], Awaitable[Value]]) -> Value:
        held = self._kept.get(key)
        if held is not None and self.now() - held[0] < self.seconds:
            return held[1]
        if key not in self._asking:
            task = self._asking[key] = asyncio.create_task(self._ask(key, ask))
            task.add_done_callback(lambda done: self._asked(key, done))
        return await asyncio.shield(self._asking[key])

    async def _ask(self, key: str, ask: Callable[[], Awaitable[Value]]) -> Value:
        asked_at, answer = self.now(), await ask()
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = (asked_at, answer)
        return answer

    def _asked(self, key: str, done: asyncio.Task[Value]) -> None:
        self._asking.pop(key, None)
        if not done.cancelled():
            done.exception()  # everybody who waited has it, or has given up
