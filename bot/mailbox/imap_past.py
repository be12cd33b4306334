"""An IMAP folder's mail from before it was connected: what lies before the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.mailbox.imap_cursor import day
from bot.mailbox.imap_reading import BODY, Reading, arrival_of
from bot.mailbox.imap_session import Session
from pipeline.ports import Recalled

FLAGS = "(UID FLAGS)"


@dataclass(frozen=True, slots=True)
class ImapPast:
    """Implements pipeline.ports.Past. A reference is UIDVALIDITY and UID; the flag \\Answered is believed."""

    inbox: Reading

    async def past(self, since: datetime) -> Sequence[str]:
        return await self.inbox.line.run(partial(self._past, since))

    async def recall(self, reference: str) -> Recalled | None:
        """None as well where the server has numbered its mails anew."""
        return await self.inbox.line.run(partial(self._recall, reference))

    def _past(self, since: datetime, session: Session) -> list[str]:
        folder, cursor = session.open(self.inbox.folder, readonly=True), self.inbox.cursor
        if cursor is None or cursor.uidvalidity != folder.uidvalidity:
            return []
        found = session.search("SINCE", day(since.astimezone(UTC) - timedelta(days=1)))
        return [f"{folder.uidvalidity}-{uid}" for uid in found if uid <= cursor.uid]

    def _recall(self, reference: str, session: Session) -> Recalled | None:
        validity, _, uid = reference.partition("-")
        if session.open(self.inbox.folder, readonly=True).uidvalidity != int(validity):
            return None
        marked, whole = session.fetch([int(uid)], FLAGS), session.fetch([int(uid)], BODY)
        if not marked or not whole:
            return None
        return Recalled(
            arrival_of(whole[0], whole[0].received_at or datetime.now(UTC)), "\\answered" in {f.lower() for f in marked[0].flags}
        )
