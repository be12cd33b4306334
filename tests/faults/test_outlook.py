"""Crashes and faults between the claim of a reply and its end, on Outlook: one reply leaves, or a person is told "unknown"."""

import asyncio
import itertools
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.buckets import alone
from bot.mailbox.outlook import OutlookMailbox, connect
from bot.sending import Sender
from bot.store import database as databases
from pipeline.case import Case, Status
from sandbox.mail.graph.faults import FaultKind
from sandbox.mail.graph.local import LocalGraph, local_graph
from sandbox.mail.graph.settings import Behaviour
from tests.bot.outlook.office import PLENTY, Notebook, settings_for
from tests.bot.scene import INBOX, Scene, mail, scene

STEPS = (
    "effects.claim", "cases.load", "sends.of", "sends.newer_mail", "sends.reserve", "mailbox.create_draft", "sends.drafted",
    "sends.sending", "mailbox.send_draft", "mailbox.find", "sends.conclude",
)  # fmt: skip
CALLS = ("folder_messages", "create_reply", "get", "send")
PLACES = [f"{when} {step}" for step in STEPS for when in ("before", "after")][1:]
SOMETIMES = ("before mailbox.find", "after mailbox.find", "after mailbox.send_draft")
"""Places that a run comes to only after a fault, or only without one."""
FAULTS: tuple[FaultKind | None, ...] = (None, *get_args(FaultKind))
MATRIX = [
    (place, call, fault, times)
    for place, call, fault, times in itertools.product((None, *PLACES), CALLS, FAULTS, (1, 2))
    if call in ("create_reply", "send") or (place is None and fault is not None)
    if fault is not None or call == "send"
]
FULL = bool(os.environ.get("TRIAGE_FULL"))
SLICE = MATRIX if FULL else random.Random(3).sample(MATRIX, 24)
SETTLES_WITHIN = timedelta(seconds=0.25)
PATIENCE = 20.0


class Killed(BaseException):
    """The process ends here: nothing after this line happens."""


@dataclass
class Deadly:
    """A part whose one method kills, so many times; everything else is its own."""

    part: Any
    method: str
    when: str
    lives: list[int]

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.part, name)
        if name != self.method or not self.lives:
            return real

        async def deadly(*given: Any, **named: Any) -> Any:
            if self.when == "before":
                self._die()
            done = await real(*given, **named)
            self._die()
            return done

        return deadly

    def _die(self) -> None:
        if self.lives:
            self.lives.pop()
            raise Killed


@dataclass
class World:
    """A case that was approved, an outbox that may die, and the stand-in."""

    stage: Scene
    graph: LocalGraph
    notebook: Notebook
    place: str | None
    lives: list[int]
    settles_within: timedelta = SETTLES_WITHIN

    async def to_the_end(self, case: Case) -> Case:
        """Start the outbox again and again until the case has come to its end."""
        async with asyncio.timeout(PATIENCE):
            while True:
                settings = replace(settings_for(self.graph), timeout=timedelta(seconds=0.3))
                box = connect(settings, self.notebook, alone(PLENTY), settles_within=self.settles_within)
                try:
                    await self._work(box, case)
                except Killed:
                    continue
                finally:
                    await box.close()
                return await self.stage.case(case.id)

    async def _work(self, box: OutlookMailbox, case: Case) -> None:
        stage = self._with(box)
        while (await self.stage.case(case.id)).status is Status.APPROVED:
            await self.stage.wake()
            await self.stage.value("update effects set lease_until = clock_timestamp() where state = 'pending'")
            while await stage.outbox.step():
                pass
            await asyncio.sleep(0.02)

    def _with(self, box: OutlookMailbox) -> Scene:
        sender = self.stage.outbox.sender
        mortal = Sender(
            self._mortal("effects", sender.effects), self._mortal("cases", sender.cases), self._mortal("sends", sender.sends),
            sender.cards, {INBOX: self._mortal("mailbox", box)}, sender.people, sender.directory, sender.company, sender.caps,
            sender.clearance,
        )  # fmt: skip
        return replace(self.stage, outbox=replace(self.stage.outbox, effects=self._mortal("effects", sender.effects), sender=mortal))

    def _mortal(self, name: str, part: Any) -> Any:
        when, _, step = (self.place or "").partition(" ")
        owner, _, method = step.partition(".")
        return Deadly(part, method, when, self.lives) if owner == name else part


