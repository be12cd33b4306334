"""How much of a provider's limit we may use: one bucket for all processes, in Redis, or in Postgres while that is away."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from pipeline.errors import Temporary

log = logging.getLogger(__name__)

SECOND = 1_000_000
UNANSWERED = timedelta(seconds=5)
PATIENCE = timedelta(seconds=2)
LONG_PATIENCE = timedelta(seconds=5)
"""So long a reader waits behind a reply that took what it had left for it, rather than begin again."""


class Budget(Protocol):
    """What an adapter asks before it calls its provider."""

    async def spend(self, units: int = 1, leave: int = 0) -> None:
        """Return once this many units may be used, and `leave` more still could be: what may wait leaves room for what may not.

        Raises Temporary (with retry_after) where that would take too long.
        """
        ...


@dataclass(frozen=True, slots=True)
class Limit:
    """One unit every `every` µs, up to `burst` at once; a wait beyond `patience` µs is a refusal, and reserves nothing.

    A bucket that may have been forgotten, or kept elsewhere meanwhile, starts empty: no window of W µs holds more than burst + W / every.
    `trusting` starts it full instead, for limits whose breach costs nothing but a 429: then each forgetting may cost a burst.
    """

    every: int
    burst: int
    patience: int = 2 * SECOND
    trusting: bool = False

    @property
    def full(self) -> int:
        """The µs that an idle bucket takes to fill."""
        return self.every * self.burst

    @property
    def cold(self) -> int:
        """How far ahead an empty bucket is paid for: whoever was granted something by another one still waits for it."""
        return 0 if self.trusting else self.full + self.patience


def within(units: int, window: timedelta, *, burst: int, patience: timedelta = PATIENCE) -> Limit:
    """Never more than `units` in any window, up to `burst` of them at once."""
    every = -(-window // timedelta(microseconds=1) // (units - burst))
    return Limit(every, burst, patience // timedelta(microseconds=1))


def share(quota: int, window: timedelta, *, burst: int, patience: timedelta = PATIENCE) -> Limit:
    """Three quarters: the rest is for other programs of the same user, and for what the provider counts otherwise than we do."""
    return within(quota * 3 // 4, window, burst=burst, patience=patience)


def gmail_units(units_per_minute: int) -> Limit:
    """The units of one user."""
    return share(units_per_minute, timedelta(minutes=1), burst=300, patience=LONG_PATIENCE)


GRAPH = share(10_000, timedelta(minutes=10), burst=100)
"""Requests of one app to one mailbox."""
SLACK = Limit(every=SECOND, burst=3, patience=5 * SECOND, trusting=True)
"""New messages in one channel."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Granted: act `wait` µs after `now` (µs since 1970, by the bucket's clock). Refused: nothing is reserved, `wait` would be needed."""

    granted: bool
    wait: int
    now: int


class Bucket(Protocol):
    """Where what was granted is counted."""

    async def take(self, name: str, limit: Limit, units: int, *, empty: bool, leave: int = 0) -> Answer | None:
        """Reserve the next free moment at which `leave` more units would be there; None where the bucket cannot be asked.

        `empty`: it was not asked lately, but others were.
        """
        ...


@dataclass(slots=True)
class Budgets:
    """Asks the first bucket that answers. Processes that disagree about which one that is get the budget once from each."""

    buckets: Sequence[Bucket]
    _last: dict[str, int] = field(default_factory=dict)

    async def take(self, name: str, limit: Limit, units: int = 1, leave: int = 0) -> Answer | None:
        """The answer for this many units, None where no bucket can be asked: then nothing may be done. ValueError: more than a burst."""
        if units < 1 or leave < 0 or units + leave > limit.burst:
            raise ValueError(f"{units} units of {name} at once, leaving {leave}; its bucket holds {limit.burst}")
        for number, bucket in enumerate(self.buckets):
            answer = await bucket.take(name, limit, units, empty=number != self._last.get(name, 0), leave=leave)
            if answer is not None:
                self._last[name] = number
                return answer
        return None


@dataclass(frozen=True, slots=True)
class Account:
    """One named budget: a mailbox's Gmail units, a model's requests. Implements Budget."""

    budgets: Budgets
    name: str
    limit: Limit

    async def spend(self, units: int = 1, leave: int = 0) -> None:
        answer = await self.budgets.take(self.name, self.limit, units, leave)
        if answer is None:
            raise Temporary(f"Neither Redis nor Postgres can say what is left of the budget {self.name}, so nothing is used.", UNANSWERED)
        if not answer.granted:
            raise Temporary(f"The budget {self.name} is used up for now.", retry_after(answer, self.limit))
        await asyncio.sleep(answer.wait / SECOND)


def decide(due: int, now: int, limit: Limit, units: int, *, empty: bool, leave: int = 0) -> tuple[Answer, int]:
    """The one rule (TAKE of bot/buckets.py says it again in Lua): the answer, and until when the bucket is paid for after it."""
    due = max(due, now + (limit.cold if empty else 0))
    wait = max(0, due + (units + leave) * limit.every - limit.full - now)
    granted = wait <= limit.patience
    return Answer(granted, wait, now), due + units * limit.every if granted else due


def retry_after(refused: Answer, limit: Limit) -> timedelta:
    """When asking again will do."""
    return timedelta(microseconds=refused.wait - limit.patience // 2)
