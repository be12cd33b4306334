"""Slack's rate limits: a message per second and channel with a short burst, and the tiers of the methods."""

import math
from dataclasses import dataclass, field

from sandbox.slack.clock import Clock
from sandbox.slack.errors import SlackError

BURST = 4
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls per minute of each tier; a method may use up a minute's calls, and ten at least, in one burst."""
METHOD_BURST = 10


@dataclass(slots=True)
class Bucket:
    tokens: float
    filled: float


@dataclass(slots=True)
class Rates:
    """Token buckets by name; does nothing while not enabled."""

    enabled: bool
    clock: Clock = field(default_factory=Clock)
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def spend_method(self, method: str, tier: int) -> None:
        """One call of a method; raises ratelimited with Retry-After."""
        self._spend(method, TIERS[tier] / 60, max(METHOD_BURST, TIERS[tier]))

    def spend_message(self, channel_id: str) -> None:
        """One message into a channel; raises ratelimited with Retry-After."""
        self._spend(f"channel {channel_id}", 1.0, BURST)

    def _spend(self, name: str, per_second: float, burst: float) -> None:
        if not self.enabled:
            return
        now = self.clock.now()
        bucket = self.buckets.setdefault(name, Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled) * per_second)
        bucket.filled = now
        if bucket.tokens < 1:
            raise ratelimited(math.ceil((1 - bucket.tokens) / per_second))
        bucket.tokens -= 1


def ratelimited(seconds: int) -> SlackError:
    """Slack's 429, to be tried again after so many seconds."""
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(max(1, seconds))})
