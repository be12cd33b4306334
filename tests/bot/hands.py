"""Gmail and Outlook with a person at them: who answers past us, moves mail about, and whose provider forgets cursors."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

from bot.buckets import alone
from bot.mailbox.gmail import GmailMailbox
from bot.mailbox.outlook import OutlookMailbox, connect
from pipeline.ports import Mailbox, SentMail
from sandbox.mail.graph.local import LocalGraph, local_graph
from tests.bot.outlook.office import PLENTY, Notebook, settings_for
from tests.bot.scene import INBOX
from tests.gmail import World, gmail_world

PROVIDERS = ("gmail", "outlook")


class Hands(ABC):
    """One mailbox at a provider; `open` is what a start of the program makes of it, over one memory."""

    where: str

    @abstractmethod
    async def open(self) -> tuple[Mailbox, SentMail]: ...
    @abstractmethod
    def deliver(self, raw: bytes, *, spam: bool = False) -> Any: ...
    @abstractmethod
    def out_of_spam(self, mail: Any) -> None:
        """A person says that it is none."""

    @abstractmethod
    def answer(self, mail: Any, text: str = "We open at nine.", by: str = f"Ben Okafor <{INBOX}>", to: str = "") -> None:
        """A person answers in the provider's own program."""

    @abstractmethod
    def send(self, raw: bytes) -> None:
        """These very bytes are sent from the mailbox."""

    @abstractmethod
    def an_hour_passes(self) -> None:
        """All that lies in the mailbox is an hour older."""

    @abstractmethod
    def expire(self) -> None:
        """The provider forgets every cursor."""

    @abstractmethod
    def break_reading(self) -> None:
        """The next reading of a mail fails after it was begun."""

    @property
    @abstractmethod
    def ledger(self) -> Sequence[bytes]:
        """Every mail that left the mailbox."""


@dataclass
class AtGmail(Hands):
    world: World
    where: str = "Gmail"

    async def open(self) -> tuple[GmailMailbox, SentMail]:
        mailbox = self.world.mailbox()
        return mailbox, mailbox.sent()

    def deliver(self, raw: bytes, *, spam: bool = False) -> Any:
        return self.world.gmail.deliver(raw, ("SPAM", "UNREAD") if spam else ("INBOX", "UNREAD"))

    def out_of_spam(self, mail: Any) -> None:
        self.world.gmail.box.label(mail.id, {"INBOX"}, {"SPAM"})

    def answer(self, mail: Any, text: str = "We open at nine.", by: str = f"Ben Okafor <{INBOX}>", to: str = "") -> None:
        self.world.gmail.answer_by_hand(mail, text, by, to)

    def send(self, raw: bytes) -> None:
        self.world.gmail.box.send_draft(self.world.gmail.box.create_draft(raw, None, 1), _now())

    def an_hour_passes(self) -> None:
        for message in self.world.gmail.box.messages.values():
            message.internal_date -= 3_600_000

    def expire(self) -> None:
        self.world.gmail.box.expire_history()

    def break_reading(self) -> None:
        self.world.gmail.faults.fail("messages.get", "drop_after")

    @property
    def ledger(self) -> Sequence[bytes]:
        return self.world.gmail.box.ledger


@dataclass
class AtOutlook(Hands):
    graph: LocalGraph
    notebook: Notebook = field(default_factory=Notebook)
    opened: list[OutlookMailbox] = field(default_factory=list)
    where: str = "Outlook"

    async def open(self) -> tuple[OutlookMailbox, SentMail]:
        mailbox = connect(settings_for(self.graph), self.notebook, alone(PLENTY))
        self.opened.append(mailbox)
        return mailbox, mailbox.sent()

    def deliver(self, raw: bytes, *, spam: bool = False) -> Any:
        return self.graph.junk(raw) if spam else self.graph.deliver(raw)

    def out_of_spam(self, mail: Any) -> None:
        self.graph.mailbox.move(mail, "inbox")

    def answer(self, mail: Any, text: str = "We open at nine.", by: str = f"Ben Okafor <{INBOX}>", to: str = "") -> None:
        self.graph.answer_by_hand(mail, text, by, to)

    def send(self, raw: bytes) -> None:
        self.graph.mailbox.submit(self.graph.mailbox.draft(raw, None))

    def an_hour_passes(self) -> None:
        for item in self.graph.mailbox.items.values():
            item.received -= timedelta(hours=1)

    def expire(self) -> None:
        self.graph.expire_deltas()

    def break_reading(self) -> None:
        self.graph.faults.order("value", "error_after")

    @property
    def ledger(self) -> Sequence[bytes]:
        return self.graph.ledger

    async def close(self) -> None:
        for mailbox in self.opened:
            await mailbox.close()


@asynccontextmanager
async def hands_at(provider: str, folder: Path) -> AsyncIterator[Hands]:
    if provider == "gmail":
        async with gmail_world(folder) as world:
            yield AtGmail(world)
        return
    async with local_graph(INBOX) as graph:
        held = AtOutlook(graph)
        try:
            yield held
        finally:
            await held.close()


def _now() -> int:
    return int(time() * 1000)
