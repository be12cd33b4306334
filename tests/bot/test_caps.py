"""The caps on what goes out: counted with the reservation, failing closed; two machines that answer each other come to a stop."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

import pytest

from bot.store.answers import LOOK
from bot.store.database import Database, connect
from pipeline.case import Status
from pipeline.policy.content import Caps
from tests.bot.scene import Scene, mail, promote, scene

BY_ITSELF = "Answer this by itself."


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Database]:
    pool = await connect(database, name="test")
    await promote(pool)
    yield pool
    await pool.close()


async def later(stage: Scene, span: timedelta) -> None:
    """Let time pass for the caps, and for what waits."""
    await stage.value("update outgoing set at = at - $1::interval", span)
    await stage.wake()
    await stage.settle()


async def answered(stage: Scene, name: str, **more: str) -> Status:
    """What becomes of a mail that the triage would answer by itself."""
    return (await stage.reviewed(name, text=BY_ITSELF, **more)).status


@dataclass
class Machine:
    """An auto-responder behind a forwarder: it answers everything, under new ids, without any header that would give it away."""

    keeps_thread: bool
    seen: int = 0
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def answers(self, sent: list[bytes]) -> list[tuple[str, bytes]]:
        """A mail for each of our mails that is new, and one more for good measure."""
        fresh, self.seen = sent[self.seen :], len(sent)
        assert all(parseaddr(str(BytesParser().parsebytes(raw)["to"]))[1] == "carla@customers.example" for raw in fresh)
        return [self._mail() for _ in (*fresh, "unasked")]

    def _mail(self) -> tuple[str, bytes]:
        name = f"echo{next(self.numbers)}"
        subject = ("Out of office", "Re: Out of office", "Your request", "Ticket received")[self.seen % 4]
        return name, mail(name, thread="first" if self.keeps_thread else "", subject=subject, text=BY_ITSELF)


@pytest.mark.parametrize(("keeps_thread", "most"), [(True, 1), (False, 3)], ids=["one thread", "a new thread each time"])
async def test_two_auto_responders_facing_each_other_come_to_a_stop(stage: Scene, keeps_thread: bool, most: int) -> None:
    machine = Machine(keeps_thread)
    await stage.arrive(mail("first", text=BY_ITSELF), "first")
    for _ in range(6):
        await stage.settle()
        for name, raw in machine.answers(stage.sent()):
            await stage.arrive(raw, name)
    await stage.settle()
    assert len(stage.sent()) == most
    per_thread = "select max(n) from (select count(*) n from outgoing where automatic group by thread_id) t"
    assert await stage.value(per_thread) == 1
    notes = [str(line["text"]) for line in stage.board.lines() if line["kind"] == "say" and line["text"] != LOOK]
    assert [len(notes)] == [await stage.value("select count(*) from messages where status = 'review'")]
    assert notes
    assert all(note.startswith("Not sent by itself: ") and ("machine" in note or "newer mail" in note) for note in notes)
    assert any("machine" in note for note in notes)


async def test_a_thread_gets_one_a_day_and_two_in_all_until_a_person_has_looked(stage: Scene) -> None:
    assert await answered(stage, "a") is Status.SENT
    assert await answered(stage, "b", thread="a") is Status.REVIEW
    await later(stage, timedelta(hours=25))
    assert await answered(stage, "c", thread="a") is Status.SENT
    await later(stage, timedelta(hours=25))
    stopped = await stage.reviewed("d", thread="a", text=BY_ITSELF)
    assert (stopped.status, "no person has looked" in stopped.note) == (Status.REVIEW, True)
    await stage.approve(stopped)
    await stage.settle()
    await later(stage, timedelta(hours=25))
    assert await answered(stage, "e", thread="a") is Status.SENT
    assert len(stage.sent()) == 4


async def test_a_sender_gets_three_a_day_even_when_they_come_at_once(stage: Scene) -> None:
    for number in range(6):
        await stage.arrive(mail(f"m{number}", text=BY_ITSELF), f"m{number}")
    while await stage.worker.step() or await stage.outbox.step():
        pass
    assert await stage.soon()
    while any(await asyncio.gather(*(stage.outbox.step() for _ in range(6)))):
        pass
    assert len(stage.sent()) == 3
    await later(stage, timedelta(hours=25))
    assert await answered(stage, "tomorrow") is Status.SENT


async def test_a_domain_gets_so_many_an_hour(pool: Database, database: str, tmp_path: Path) -> None:
    stage = scene(pool, database, tmp_path, caps=Caps(sender_day=100, domain_hour=2))
    assert [await answered(stage, name) for name in "abc"] == [Status.SENT, Status.SENT, Status.REVIEW]
    await later(stage, timedelta(minutes=61))
    assert await answered(stage, "d") is Status.SENT


@pytest.mark.parametrize(("caps", "span"), [(Caps(mailbox_minute=2), timedelta(minutes=1)), (Caps(mailbox_day=2), timedelta(days=1))])
async def test_an_approved_reply_waits_until_its_mailbox_may_send_again(
    pool: Database, database: str, tmp_path: Path, caps: Caps, span: timedelta
) -> None:
    stage = scene(pool, database, tmp_path, caps=caps)
    for name in "abc":
        await stage.approve(await stage.reviewed(name))
        await stage.settle()
    assert len(stage.sent()) == 2
    waits = await stage.value("select available_at - clock_timestamp() from effects where type = 'send_reply' and state = 'pending'")
    assert isinstance(waits, timedelta)
    assert span - timedelta(seconds=30) < waits <= span
    assert await answered(stage, "d") is Status.REVIEW
    await later(stage, span)
    assert len(stage.sent()) == 3
    assert await stage.value("select count(*) from messages where status = 'sent'") == 3


async def test_people_are_not_held_by_the_caps_on_machines(stage: Scene) -> None:
    for number in range(5):
        await stage.approve(await stage.reviewed(f"m{number}", thread="m0" if number else ""))
        await stage.settle()
    assert len(stage.sent()) == 5


async def test_without_a_count_nothing_goes_out(stage: Scene) -> None:
    await stage.value("alter table outgoing rename to away")
    await stage.arrive(mail("a", text=BY_ITSELF), "a")
    await stage.settle()
    assert stage.sent() == []
    await stage.value("alter table away rename to outgoing")
    await stage.wake()
    await stage.settle()
    assert len(stage.sent()) == 1
