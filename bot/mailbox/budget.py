"""How much of a provider's quota may be used: a bucket that refills by the second."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from pipeline.errors import Temporary

SHARE = 0.75
"""The rest is for other programs of the same user, and for what the provider counts otherwise than we do."""


class Budget(Protocol):
    """What may still be spent on one mailbox."""

    async def spend(self, units: int, leave: int = 0) -> None:
        """Take so many units, and no others than leave so many for more urgent work. Temporary where they are not there yet."""
        ...


@dataclass
class Bucket:
    """Implements Budget within this process: `per_minute` units, three quarters of which are used."""

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _level: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._level, self._at = self._most, self.clock()

    @property
    def _most(self) -> float:
        return self.per_minute * SHARE

    async def spend(self, units: int, leave: int = 0) -> None:
        now = self.clock()
        self._level = min(self._most, self._level + (now - self._at) * self._most / 60)
        self._at = now
        missing = units + leave - self._level
        if missing > 0:
            wait = timedelta(seconds=missing * 60 / self._most)
            raise Temporary("This minute's share of the mailbox's quota is used up.", wait)
        self._level -= units
