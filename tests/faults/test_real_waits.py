"""Crashes and lost answers with the waits that ship: lease, back-off and grace period as they are, and nothing moved in the database."""

import asyncio
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.crew import POLL
from bot.embedded import Services
from bot.leases import LEASE
from pipeline.case import Case, CaseId, Status
from tests.bot.scene import Scene, promote
from tests.faults import shipped
from tests.faults.fuse import Point
from tests.faults.losing import STAND_INS, Loss, StandIn
from tests.mail.account import PASSWORD_ENV
from tests.mail.fixtures import ImapServer
from tests.mail.imap_server import PASSWORD
from tests.services import TEMPLATE, copied

log = logging.getLogger(__name__)

FULL = bool(os.environ.get("TRIAGE_FULL"))
GRACE = {
    "maildir": timedelta(seconds=2),
    "gmail": timedelta(seconds=120),
    "outlook": timedelta(seconds=120),
    "imap": timedelta(seconds=120),
}
NOW = timedelta(0)
SLACK = timedelta(seconds=10)
"""A third back-off (8 s), polls of 1 s, and a busy machine: so much later than it may, everything has come to its end."""
POINTS = {
    "dies after the send": Point("mailbox.send_draft", "after"),
    "dies before the send": Point("sends.sending", "after"),
}
Death = Literal["dies after the send", "dies before the send"]
ATTEMPTS = "select array_agg(at order by id) from audit_log where action = 'send_sending'"


@dataclass(frozen=True, slots=True)
class Trial:
    """What fails `times` in a row, and how it must end: not before `wait` has passed since the first try, nor a dead process's lease."""

    mailbox: str
    failure: Death | Loss
    wait: timedelta
    tries: int
    times: int = 1
    status: Status = Status.SENT
    sent: int = 1

    def __str__(self) -> str:
        return f"{self.mailbox}, {self.failure}{' twice' if self.times == 2 else ''}"


def _trials() -> Iterator[Trial]:
    for mailbox, grace in GRACE.items():
        yield Trial(mailbox, "dies after the send", NOW, tries=1)
        yield Trial(mailbox, "dies before the send", grace, tries=2)
        yield Trial(mailbox, "request lost", grace, tries=2)
        yield Trial(mailbox, "request lost", 2 * grace, tries=3, times=2)
        if mailbox != "imap":
            yield Trial(mailbox, "answer lost", NOW, tries=1)
    for mailbox in ("gmail", "outlook"):
        yield Trial(mailbox, "no answer", GRACE[mailbox], tries=1)
    for loss, sent in UNKNOWABLE.items():
        yield Trial("imap", loss, GRACE["imap"], tries=1, status=Status.UNKNOWN, sent=sent)


UNKNOWABLE: dict[Loss, int] = {"answer lost": 1, "no answer": 1, "data lost": 0}
"""After its data was handed over, only the mail server knows; and whether it took the mail."""
SLICE = Trial("maildir", "request lost", GRACE["maildir"], tries=2)


@pytest.mark.timeout(600)
async def test_one_reply_and_never_before_the_grace_period_is_over(
    servers: Services, imap_server: ImapServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once, for they do nothing but wait."""
    monkeypatch.setenv(PASSWORD_ENV, PASSWORD)
    trials = [*_trials()] if FULL else [SLICE]
    ended = await asyncio.gather(*(_run(servers, imap_server, tmp_path, trial) for trial in trials), return_exceptions=True)
    failed = [f"{trial}: {end!r}" for trial, end in zip(trials, ended, strict=True) if isinstance(end, BaseException)]
    assert failed == []


async def _run(servers: Services, imap_server: ImapServer, root: Path, trial: Trial) -> None:
    folder = root / str(trial)
    folder.mkdir()
    async with copied(servers.database_url, TEMPLATE) as dsn, STAND_INS[trial.mailbox](folder, imap_server.plain) as at:
        database = await shipped.database(dsn)
        try:
            await _endure(shipped.bot(database, dsn, folder, poll=POLL if FULL else 0.1), dsn, folder, at, trial)
        finally:
            await database.close()


async def _endure(stage: Scene, dsn: str, folder: Path, at: StandIn, trial: Trial) -> None:
    await promote(stage.database)
    id = (await stage.scheduled("a")).id
    assert await stage.soon()
    assert await stage.outbox.step(), "released"
    lease: datetime | None = None
    match trial.failure:
        case "dies after the send" | "dies before the send" as death:
            await shipped.dies(dsn, folder, at.open, POINTS[death])
            lease = await _value(stage, "select lease_until from effects where type = 'send_reply'")
        case loss:
            at.lose(loss, trial.times)
    await _work(stage, at, id, trial)
    await _check(stage, await stage.case(id), at.left(), trial, lease)


async def _work(stage: Scene, at: StandIn, id: CaseId, trial: Trial) -> None:
    """Run an outbox until the case has come to its end."""
    stop = asyncio.Event()
    async with at.open() as mailbox, asyncio.timeout((LEASE + trial.wait + 2 * SLACK).total_seconds()), asyncio.TaskGroup() as group:
        assert mailbox.settles_within == GRACE[trial.mailbox]
        group.create_task(shipped.outbox(stage, at.snag.wrap("mailbox", mailbox) if at.snag else mailbox).run(stop))
        while (await stage.case(id)).status is Status.APPROVED:  # noqa: ASYNC110  # the end is in the database
            await asyncio.sleep(stage.outbox.poll)
        stop.set()


async def _check(stage: Scene, case: Case, left: list[float], trial: Trial, lease: datetime | None) -> None:
    ended: datetime = await _value(stage, "select done_at from effects where type = 'send_reply'")
    tries: list[datetime] = await _value(stage, ATTEMPTS)
    log.info("%s: %s after %.1f s, %s sent", trial, case.status, (ended - tries[0]).total_seconds(), len(left))
    assert (case.status, len(left), len(tries)) == (trial.status, trial.sent, trial.tries)
    earliest = max(tries[0] + trial.wait, lease or tries[0])
    assert earliest <= ended <= earliest + SLACK
    assert all(later - one >= GRACE[trial.mailbox] for one, later in pairwise(tries))
    if trial.tries > 1:
        assert left[-1] >= earliest.timestamp()


async def _value(stage: Scene, sql: str) -> Any:
    return await stage.value(sql)
