"""Quota units: what each method costs, and how many a user has a minute."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.mail.gmail.errors import GmailError

UNITS = {
    "getProfile": 1, "messages.list": 5, "messages.get": 20, "threads.get": 40, "history.list": 2, "labels.list": 1, "drafts.create": 10,
    "drafts.get": 5, "drafts.list": 5, "drafts.send": 100, "drafts.delete": 10, "watch": 100, "stop": 50,
}  # fmt: skip
PER_MINUTE = 6000


@dataclass(slots=True)
class Quota:
    """Units of the last 60 s. Beyond `per_minute` a call is refused with 429, or with 403 as some projects see it."""

    per_minute: int = PER_MINUTE
    status: int = 429
    clock: Callable[[], float] = time.monotonic
    spent: list[tuple[float, int]] = field(default_factory=list)
    total: int = 0

    def spend(self, method: str) -> None:
        now, units = self.clock(), UNITS[method]
        self.spent = [(at, cost) for at, cost in self.spent if at > now - 60]
        if sum(cost for _, cost in self.spent) + units > self.per_minute:
            reason = "rateLimitExceeded" if self.status == 429 else "userRateLimitExceeded"
            raise GmailError(self.status, reason, "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'.")
        self.spent.append((now, units))
        self.total += units
