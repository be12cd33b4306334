"""An Outlook mailbox on the stand-in Graph, as the tests hold it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.parser import BytesParser

from pydantic import SecretStr

from bot.buckets import alone
from bot.budget import Limit
from bot.mailbox.outlook import OutlookMailbox, OutlookSettings, connect
from pipeline.ports import Arrival
from sandbox.mail.graph.local import LocalGraph, local_graph
from sandbox.mail.graph.settings import Behaviour
from tests.bot.scene import INBOX, mail

QUICK = timedelta(seconds=1)
PLENTY = Limit(every=1, burst=1_000_000)


@dataclass
class Notebook:
    """A Memory that outlives the adapter; `saves` counts."""

    kept: dict[str, object] = field(default_factory=dict)
    saves: int = 0

    async def load(self) -> Mapping[str, object]:
        return dict(self.kept)

    async def save(self, kept: Mapping[str, object]) -> None:
        self.kept, self.saves = dict(kept), self.saves + 1


@dataclass
class Office:
    """The stand-in, and our mailbox on it; `again` is what a restart makes of it."""

    graph: LocalGraph
    box: OutlookMailbox
    notebook: Notebook
    settings: OutlookSettings

    async def begin(self) -> None:
        """The first connect, before any mail."""
        assert await self.box.arrivals(50) == []

    async def again(self) -> "Office":
        await self.box.close()
        return replace(self, box=connect(self.settings, self.notebook, alone(PLENTY)))

    async def take(self, most: int = 50) -> list[Arrival]:
        """Everything that is new, taken."""
        taken: list[Arrival] = []
        while batch := await self.box.arrivals(most):
            for arrival in batch:
                await self.box.taken(arrival.source)
            taken += batch
        return taken


@asynccontextmanager
async def office(behaviour: Behaviour | None = None, timeout: timedelta = QUICK) -> AsyncIterator[Office]:
    async with local_graph(INBOX, behaviour) as graph:
        settings = settings_for(graph, timeout)
        notebook = Notebook()
        held = Office(graph, connect(settings, notebook, alone(PLENTY)), notebook, settings)
        try:
            yield held
        finally:
            await held.box.close()


def settings_for(graph: LocalGraph, timeout: timedelta = QUICK) -> OutlookSettings:
    account = graph.account
    return OutlookSettings(
        address=INBOX,
        tenant=account.tenant,
        client_id=account.client_id,
        client_secret=SecretStr(account.client_secret),
        graph_url=graph.graph_url,
        authority=graph.authority,
        timeout=timeout,
    )


def reply(send_id: str = "s-1", to: str = "carla@customers.example", answers: str = "a") -> bytes:
    """A reply in the form of bot/mailbox/compose.py."""
    return (
        f"From: Larkspur <{INBOX}>\r\nTo: Carla <{to}>\r\nSubject: Re: hours\r\nMessage-ID: <{send_id}@larkspur.example>\r\n"
        f"In-Reply-To: <{answers}@customers.example>\r\nReferences: <{answers}@customers.example>\r\nX-Triage-Send-Id: {send_id}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWe open at nine.\r\n"
    ).encode()


def names(mails: list[Arrival]) -> list[str]:
    """The local parts of the Message-IDs."""
    return [str(BytesParser().parsebytes(one.raw)["message-id"]).strip("<>").partition("@")[0] for one in mails]


__all__ = ["INBOX", "PLENTY", "Notebook", "Office", "mail", "names", "office", "reply", "settings_for"]
