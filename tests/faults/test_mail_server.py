"""Every command to a mail server, every fault, once and twice; and kill -9 between them: one reply, or a person is asked."""

import asyncio
import os
import random
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from bot.mailbox.imap import ImapMailbox
from bot.store import database as databases
from bot.store.mailboxes import MailboxMemory
from pipeline.case import Case, CaseId, Status
from pipeline.errors import Temporary
from tests.bot.scene import INBOX, Scene, mail, promote, scene
from tests.faults import imap_process
from tests.faults.fuse import Point
from tests.mail import smtp_server, wire
from tests.mail.account import Account
from tests.mail.smtp_server import PostOffice, Step
from tests.mail.wire import Wire, patience

FULL = bool(os.environ.get("TRIAGE_FULL"))
ROUNDS = 40
ENDS = (Status.SENT, Status.UNKNOWN, Status.HUMAN, Status.REVIEW)
SEED = 20261
KIND = re.compile(rb"(?:UID )?[A-Z]+")

# What one mail and its reply take in a run without faults, in stages: within one stage, the world stays as it is until its last command.
SIGN_IN = ("CAPABILITY", "LOGIN")
FOUND, NOT_FOUND = ("EXAMINE", "UID SEARCH", "UID FETCH"), ("EXAMINE", "UID SEARCH", "UID SEARCH")
SEND = (
    SIGN_IN,
    ("CAPABILITY", *FOUND),
    ("UID FETCH",),
    SIGN_IN,
    ("CAPABILITY", "LIST", "CREATE", "CREATE", "CREATE"),
    (*NOT_FOUND, *NOT_FOUND, *NOT_FOUND, "APPEND"),
    (*FOUND, *NOT_FOUND, *NOT_FOUND, "EXAMINE", "UID FETCH"),
    ("NOOP", *FOUND, "EXAMINE", "UID FETCH"),
    ("NOOP", *FOUND, "SELECT"),
)
FILE = ("NOOP", *NOT_FOUND, "APPEND")
TIDY = (*FOUND, "SELECT", "UID STORE", "UID EXPUNGE")
STAGES = {
    "folder": (*SEND, ("UID MOVE",), FILE, TIDY, NOT_FOUND),
    "keyword": (*SEND, ("UID STORE", "UID FETCH"), FILE, (*NOT_FOUND, *TIDY)),
}
CHANGES = ("CREATE", "APPEND", "UID MOVE", "UID STORE", "UID EXPUNGE")
READ_FAULTS: tuple[wire.Fault, ...] = ("drop after", "no before", "bad before", "hang before", "reset after")


@dataclass(frozen=True, slots=True)
class Blow:
    """`times` 2 strikes the next command of the same kind as well."""

    mark: str
    command: str
    skip: int
    fault: wire.Fault
    times: int

    def __str__(self) -> str:
        return f"{self.mark} {self.command}#{self.skip} {self.fault} x{self.times}"


def _blows(mark: str, first: int) -> Iterator[Blow]:
    """From the stage `first` on: the first command of each kind in each stage, with every fault that can make a difference to it."""
    passed: Counter[str] = Counter()
    for number, stage in enumerate(STAGES[mark]):
        for command in dict.fromkeys(stage) if number >= first else ():
            faults = wire.FAULTS if command in CHANGES else READ_FAULTS
            yield from (Blow(mark, command, passed[command], fault, times) for fault, times in product(faults, (1, 2)))
        passed.update(stage)


BLOWS = [*_blows("folder", 0), *_blows("keyword", len(SEND))]
SMTP_FAULTS: tuple[smtp_server.Fault, ...] = (
    "drop before",
    "4xx",
    "5xx",
    "hang before",
    "reset before",
    "drop after",
    "hang after",
    "reset after",
)
ENVELOPES: list[tuple[str, Step, smtp_server.Fault]] = [("folder", step, fault) for step in ("MAIL", "RCPT") for fault in SMTP_FAULTS[:5]]
DATA: list[tuple[str, Step, smtp_server.Fault]] = [(mark, "DATA", fault) for mark in STAGES for fault in SMTP_FAULTS]
SUBMISSIONS = [(*blow, times) for blow in (*ENVELOPES, *DATA) for times in (1, 2)]


@pytest.fixture
async def world(database: str, tmp_path: Path, account: Account) -> AsyncIterator[Scene]:
    """A bot with an IMAP account whose reading has begun, and no mail yet."""
    pool = await databases.connect(database, name="test", size=3)
    account.memory = MailboxMemory(pool, INBOX)
    await imap_process.first_look(pool, account.settings)
    await promote(pool)
    yield scene(pool, database, tmp_path)
    await pool.close()


