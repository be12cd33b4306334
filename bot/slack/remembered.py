"""Remembers answers for a short while."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Value = TypeVar("Value")

MOST = 5000


@dataclass(slots=True)
class Remembered(Generic[Value]):
    """Answers by key, each for `seconds`; errors are not remembered."""

    seconds: float
    now: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, Value]] = field(default_factory=dict)

    async def get(self, key: str, ask: Callable[[], Awaitable[Value]]) -> Value:
        held = self._kept.get(key)
        if held is not None and self.now() - held[0] < self.seconds:
            return held[1]
        if len(self._kept) >= MOST:
            self._kept.clear()
        asked_at, answer = self.now(), await ask()
        self._kept[key] = (asked_at, answer)
        return answer
