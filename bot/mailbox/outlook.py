"""An inbox on Microsoft 365: read by delta queries, answered by drafts that are sent by their immutable id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from bot.budget import Budget
from bot.mailbox.graph.client import Graph
from bot.mailbox.graph.credentials import OutlookSettings, Tokens, check_installed, credential
from bot.mailbox.graph.drafts import Drafts
from bot.mailbox.graph.inbox import Inbox
from bot.mailbox.graph.junk import Junk
from bot.mailbox.graph.kept import Kept
from bot.mailbox.graph.sent import Sent
from bot.mailbox.graph.watch import Watch
from bot.settings import OutlookEntry
from pipeline.email import MailboxId
from pipeline.ports import Arrival, Memory, Whereabouts

__all__ = ["OutlookMailbox", "OutlookSettings", "app_of", "check", "connect"]

SETTLES_WITHIN = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class OutlookMailbox:
    """Implements pipeline.ports.Mailbox. A mail's source and a draft's id are Graph's immutable ids."""

    graph: Graph
    kept: Kept
    inbox: Inbox
    junk: Junk
    drafts: Drafts
    settles_within: timedelta

    @property
    def id(self) -> MailboxId:
        return self.graph.settings.address

    async def arrivals(self, most: int) -> Sequence[Arrival]:
        """New mails of the inbox since our first connect, oldest first, and those of Junk behind them."""
        new = await self.inbox.arrivals(most)
        return new or await self.junk.arrivals(most)

    async def taken(self, source: str) -> None:
        """Nothing changes in the mailbox: the cursor moves when all mails before it are taken."""
        await self.inbox.taken(source)
        await self.junk.taken(source)

    def sent(self) -> Sent:
        """The mailbox's sent mail."""
        return Sent(Inbox(self.graph, self.kept, "sentitems"))

    async def create_draft(self, mail: bytes, send_id: str) -> str:
        """Store our bytes as a reply draft. Permanent where the mailbox would say something else."""
        return await self.drafts.create(mail, send_id)

    async def send_draft(self, draft_id: str) -> None:
        """Send exactly this draft. Permanent where it is not in Drafts any more."""
        await self.drafts.send(draft_id)

    async def find(self, draft_id: str, send_id: str) -> Whereabouts:
        """Where the draft is; its copy in Sent Items may take a while to appear."""
        return await self.drafts.find(draft_id, send_id)

    def watch(self, url: str) -> Watch:
        """The subscription that makes Graph tell `url` of new mail."""
        return Watch(self.graph, self.kept, url)

    async def close(self) -> None:
        """End its connections."""
        await self.graph.close()


def app_of(entry: OutlookEntry, shared_secret: SecretStr | None) -> OutlookSettings:
    """The app of one configured mailbox; where it names neither secret nor certificate, the secret that all share."""
    secret = entry.client_secret or (None if entry.certificate else shared_secret)
    address = MailboxId(entry.address)
    return OutlookSettings(address, entry.tenant, entry.client_id, secret, entry.certificate, entry.graph_url, entry.authority)


async def check(settings: OutlookSettings, budget: Budget) -> str:
    """Reach the mailbox once, for the doctor. Raises Misconfigured, Permanent, Temporary."""
    check_installed()
    credential(settings)
    graph = Graph(settings, Tokens(settings), budget)
    try:
        await graph.call("reading the inbox", "GET", f"{graph.user}/mailFolders/inbox", query={"$select": "id"})
    finally:
        await graph.close()
    return f"{settings.address} can be reached at Microsoft 365."


def connect(settings: OutlookSettings, memory: Memory, budget: Budget, *, settles_within: timedelta = SETTLES_WITHIN) -> OutlookMailbox:
    """Nothing is asked of the network yet. Raises Misconfigured where msal, the secret or the certificate is missing."""
    check_installed()
    credential(settings)
    graph, kept = Graph(settings, Tokens(settings), budget), Kept(memory)
    inbox, junk = Inbox(graph, kept), Junk(Inbox(graph, kept, "junkemail"))
    return OutlookMailbox(graph, kept, inbox, junk, Drafts(graph), settles_within)
