"""A mailbox on any mail server: read over IMAP, answered over SMTP by way of a stored draft."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.mailbox.imap_drafts import Drafts
from bot.mailbox.imap_line import Line
from bot.mailbox.imap_reading import Reading
from bot.mailbox.imap_sent import ImapSent
from bot.mailbox.imap_settings import ImapSettings, check, password, trust
from bot.mailbox.submission import NotSent, Submission, recipients
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Arrival, Memory, Whereabouts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """Implements pipeline.ports.Mailbox. SMTP knows no drafts, so the account's Drafts folder keeps the evidence (RFC 1047):

    a stored draft is claimed before its data may leave, and is unclaimed only where the server says that it did not take it. It goes out of
    Drafts and into Sent once the server has taken it. A draft that is found claimed may have been sent or not: nobody but a person can say.
    """

    id: MailboxId
    settles_within: timedelta
    inbox: Reading
    drafts: Drafts
    submission: Submission

    async def arrivals(self, most: int) -> Sequence[Arrival]:
        """Mails after the cursor, oldest first; received_at is when the server received them. The first look starts at now."""
        return await self.inbox.arrivals(most)

    async def taken(self, source: str) -> None:
        """Let the cursor move over the mail. It stays unread in the mailbox."""
        await self.inbox.taken(source)

    async def wait_for_news(self, seconds: float) -> None:
        """Return when the server tells of new mail (IDLE), or after `seconds`. Raises Temporary."""
        await self.inbox.wait_for_news(seconds)

    async def create_draft(self, mail: bytes, send_id: str) -> str:
        """Store the draft; doing it twice gives the same draft, wherever it is by now."""
        return await self.drafts.create(mail, send_id)

    async def send_draft(self, draft_id: str) -> None:
        """Send exactly this draft, to the recipients in its bytes, once.

        Permanent where it is not in Drafts unclaimed, or the server refuses it; Temporary where it asks to try again, or nobody knows.
        """
        mail = await self.drafts.ready(draft_id)
        async with self.submission.accepted(recipients(mail)) as server:
            await self.drafts.claim(draft_id)
            try:
                await self.submission.hand_over(server, mail)
            except NotSent as refused:
                await self.drafts.release(draft_id)
                raise refused.known from refused
        await self._file(mail, draft_id)

    async def find(self, draft_id: str, send_id: str) -> Whereabouts:
        """Where the draft is; "gone" also means that only a person can say whether it was delivered."""
        return await self.drafts.find(send_id)

    async def probe(self) -> str:
        """Sign in at both servers and say what was found. Raises Temporary or Permanent, naming what to mend."""
        folders = await self.drafts.folders_found()
        await self.submission.probe()
        return f"Signed in for reading and sending; drafts lie in {folders.drafts}, sent mail in {folders.sent}."

    def sent(self, memory: Memory) -> ImapSent:
        """The account's sent mail, with a memory of its own, read over the connection that reads the inbox."""
        return ImapSent(self.id, self.drafts, lambda folder: Reading(self.inbox.line, self.inbox.bell, folder, memory))

    def close(self) -> None:
        """Let go of the connections."""
        for line in (self.inbox.line, self.inbox.bell, self.drafts.line):
            line.close()

    async def _file(self, mail: bytes, draft_id: str) -> None:
        """The mail is out, and nothing that happens now may say otherwise."""
        try:
            await self.drafts.file(mail, draft_id)
        except (Temporary, Permanent) as failed:
            log.warning("%s: a reply was sent, but could not be put into Sent: %s", self.id, failed)


@dataclass(frozen=True, slots=True)
class Forgetful:
    """A Memory for who only looks whether the settings are right."""

    async def load(self) -> Mapping[str, object]:
        return {}

    async def save(self, kept: Mapping[str, object]) -> None:
        """Nothing is kept."""


def connect(settings: ImapSettings, memory: Memory) -> ImapMailbox:
    """The mailbox that `settings` describe; its connections are made when they are needed. Raises Misconfigured."""
    check(settings)
    trust(settings)
    secret = password(settings)
    reading, bell, writing = (Line(settings, secret) for _ in range(3))
    return ImapMailbox(
        id=MailboxId(settings.address),
        settles_within=timedelta(seconds=settings.settles_seconds),
        inbox=Reading(reading, bell, settings.inbox, memory),
        drafts=Drafts(writing),
        submission=Submission(settings, secret),
    )
