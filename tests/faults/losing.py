"""The four mailboxes at their stand-ins, each of which can lose a request or its answer, and knows when each mail left."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from bot.mailbox.gmail_settings import GmailSettings
from bot.mailbox.imap_settings import ImapSettings
from bot.mailbox.outlook import OutlookSettings
from pipeline.errors import Temporary
from sandbox.mail.gmail.faults import Fault
from sandbox.mail.graph.local import local_graph
from tests.bot.outlook.office import settings_for
from tests.bot.scene import INBOX, mail
from tests.faults.fuse import Fuse, Point
from tests.faults.shipped import Open, open_gmail, open_imap, open_maildir, open_outlook
from tests.gmail import gmail_world
from tests.mail.account import Account
from tests.mail.fixtures import settings as imap_settings
from tests.mail.imap_server import PASSWORD
from tests.mail.smtp_server import Fault as SmtpFault
from tests.mail.smtp_server import Step, Taken, post_office

T = TypeVar("T")
Loss = Literal["request lost", "answer lost", "no answer", "data lost"]
LATE = 100.0
"""An effect that comes so late (seconds) comes after every time-out, and within the grace period."""


class Ledger(list[T]):
    """A stand-in's ledger that notes when (Unix time) each mail left."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, left: T) -> None:
        super().append(left)
        self.times.append(time.time())


class Snag(Fuse):
    """A fuse that breaks the first `nth` calls instead of the process: before, nothing has happened; after, all has."""

    def _blow(self, when: str, result: Any) -> Any:
        assert self.point is not None
        if when == self.point.when:
            self.calls += 1
            if self.calls <= self.point.nth:
                raise Temporary("No answer came.")
        return result


@dataclass
class StandIn:
    """`lose` makes the next sends fail, `times` of them; `left` says when each mail left, in Unix time."""

    open: Open
    lose: Callable[[Loss, int], None]
    left: Callable[[], list[float]]
    snag: Snag | None = None
    """Where there is no wire to cut: what stands before the mailbox instead."""


@asynccontextmanager
async def gmail(folder: Path, port: int) -> AsyncIterator[StandIn]:
    ways: dict[Loss, Fault] = {
        "request lost": Fault("drop_before"),
        "answer lost": Fault("drop_after"),
        "no answer": Fault("hang", seconds=LATE),
    }
    async with gmail_world(folder) as world:
        world.gmail.deliver(mail("a"))
        world.gmail.box.ledger = ledger = Ledger[bytes]()
        needed = world.settings().model_dump(exclude={"timeout_seconds", "settles_seconds", "units_per_minute"})
        faults = world.gmail.faults
        yield StandIn(
            partial(open_gmail, GmailSettings(**needed)),
            lambda loss, times: faults.fail("drafts.send", ways[loss], times),
            lambda: ledger.times,
        )


@asynccontextmanager
async def outlook(folder: Path, port: int) -> AsyncIterator[StandIn]:
    async with local_graph(INBOX) as graph:
        graph.deliver(mail("a"))
        graph.mailbox.ledger = ledger = Ledger[bytes]()

        def lose(loss: Loss, times: int) -> None:
            """No answer: the mail leaves at once, and looks like a draft for long."""
            if loss == "no answer":
                graph.behaviour.lag, graph.behaviour.lag_shows_draft = timedelta(seconds=LATE), True
                graph.faults.order("send", "hang", times, seconds=LATE)
            else:
                graph.faults.order("send", "drop_before" if loss == "request lost" else "drop_after", times)

        shipped = replace(settings_for(graph), timeout=OutlookSettings(INBOX, "", "").timeout)
        yield StandIn(partial(open_outlook, shipped), lose, lambda: ledger.times)


@asynccontextmanager
async def imap(folder: Path, port: int) -> AsyncIterator[StandIn]:
    ways: dict[Loss, tuple[Step, SmtpFault]] = {
        "request lost": ("MAIL", "drop before"),
        "answer lost": ("DATA", "drop after"),
        "no answer": ("DATA", "hang after"),
        "data lost": ("DATA", "drop before"),
    }
    async with post_office() as office:
        office.ledger = ledger = Ledger[Taken]()
        needed = imap_settings(port, office.port).model_dump(exclude={"timeout_seconds", "settles_seconds"})
        account = Account(ImapSettings(**needed), port, PASSWORD)
        account.create(account.settings.inbox)
        try:
            yield StandIn(
                partial(open_imap, account.settings, PASSWORD),
                lambda loss, times: office.strike(*ways[loss], times),
                lambda: ledger.times,
            )
        finally:
            account.discard()


@asynccontextmanager
async def maildir(folder: Path, port: int) -> AsyncIterator[StandIn]:
    """A mail leaves by a rename into the outbox, which gives that folder its time."""
    root, snag = folder / "Maildir", Snag(None)

    def lose(loss: Loss, times: int) -> None:
        snag.point = Point("mailbox.send_draft", "before" if loss == "request lost" else "after", times)

    def left() -> list[float]:
        return [(root / ".Outbox" / "new").stat().st_mtime for _ in (root / ".Outbox" / "new").iterdir()]

    yield StandIn(partial(open_maildir, root), lose, left, snag)


STAND_INS: dict[str, Callable[[Path, int], AbstractAsyncContextManager[StandIn]]] = {
    "maildir": maildir,
    "gmail": gmail,
    "outlook": outlook,
    "imap": imap,
}
