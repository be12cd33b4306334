"""What asking models may cost: the house's dollars a day, and the calls that one sender's mails may cause."""

import asyncio
import logging
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Protocol

from bot.budget import Budgets, Limit, retry_after, within
from pipeline.errors import Temporary

log = logging.getLogger(__name__)

PORTIONS = 100
"""A process draws the day's budget in hundredths, so that not every call waits for the one row that all of them share."""
TILL_SECONDS = 2.0
DAY = timedelta(days=1)


class Till(Protocol):
    """Where all processes keep the day's budget (bot/store/calls.py)."""

    async def draw(self, usd: float, daily: float) -> float | None: ...
    async def put_back(self, usd: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Reserved:
    """Dollars that a call may cost, of the purse's portion number `day`."""

    usd: float
    day: int


@dataclass(slots=True)
class Purse:
    """What this process may still spend today. A process that dies loses at most its portion to nobody; nobody spends it twice."""

    till: Till
    daily: float
    _left: float = 0.0
    _day: int = 0
    _ends: float = 0.0
    _drawing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reserve(self, most: float) -> Reserved:
        """Set aside the most that a call can cost. Raises Temporary where the day's budget is used up, or cannot be asked."""
        if most <= 0:
            return Reserved(0.0, self._day)
        async with self._drawing:
            self._forget_yesterday()
            if self._left < most:
                await self._draw(most - self._left)
            self._left -= most
            return Reserved(most, self._day)

    def settle(self, reserved: Reserved, usd: float) -> None:
        """The call cost this much; the rest may be spent again."""
        if reserved.day == self._day:
            self._left += reserved.usd - usd

    async def close(self) -> None:
        """Put back what is left of the portion."""
        self._forget_yesterday()
        if self._left > 0:
            left, self._left = self._left, 0.0
            try:
                await self.till.put_back(left)
            except Temporary:
                log.warning("$%.4f of today's budget for models could not be put back; nobody will spend it.", left)

    async def _draw(self, needed: float) -> None:
        try:
            async with asyncio.timeout(TILL_SECONDS):
                for portion in (max(needed, self.daily / PORTIONS), needed):
                    lasts = await self.till.draw(portion, self.daily)
                    if lasts is not None:
                        self._ends = time.monotonic() + lasts
                        self._left += portion
                        return
        except (Temporary, TimeoutError) as error:
            raise Temporary("The database cannot say what is left of today's budget for models, so none is asked.") from error
        raise Temporary(f"Today's budget of ${self.daily:.2f} for models is used up. Raise models.daily_dollars, or wait for 00:00 UTC.")

    def _forget_yesterday(self) -> None:
        if time.monotonic() >= self._ends:
            self._left, self._day = 0.0, self._day + 1


@dataclass(frozen=True, slots=True)
class Senders:
    """How often the mails of one sender may ask; a name in Redis or Postgres is a digest."""

    budgets: Budgets
    calls_day: int

    async def spend(self, asked_for: str) -> None:
        """Raises Temporary where this sender's calls of the day are used up, or nobody can say."""
        if not asked_for:
            return
        name = f"model:{sha256(asked_for.casefold().encode('utf-8', 'replace')).hexdigest()[:32]}"
        answer = await self.budgets.take(name, self._limit())
        if answer is None:
            raise Temporary("Neither Redis nor Postgres can say how often this sender was read by a model, so none is asked.")
        if not answer.granted:
            raise Temporary(f"This sender's {self.calls_day} calls of a model a day are used up.", retry_after(answer, self._limit()))

    def _limit(self) -> Limit:
        """Half of the day's calls at once at most. A Redis that forgets costs half a day's calls more, and no mail waits for it."""
        return replace(within(self.calls_day, DAY, burst=self.calls_day // 2), patience=0, trusting=True)
