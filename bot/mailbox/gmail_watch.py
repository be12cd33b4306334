"""Gmail's watch: for seven days it tells a Pub/Sub topic of new mail. Polling works without it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.mailbox.gmail_calls import GmailCalls
from bot.mailbox.gmail_errors import translated
from bot.mailbox.gmail_memory import GmailMemory
from bot.renewal import Held


@dataclass(frozen=True, slots=True)
class GmailWatch:
    """Implements bot.renewal.Subscription for one mailbox and one topic."""

    calls: GmailCalls
    memory: GmailMemory
    topic: str

    @property
    def mailbox(self) -> str:
        return self.calls.address

    async def held(self) -> Held | None:
        return await self.memory.watched(self.topic)

    async def renew(self) -> None:
        body = {"topicName": self.topic, "labelIds": ["INBOX", "SPAM"], "labelFilterBehavior": "include"}
        answer = await self.calls.call("watch", body=body)
        with translated(self.mailbox):
            until = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
        await self.memory.keep(watched_topic=self.topic, watched_at=datetime.now(UTC), watched_until=until)
