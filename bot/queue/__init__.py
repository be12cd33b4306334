"""Queues that stand before the work queue: what was fetched waits here, in the order of its thread, until it is a row of `messages`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.email import MailboxId

MOST_ATTEMPTS = 5
LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail on its way in. Deliveries of one mailbox and `thread` keep their order; `raw` is None where the mail lies in the spool."""

    mailbox: MailboxId
    source: str
    thread: str
    raw: bytes | None
    received_at: datetime
    traceparent: str


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery under a lease: `token` is the back end's receipt, `attempt` counts the receipts from 1, `dead`: it came from `buried`."""

    delivery: Delivery
    token: str
    attempt: int
    dead: bool = False


class Deliveries(Protocol):
    """At least once, in order within a thread, under a lease; after 5 receipts without `done` a delivery is buried.

    Every method raises Temporary while the back end is away, Permanent where it refuses us.
    """

    @property
    def name(self) -> str: ...
    @property
    def largest(self) -> int:
        """Bytes of the largest mail that a delivery may carry; a larger one goes through the spool."""
        ...

    async def put(self, delivery: Delivery) -> None:
        """Once this returns, the delivery survives us. Putting it twice may deliver it twice."""
        ...

    async def receive(self, most: int, wait: float) -> Sequence[Held]:
        """At most `most` deliveries, waiting up to `wait` (SQS: whole) seconds for the first; those of one thread in their order."""
        ...

    async def extend(self, held: Held, lease: timedelta) -> bool:
        """Keep it for so long from now; False where the back end knows that somebody else may hold it."""
        ...

    async def done(self, held: Held) -> None:
        """It is safe elsewhere. From one whose lease is over this is harmless, as it was safe elsewhere then too."""
        ...

    async def give_back(self, held: Held) -> None:
        """Somebody else may have it at once; the receipt counts."""
        ...

    async def buried(self, most: int) -> Sequence[Held]:
        """Dead letters, under a lease as well; `done` removes them."""
        ...
