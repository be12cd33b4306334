"""Crashes and faults together, at every step between an approval and its reply in Gmail: one mail goes out, or a person is asked."""

import os
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot.store import database as databases
from pipeline.case import Case, Status
from sandbox.mail.gmail.faults import Fault, FaultKind
from tests.bot.scene import INBOX, Scene, mail, scene, until, untouched
from tests.faults.fuse import Fuse, Point
from tests.gmail import World, gmail_world

FULL = bool(os.environ.get("TRIAGE_FULL"))
STEPS = (
    "effects.claim", "cases.load", "sends.of", "sends.newer_mail", "sends.reserve", "mailbox.create_draft", "sends.drafted",
    "sends.sending", "mailbox.send_draft", "sends.conclude",
)  # fmt: skip
POINTS = [Point(step, when) for step in STEPS for when in ("before", "after")]
KINDS: tuple[FaultKind, ...] = ("drop_before", "drop_after", "rate_limited", "error_after", "hang", "reset")
FAULTS: list[tuple[str, FaultKind] | None] = [None, *product(("drafts.create", "drafts.send"), KINDS)]
MATRIX = list(product(POINTS, FAULTS, (1, 2)))
SLICE = random.Random(20261122).sample(MATRIX, 24)
LATE = [(method, kind, times) for method, kind, times in product(("drafts.get", "threads.get"), KINDS, (1, 2))]
TIMEOUT, HANG = 0.4, 0.6


class Killed(BaseException):
    """The process ends here, as far as the code below can tell."""


class Blade(Fuse):
    """A fuse that ends one bot, not the test's process."""

    def _blow(self, when: str, result: Any) -> Any:
        assert self.point is not None
        if when == self.point.when:
            self.calls += 1
            if self.calls == self.point.nth:
                raise Killed
        return result


@dataclass
class Trial:
    """One approved reply, and bots that try to send it."""

    world: World
    stage: Scene
    dsn: str
    folder: Path
    deaths: int = 0

    async def bot(self, point: Point | None) -> None:
        """A process's life: it works until nothing is left to do, or it dies."""
        wrap = Blade(point).wrap if point else untouched
        made = scene(self.stage.database, self.dsn, self.folder, wrap=wrap)
        mailbox = wrap("mailbox", self.world.mailbox(timeout_seconds=TIMEOUT, settles_seconds=60))
        made = replace(made, outbox=replace(made.outbox, sender=replace(made.outbox.sender, mailboxes={INBOX: mailbox})))
        try:
            await made.settle()
        except Killed:
            self.deaths += 1
        await until(self._quiet)
        await made.wake()
        await self.stage.value("update effects set lease_until = null where state = 'pending'")
        await self.stage.value("update sends set last_attempt_at = last_attempt_at - interval '1 minute'")

    async def _quiet(self) -> bool:
        """The provider has done what it will do: the grace period (60 s, here skipped) is longer than any of its calls."""
        return self.world.gmail.faults.hanging == 0

    async def end(self, case: Case) -> Case:
        for _ in range(12):
            if (found := await self.stage.case(case.id)).status is not Status.APPROVED:
                return found
            await self.bot(None)
        return await self.stage.case(case.id)


async def _trial(world: World, dsn: str, folder: Path) -> tuple[Trial, Case]:
    pool = await databases.connect(dsn, name="test", size=4)
    stage = scene(pool, dsn, folder)
    world.gmail.deliver(mail("a"))
    case = await stage.reviewed("a")
    await stage.approve(case)
    return Trial(world, stage, dsn, folder), case


def _fault(world: World, method: str, kind: FaultKind, times: int) -> None:
    world.gmail.faults.fail(method, Fault(kind, retry_after=0, seconds=HANG), times)


async def _check(trial: Trial, case: Case, *, may_be_unknown: bool = False) -> None:
    """Nothing lost, nothing twice; what nobody can know is before a person."""
    ended, ledger = await trial.end(case), trial.world.gmail.box.ledger
    assert len(ledger) <= 1
    if may_be_unknown and ended.status is Status.UNKNOWN:
        assert trial.stage.board.lines()[-1]["status"] == "unknown"
        return
    assert (ended.status, len(ledger)) == (Status.SENT, 1)
    assert b"In-Reply-To: <a@customers.example>" in ledger[0]
    assert await trial.stage.value("select state from sends") == "sent"


def _name(value: object) -> str | None:
    return f"{value[0]}-{value[1]}" if isinstance(value, tuple) else "no-fault" if value is None else str(value).replace(" ", "-")


@pytest.mark.parametrize(("point", "fault", "times"), MATRIX if FULL else SLICE, ids=_name)
async def test_a_crash_and_a_fault(database: str, tmp_path: Path, point: Point, fault: tuple[str, FaultKind] | None, times: int) -> None:
    """Both at once, and both twice; the second time Gmail's search knows nothing of what was just done."""
    async with gmail_world(tmp_path) as world:
        trial, case = await _trial(world, database, tmp_path)
        if times == 2:
            world.gmail.box.stale_since = world.gmail.box.history_id
        if fault is not None:
            _fault(world, *fault, times)
        for _ in range(times):
            await trial.bot(point)
        await _check(trial, case)
        assert trial.deaths >= 1 or fault is not None
        assert fault is None or len(world.gmail.faults.orders[fault[0]]) < times
        await trial.stage.database.close()


@pytest.mark.parametrize(("method", "kind", "times"), LATE if FULL else LATE[::5])
async def test_a_fault_while_it_looks_for_its_draft(database: str, tmp_path: Path, method: str, kind: FaultKind, times: int) -> None:
    async with gmail_world(tmp_path) as world:
        trial, case = await _trial(world, database, tmp_path)
        world.gmail.faults.fail("drafts.send", "drop_after")
        _fault(world, method, kind, times)
        await trial.bot(Point("mailbox.send_draft", "after"))
        await _check(trial, case)
        await trial.stage.database.close()


async def test_a_draft_that_somebody_deleted_is_never_sent_again(database: str, tmp_path: Path) -> None:
    async with gmail_world(tmp_path) as world:
        trial, case = await _trial(world, database, tmp_path)
        world.gmail.faults.fail("drafts.send", "drop_before")
        await trial.bot(Point("mailbox.send_draft", "after"))
        world.gmail.box.delete_draft(next(iter(world.gmail.box.drafts)))
        await _check(trial, case, may_be_unknown=True)
        assert (await trial.end(case)).status is Status.UNKNOWN
        assert world.gmail.box.ledger == []
        await trial.stage.database.close()


async def test_the_grace_period_is_kept_before_a_draft_is_sent_again(database: str, tmp_path: Path) -> None:
    async with gmail_world(tmp_path) as world:
        trial, case = await _trial(world, database, tmp_path)
        world.gmail.faults.fail("drafts.send", "drop_before")
        await trial.bot(None)
        await trial.stage.value("update sends set last_attempt_at = clock_timestamp()")
        await trial.bot(None)
        assert world.gmail.faults.calls.count("drafts.send") == 1
        assert world.mailbox(settles_seconds=120).settles_within == timedelta(seconds=120)
        await _check(trial, case)
        await trial.stage.database.close()
