"""Keeps providers telling us of new mail: the one rule by which a subscription is renewed, and when its end is an alarm."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.errors import Misconfigured, Permanent, Temporary

log = logging.getLogger(__name__)

DAILY = timedelta(days=1)
ALARM = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription as we remember it: when it was last renewed, and until when it holds. `urgent`: its provider wants it renewed now."""

    renewed: datetime
    until: datetime
    urgent: bool = False

    def is_due(self, now: datetime) -> bool:
        return self.urgent or now - self.renewed >= DAILY or self.until <= now


class Subscription(Protocol):
    """What makes a provider tell us of new mail in one mailbox."""

    @property
    def mailbox(self) -> str: ...
    async def held(self) -> Held | None:
        """None where there is none, or not the one that the settings ask for. Raises Temporary where our memory is away."""
        ...

    async def renew(self) -> None:
        """Make it hold for some days from now on, and remember that. Raises Temporary, Permanent, Misconfigured."""
        ...


async def look(subscription: Subscription, now: datetime) -> None:
    """Renew it if that is due. What fails is told and tried again at the next look; meanwhile polling finds what nobody tells."""
    try:
        held = await subscription.held()
    except Temporary as away:
        log.warning("Whether %s must be renewed at its provider cannot be seen now: %s", subscription.mailbox, away)
        return
    if held is not None and not held.is_due(now):
        return
    try:
        await subscription.renew()
    except (Temporary, Permanent, Misconfigured) as failed:
        _tell(subscription.mailbox, held, now, failed)


def _tell(mailbox: str, held: Held | None, now: datetime, failed: Exception) -> None:
    """An error where nobody notifies us, or will not in two days, else a warning."""
    ends = "has not begun" if held is None else f"ends at {held.until:%Y-%m-%d %H:%M} UTC"
    near = held is None or held.until - now < ALARM
    log.log(logging.ERROR if near else logging.WARNING, "Being notified of new mail in %s %s: %s", mailbox, ends, failed)