@pytest.mark.parametrize("blow", BLOWS if FULL else random.Random(SEED).sample(BLOWS, 7), ids=str)
async def test_every_imap_fault_ends_in_one_reply_or_with_a_person(
    world: Scene, account: Account, imap_wire: Wire, office: PostOffice, blow: Blow
) -> None:
    """A command that only reads leaves the server as it was, so what follows from its fault depends on what was done before it (the stage),

    on the code that asks (the kind), and on how the client learns of it: of its faults, before and after are the same. The draft is
    claimed in two ways; until then both are one.
    """
    mailbox = account.connect(mark=blow.mark, timeout_seconds=patience(blow.fault), settles_seconds=0.01)
    account.deliver(mail("a", text="Answer by itself."))
    imap_wire.strike(blow.command, blow.fault, skip=blow.skip, times=blow.times)
    case = await _through(world, mailbox)
    assert imap_wire.struck > 0
    _check_once(case, office)
    assert case.status in (Status.SENT, Status.UNKNOWN)


@pytest.mark.parametrize(("mark", "step", "fault", "times"), SUBMISSIONS if FULL else SUBMISSIONS[::11])
async def test_every_smtp_fault_ends_in_one_reply_or_with_a_person(
    world: Scene, account: Account, office: PostOffice, mark: str, step: Step, fault: smtp_server.Fault, times: int
) -> None:
    """Before the data nothing can have happened, and nothing is claimed."""
    mailbox = account.connect(mark=mark, timeout_seconds=patience(fault), settles_seconds=0.01)
    account.deliver(mail("a", text="Answer by itself."))
    office.strike(step, fault, times)
    case = await _through(world, mailbox)
    assert office.struck > 0
    _check_once(case, office)
    lost = step == "DATA" and fault not in ("4xx", "5xx")
    assert case.status is (Status.UNKNOWN if lost else Status.HUMAN if fault == "5xx" else Status.SENT)


@pytest.mark.parametrize("mark", STAGES)
async def test_a_run_without_faults_makes_the_calls_that_the_matrix_strikes(
    world: Scene, account: Account, imap_wire: Wire, office: PostOffice, mark: str
) -> None:
    """So that a command which is added to a send is struck too."""
    imap_wire.seen.clear()
    mailbox = account.connect(mark=mark, settles_seconds=0.01)
    account.deliver(mail("a", text="Answer by itself."))
    assert (await _through(world, mailbox)).status is Status.SENT
    made = [kind[0].decode() for words in imap_wire.seen if (kind := KIND.match(words))]
    assert made == [command for stage in STAGES[mark] for command in stage]


POINTS = [
    Point(f"{part}.{step}", when)
    for part, steps in {
        "mailbox": ("arrivals", "taken", "create_draft", "send_draft"),
        "memory": ("save",),
        "queue": ("ingest",),
        "drafts": ("create", "ready", "claim", "file"),
        "submission": ("hand_over",),
        "sends": ("reserve", "drafted", "sending", "conclude"),
    }.items()
    for step in steps
    for when in ("before", "after")
]
UNKNOWABLE = ("after drafts.claim #1", "before submission.hand_over #1", "after submission.hand_over #1", "before drafts.file #1")
"""A dead process left the draft claimed: nobody can say whether its data went out."""


@pytest.mark.parametrize("point", POINTS if FULL else POINTS[16:23:3], ids=str)
@pytest.mark.parametrize("times", [1, 2] if FULL else [1])
async def test_a_kill_ends_in_one_reply_or_with_a_person(
    world: Scene, database: str, tmp_path: Path, account: Account, office: PostOffice, point: Point, times: int
) -> None:
    account.deliver(mail("a", text="Answer by itself."))
    for _ in range(times):
        await _run(database, tmp_path, account, point)
    await _run(database, tmp_path, account, None)
    case = await world.case(CaseId(int(str(await world.value("select id from messages")))))
    _check_once(case, office)
    assert case.status is (Status.UNKNOWN if str(point) in UNKNOWABLE else Status.SENT)
    assert await world.value("select count(*) from messages") == 1


async def _run(dsn: str, folder: Path, account: Account, point: Point | None) -> None:
    """A process, and whether it died as it should; the second death at a place may find nothing left to do there."""
    with imap_process.running(dsn, folder, account.settings, account.password, point) as bot:
        async with asyncio.timeout(40):
            while bot.is_alive():  # noqa: ASYNC110  # another process ends
                await asyncio.sleep(0.02)
    assert bot.exitcode in ((-signal.SIGKILL, 0) if point else (0,)), (folder / "bot.log").read_text()


async def _through(world: Scene, mailbox: ImapMailbox) -> Case:
    """Let everything happen until the case has come to its end, whatever fails on the way."""
    bot = imap_process.over(world, mailbox)
    for _ in range(ROUNDS):
        try:
            await bot.ingest.poll()
        except Temporary:
            continue
        await bot.settle()
        found = await bot.value("select id from messages")
        if found is not None and (case := await bot.case(CaseId(int(str(found))))).status in ENDS:
            return case
        await asyncio.sleep(0.02)
        await bot.wake()
    raise AssertionError("the case came to no end")


def _check_once(case: Case, office: PostOffice) -> None:
    """The provider's ledger and what a person is shown never contradict each other."""
    sent = len(office.ledger)
    match case.status:
        case Status.SENT:
            assert sent == 1
        case Status.UNKNOWN:
            assert sent <= 1
            assert "not known" in case.note
        case _:
            assert sent == 0
            assert "not sent" in case.note
