"""kill -9 at every step between a mail's arrival and its answer: nothing is lost, nothing is sent twice."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from email.parser import BytesParser
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from bot.store import database as databases
from pipeline.case import CaseId, Status
from pipeline.review import Move, approve, hold
from tests.bot.scene import ANA, Scene, handed_over, mail, promote, scene
from tests.faults import process
from tests.faults.fuse import Point

PATIENCE = 40.0
SEED = 20261122

STEPS = (
    "mailbox.arrivals", "queue.ingest", "mailbox.taken", "queue.claim", "queue.history", "triage", "queue.settle", "effects.claim",
    "cases.load", "board.show", "cards.placed", "cards.remember", "effects.done", "sends.of", "sends.newer_mail", "sends.reserve",
    "releaser.perform", "mailbox.create_draft", "sends.drafted", "sends.sending", "mailbox.send_draft", "sends.conclude",
)  # fmt: skip
POINTS = [Point(step, when) for step in STEPS for when in ("before", "after")]
LATER = [Point("effects.claim", "after", 3), Point("cards.remember", "before", 3), Point("sends.conclude", "before", 2)]
"""Where the second mail, or the second card, is in between."""
SENDING = [point for point in POINTS if point.name.partition(".")[0] in ("sends", "mailbox")]
FULL = bool(os.environ.get("TRIAGE_FULL"))


@pytest.fixture
async def world(database: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """Two mails lie in the mailbox: one for a reviewer, one that is answered by itself."""
    pool = await databases.connect(database, name="test", size=3)
    await promote(pool)
    world = scene(pool, database, tmp_path)
    (world.mailbox.root / "new" / "1").write_bytes(mail("reviewed"))
    (world.mailbox.root / "new" / "2").write_bytes(mail("automatic", text="Answer this by itself."))
    yield world
    await pool.close()


@pytest.fixture
async def scheduled(database: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """One mail, its card shown, that goes out by itself now."""
    pool = await databases.connect(database, name="test", size=3)
    await promote(pool)
    world = scene(pool, database, tmp_path)
    assert (await world.scheduled("automatic")).status is Status.SCHEDULED
    assert await world.soon()
    yield world
    await pool.close()


@pytest.mark.parametrize("point", [*POINTS, *LATER] if FULL else POINTS[::2] + LATER, ids=str)
async def test_a_kill_loses_nothing_and_repeats_nothing(world: Scene, database: str, tmp_path: Path, point: Point) -> None:
    await _run(world, database, tmp_path, point, dies=True)
    await _run(world, database, tmp_path, None, dies=False)
    await _check_exactly_once(world, tmp_path)
    _check_one_living_card_each(world)


@pytest.mark.parametrize("point", SENDING if FULL else SENDING[-4:], ids=str)
async def test_two_kills_at_one_place(world: Scene, database: str, tmp_path: Path, point: Point) -> None:
    await _run(world, database, tmp_path, point, dies=True)
    await _run(world, database, tmp_path, point, dies=None)
    await _run(world, database, tmp_path, None, dies=False)
    await _check_exactly_once(world, tmp_path)
    _check_one_living_card_each(world)


@pytest.mark.parametrize("point", [Point("mailbox.find", "before"), Point("mailbox.find", "after")], ids=str)
async def test_a_kill_during_recovery(world: Scene, database: str, tmp_path: Path, point: Point) -> None:
    await _run(world, database, tmp_path, Point("mailbox.send_draft", "after"), dies=True)
    await _run(world, database, tmp_path, point, dies=True)
    await _run(world, database, tmp_path, None, dies=False)
    await _check_exactly_once(world, tmp_path)
    _check_one_living_card_each(world)


RELEASING = [
    Point(step, when)
    for step in ("releaser.perform", "clearance.objection_now", *STEPS[STEPS.index("sends.of") :])
    for when in ("before", "after")
    if step != "sends.newer_mail"
] + [Point(step, when, 2) for step in ("effects.claim", "clearance.objection_now") for when in ("before", "after")]
"""Between the time of a scheduled answer and its end: nobody approves it."""


@pytest.mark.parametrize("point", RELEASING if FULL else random.Random(SEED).sample(RELEASING, 6), ids=str)
@pytest.mark.parametrize("times", [1, 2] if FULL else [1])
async def test_a_kill_between_hold_and_answer_sends_it_once(
    scheduled: Scene, database: str, tmp_path: Path, point: Point, times: int
) -> None:
    for time in range(times):
        await _alone(scheduled, database, tmp_path, point, dies=True if time == 0 else None)
    await _alone(scheduled, database, tmp_path, None, dies=False)
    await _check_sent_by_itself(scheduled)


@pytest.mark.parametrize("point", [Point(step, "before", blow=signal.SIGSTOP) for step in ("releaser.perform", "sends.reserve")], ids=str)
async def test_a_zombie_lets_nothing_go_a_second_time(scheduled: Scene, database: str, tmp_path: Path, point: Point) -> None:
    with process.running(database, tmp_path, 1, point) as zombie:
        await _until_stopped(scheduled, zombie)
        await _alone(scheduled, database, tmp_path, None, dies=False)
        before = await _everything(scheduled)
        os.kill(zombie.pid or 0, signal.SIGCONT)
        await _ended(scheduled, zombie)
    assert await _everything(scheduled) == before
    await _check_sent_by_itself(scheduled)


async def test_a_kill_while_somebody_holds_it_leaves_one_of_the_two(scheduled: Scene, database: str, tmp_path: Path) -> None:
    """The hold comes while a release that dies has its hands on the case: it waits for the row, and wins once the dead one let go of it."""
    with process.running(database, tmp_path, 1, Point("clearance.objection_now", "after", blow=signal.SIGSTOP)) as bot:
        await _until_stopped(scheduled, bot)
        case = await scheduled.case(CaseId(1))
        move = hold(case, case.revision, ANA, await scheduled.now())
        assert isinstance(move, Move)
        holding = asyncio.create_task(scheduled.cases.commit(case, move))
        bot.kill()
        assert await holding is not None
    await _run_until_idle(scheduled)
    assert (await scheduled.case(case.id)).status is Status.REVIEW
    assert scheduled.sent() == []


async def _alone(world: Scene, dsn: str, folder: Path, point: Point | None, *, dies: bool | None) -> None:
    with process.running(dsn, folder, 1, point) as bot:
        async with asyncio.timeout(PATIENCE):
            while bot.is_alive():  # noqa: ASYNC110  # another process ends
                await asyncio.sleep(0.02)
    if dies is not None:
        assert bot.exitcode == (-signal.SIGKILL if dies else 0), (folder / "bot.log").read_text()


async def _run_until_idle(world: Scene) -> None:
    await world.value("update effects set lease_until = clock_timestamp() where state = 'pending'")
    await world.settle()


async def _check_sent_by_itself(world: Scene) -> None:
    assert [str(BytesParser().parsebytes(raw)["in-reply-to"]) for raw in world.sent()] == ["<automatic@customers.example>"]
    assert await world.value("select status || outcome || auto_sent::text from messages") == "sentauto_senttrue"
    assert await world.value("select count(*) from sends where state = 'sent'") == 1
    _check_one_living_card_each(world)


ZOMBIES = [Point(*place, blow=signal.SIGSTOP) for place in (
    ("queue.settle", "before"), ("cards.remember", "before"), ("sends.reserve", "before"), ("mailbox.create_draft", "before"),
    ("sends.sending", "after"), ("mailbox.send_draft", "after"),
)]  # fmt: skip


@pytest.mark.parametrize("point", ZOMBIES if FULL else ZOMBIES[2:5:2], ids=str)
async def test_a_process_that_was_stopped_for_too_long_writes_nothing(world: Scene, database: str, tmp_path: Path, point: Point) -> None:
    with process.running(database, tmp_path, 2, point) as zombie:
        await _until_stopped(world, zombie)
        await _run(world, database, tmp_path, None, dies=False)
        before = await _everything(world), handed_over(world.mailbox.root)
        os.kill(zombie.pid or 0, signal.SIGCONT)
        await _ended(world, zombie)
        assert zombie.exitcode == 0
    assert (await _everything(world), handed_over(world.mailbox.root)) == before
    await _check_exactly_once(world, tmp_path)


async def test_a_mail_that_kills_the_worker_ends_before_a_person(world: Scene, database: str, tmp_path: Path) -> None:
    (world.mailbox.root / "new" / "0").write_bytes(mail("poison", subject="poison"))
    deaths = 0
    for _ in range(8):
        with process.running(database, tmp_path, 3, Point("poison", "before")) as bot:
            await _ended(world, bot)
        deaths += bot.exitcode == -signal.SIGKILL
        if bot.exitcode == 0:
            break
    assert deaths == 5
    dead = await world.case(CaseId(int(str(await world.value("select id from messages where status = 'dead'")))))
    assert dead.email.quarantined is not None
    assert dead.email.subject == "poison"
    assert (dead.id, "root") in {(line["case"], line["kind"]) for line in world.board.lines()}
    assert "dead_letter" in await world.audit(dead.id)
    await _check_exactly_once(world, tmp_path)


async def _run(world: Scene, dsn: str, folder: Path, point: Point | None, *, dies: bool | None) -> None:
    with process.running(dsn, folder, 2, point) as bot:
        await _ended(world, bot)
    if dies is not None:
        assert bot.exitcode == (-signal.SIGKILL if dies else 0), (folder / "bot.log").read_text()


async def _ended(world: Scene, bot: BaseProcess) -> None:
    """Wait for the process, and approve what it lays before us."""
    async with asyncio.timeout(PATIENCE):
        while bot.is_alive():
            await _click(world)
            await asyncio.sleep(0.02)
    bot.join()


async def _until_stopped(world: Scene, bot: BaseProcess) -> None:
    async with asyncio.timeout(PATIENCE):
        while not _is_stopped(bot):
            await _click(world)
            await asyncio.sleep(0.02)


def _is_stopped(bot: BaseProcess) -> bool:
    return Path(f"/proc/{bot.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


async def _click(world: Scene) -> None:
    waiting = await world.value("select id from messages where status = 'review' limit 1")
    if waiting is None:
        return
    case = await world.cases.load(CaseId(int(str(waiting))))
    if case is not None and case.status is Status.REVIEW:
        move = approve(case, case.revision, ANA, await world.now(), await world.cases.first_text(case.id))
        assert isinstance(move, Move)
        await world.cases.commit(case, move)


async def _everything(world: Scene) -> list[object]:
    tables = ("messages", "bodies", "decisions", "drafts", "effects", "sends", "cards", "audit_log")
    return [await world.value(f"select md5(string_agg(t::text, ',' order by t::text)) from {table} t") for table in tables]


async def _check_exactly_once(world: Scene, folder: Path) -> None:
    answers = Counter(str(BytesParser().parsebytes(raw)["in-reply-to"]) for raw in handed_over(folder / "Maildir"))
    assert answers == {"<reviewed@customers.example>": 1, "<automatic@customers.example>": 1}
    assert await world.value("select count(*) from messages where status = 'sent'") == 2
    assert await world.value("select count(*) from sends where state = 'sent'") == 2
    assert not list((folder / "Maildir" / "new").iterdir())


def _check_one_living_card_each(world: Scene) -> None:
    cards = {(line["case"], line["kind"], line["ts"]) for line in world.board.lines()}
    assert len(cards) == len({(case, kind) for case, kind, _ in cards})
