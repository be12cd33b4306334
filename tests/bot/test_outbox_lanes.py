"""The outbox as a queue: lanes keep their order, answers of the world decide what is tried again, and nothing stops the loop."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.store.effects import MOST_CRASHES, LeaseLost
from pipeline.backlog import Pile
from pipeline.case import Case, Status
from pipeline.digest import Digest
from pipeline.effects import Notify, UpdateCard
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Board
from pipeline.review import Move
from tests.bot.scene import Scene, mail, until

LEASE = timedelta(seconds=30)
OVER = timedelta(seconds=-1)


@dataclass
class Saying:
    """A board that only notes what it was told to say; `errors` are raised first."""

    errors: list[Exception] = field(default_factory=list)
    said: list[tuple[str, bool]] = field(default_factory=list)

    async def show(self, case: Case, placed: object, *, again: bool, remember: object) -> None:
        await self.say(case, placed, "show", "show", again=again)

    async def ask_second(self, case: Case, drafted: str, key: str, *, again: bool) -> None:
        await self.say(case, {}, key, drafted, again=again)

    async def announce(self, mailbox: MailboxId, key: str, text: str, *, again: bool) -> None:
        raise AssertionError("something was announced")

    async def show_digest(self, digest: Digest | Pile, placed: object, *, again: bool, remember: object) -> None:
        raise AssertionError("a digest was shown")

    async def say(self, case: Case, placed: object, key: str, text: str, *, again: bool, loud: bool = False) -> None:
        if self.errors:
            raise self.errors.pop(0)
        await asyncio.sleep(0.001)
        self.said.append((text, again))


async def _told(stage: Scene, *texts: str) -> Case:
    """A case with these sentences to say, in this order."""
    case = await stage.reviewed("a")
    effects = tuple(Notify(case.id, f"{number}", text) for number, text in enumerate(texts))
    move = Move("test", "test", await stage.now(), Status.REVIEW, None, None, "", effects)
    assert await stage.cases.commit(case, move) is not None
    return case


def _on(stage: Scene, board: Board) -> Scene:
    return replace(stage, outbox=replace(stage.outbox, board=board))


async def test_effects_of_one_lane_are_done_in_their_order(stage: Scene) -> None:
    board = Saying()
    await _told(stage, *(str(number) for number in range(20)))
    other = _on(stage, board)
    while len(board.said) < 20:
        await asyncio.gather(*(other.outbox.step() for _ in range(6)))
    assert [text for text, _ in board.said] == [str(number) for number in range(20)]


async def test_what_fails_for_a_time_is_tried_again_when_it_wished(stage: Scene) -> None:
    board = Saying([Temporary("busy", timedelta(seconds=100))])
    case = await _told(stage, "first", "second")
    await _on(stage, board).settle()
    assert board.said == []
    wait = await stage.value("select extract(epoch from available_at - clock_timestamp()) from effects where last_error = 'busy'")
    assert 90 < float(str(wait)) <= 100
    await stage.wake()
    await _on(stage, board).settle()
    assert board.said == [("first", True), ("second", False)]
    assert (await stage.case(case.id)).status is Status.REVIEW


async def test_what_cannot_be_done_is_put_away_and_lets_the_next_one_through(stage: Scene) -> None:
    board = Saying([Permanent("channel_not_found")])
    case = await _told(stage, "first", "second")
    await _on(stage, board).settle()
    assert board.said == [("second", False)]
    assert await stage.value("select last_error from effects where state = 'dead'") == "channel_not_found"
    assert "notify_dead" in await stage.audit(case.id)


async def test_errors_nobody_foresaw_end_after_some_tries(stage: Scene) -> None:
    board = Saying([RuntimeError("secret words of a customer")] * 20)
    await _told(stage, "first")
    for _ in range(MOST_CRASHES + 2):
        await _on(stage, board).settle()
        await stage.wake()
    assert len(board.errors) == 20 - MOST_CRASHES
    assert await stage.value("select state from effects where type = 'notify'") == "dead"
    assert "secret" not in str(await stage.value("select string_agg(detail::text, '') from audit_log"))


async def test_a_world_that_is_away_for_long_is_waited_for(stage: Scene) -> None:
    board = Saying([Temporary("away", timedelta(0)) for _ in range(30)])
    await _told(stage, "first")
    for _ in range(31):
        await _on(stage, board).settle()
    assert board.said == [("first", True)]


async def test_who_lost_the_lease_writes_nothing(stage: Scene) -> None:
    await _told(stage, "first")
    late = await stage.effects.claim(OVER)
    assert late is not None
    assert await stage.effects.claim(LEASE) is not None
    before = await stage.value("select md5(string_agg(t::text, '' order by id)) from effects t")
    assert not await stage.effects.extend(late, LEASE)
    assert not await stage.effects.retry(late, "late", timedelta(0), answered=True)
    for late_write in (stage.effects.done(late), stage.effects.bury(late, "late")):
        with pytest.raises(LeaseLost):
            await late_write
    assert await stage.value("select md5(string_agg(t::text, '' order by id)) from effects t") == before


async def test_an_effect_written_twice_is_done_once(stage: Scene) -> None:
    case = await stage.reviewed("a")
    effects = (UpdateCard(case.id, 9), UpdateCard(case.id, 9))
    move = Move("test", "test", await stage.now(), Status.REVIEW, None, None, "", effects)
    assert await stage.cases.commit(case, move) is not None
    assert await stage.value("select count(*) from effects where key = $1", effects[0].key) == 1


async def test_the_loops_wake_at_a_commit_and_stop_when_told(stage: Scene) -> None:
    stop = asyncio.Event()
    slow = replace(stage, worker=replace(stage.worker, poll=60.0), outbox=replace(stage.outbox, poll=60.0))
    loops = [asyncio.ensure_future(loop(stop)) for loop in (slow.worker.run, slow.outbox.run)]
    listening = "select count(*) = 2 from pg_stat_activity where query like 'LISTEN%' and datname = current_database()"

    async def listens() -> bool:
        return bool(await stage.value(listening))

    async def shown() -> bool:
        return bool(stage.board.lines())

    await until(listens)
    await stage.arrive(mail("a"), "1")
    await until(shown)
    stop.set()
    assert await asyncio.wait_for(asyncio.gather(*loops), 20) == [None, None]


async def test_a_mail_in_work_at_the_end_is_released(stage: Scene) -> None:
    started, stop = asyncio.Event(), asyncio.Event()

    async def endless(*_: object) -> None:
        started.set()
        await asyncio.Event().wait()

    worker = replace(stage.worker, triage=endless, drain=0.1)  # type: ignore[arg-type]  # it never returns
    loop = asyncio.ensure_future(worker.run(stop))
    case = await stage.arrive(mail("a"), "1")
    async with asyncio.timeout(20):
        await started.wait()
        stop.set()
        await loop
    assert await stage.value("select status || attempts from messages") == "queued0"
    assert await stage.audit(case) == ["arrive", "claim", "released"]


async def test_ingest_survives_a_mailbox_that_is_away(stage: Scene) -> None:
    stop, new = asyncio.Event(), stage.mailbox.root / "new"
    new.rename(new.parent / "away")
    loop = asyncio.ensure_future(replace(stage.ingest, seconds=0.01).run(stop))
    await asyncio.sleep(0.05)
    (new.parent / "away" / "1").write_bytes(mail("a"))
    (new.parent / "away").rename(new)

    async def taken() -> bool:
        return not any(new.iterdir())

    await until(taken)
    stop.set()
    await asyncio.wait_for(loop, 20)
    assert await stage.value("select count(*) from messages where source = '1'") == 1