@asynccontextmanager
async def world(database: str, folder: Path, place: str | None, deaths: int, behaviour: Behaviour) -> AsyncIterator[tuple[World, Case]]:
    pool = await databases.connect(database, name="test", size=4)
    stage = scene(pool, database, folder)
    async with local_graph(INBOX, behaviour) as graph:
        graph.deliver(mail("a"))
        case = await stage.reviewed("a")
        await stage.approve(case)
        try:
            yield World(stage, graph, Notebook(), place, [1] * deaths if place else []), case
        finally:
            await pool.close()


@pytest.mark.parametrize(("place", "call", "fault", "times"), SLICE, ids=lambda one: str(one))
async def test_one_reply_leaves(database: str, tmp_path: Path, place: str | None, call: str, fault: FaultKind | None, times: int) -> None:
    async with world(database, tmp_path, place, times, Behaviour(lag=timedelta(seconds=0.05))) as (at, case):
        if fault is not None:
            at.graph.faults.order(call, fault, times=times, seconds=0.4)
        after = await at.to_the_end(case)
        assert after.status is Status.SENT
        deaths = times - len(at.lives)
        assert place in (None, *SOMETIMES) or deaths == times or (deaths == 1 and place.startswith("after"))
        assert fault is None or at.graph.faults.met[call] >= 1
        assert len(at.graph.ledger) == 1
        assert b"In-Reply-To: <a@customers.example>" in at.graph.ledger[0]
        assert await at.stage.value("select state from sends") == "sent"


@pytest.mark.parametrize("fault", ["drop_after", "error_after", "hang", "reset"])
async def test_what_nobody_can_know_is_shown_and_never_sent_again(database: str, tmp_path: Path, fault: FaultKind) -> None:
    async with world(database, tmp_path, None, 0, Behaviour(keeps_sent=False, stale_search=True)) as (at, case):
        at.graph.faults.order("send", fault, seconds=0.4)
        after = await at.to_the_end(case)
        assert after.status is Status.UNKNOWN
        assert len(at.graph.ledger) == 1
        assert await at.stage.value("select state from sends") == "unknown"


@pytest.mark.parametrize("fault", ["drop_after", "hang"])
async def test_a_send_that_still_looks_like_a_draft_is_waited_out(database: str, tmp_path: Path, fault: FaultKind) -> None:
    behaviour = Behaviour(lag=timedelta(seconds=0.6), lag_shows_draft=True, stale_search=True)
    async with world(database, tmp_path, None, 0, behaviour) as (at, case):
        at.settles_within = timedelta(seconds=1.5)
        at.graph.faults.order("send", fault, seconds=0.4)
        after = await at.to_the_end(case)
        assert after.status is Status.SENT
        assert len(at.graph.ledger) == 1


async def test_a_draft_that_a_person_sent_meanwhile_is_not_sent_again(database: str, tmp_path: Path) -> None:
    async with world(database, tmp_path, "after sends.drafted", 1, Behaviour()) as (at, case):
        sent = asyncio.create_task(_sends_by_hand(at.graph))
        after = await at.to_the_end(case)
        sent.cancel()
        assert after.status is Status.SENT
        assert len(at.graph.ledger) == 1


async def _sends_by_hand(graph: LocalGraph) -> None:
    """A person in Outlook presses Send on every draft."""
    while True:
        for item in list(graph.mailbox.in_folder("drafts")):
            graph.mailbox.submit(item)
        await asyncio.sleep(0)
