"""An Outlook inbox's mail from before it was connected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.mailbox.graph.errors import NotThere
from bot.mailbox.graph.inbox import Inbox
from pipeline.ports import Arrival, Recalled


@dataclass(frozen=True, slots=True)
class OutlookPast:
    """Implements pipeline.ports.Past. A reference is the time of receipt and the immutable id; who was answered is not asked."""

    inbox: Inbox

    async def past(self, since: datetime) -> Sequence[str]:
        found = await self.inbox.received(since)
        return [f"{at.isoformat()} {id}" for id, at in sorted(found.items(), key=lambda one: one[1])]

    async def recall(self, reference: str) -> Recalled | None:
        at, _, id = reference.partition(" ")
        try:
            return Recalled(Arrival(id, await self.inbox.raw(id), datetime.fromisoformat(at)), answered=False)
        except NotThere:
            return None
