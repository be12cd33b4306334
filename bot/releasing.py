"""Letting go what was scheduled: everything is looked at once more, and it is approved by nobody or given to a person."""

from collections.abc import Callable
from dataclasses import dataclass

from bot import delivery
from bot.store import caps
from bot.store.caps import Use
from bot.store.cases import scheduled
from bot.store.clearance import Clearance
from bot.store.codec import Codecs
from bot.store.database import Connection
from bot.store.effects import Errand, LeaseLost, finish, hold
from bot.store.transitions import write_move
from pipeline.case import Case
from pipeline.effects import Release
from pipeline.errors import Permanent
from pipeline.policy.content import Caps
from pipeline.recipients import recipients

SEEN = "select count(*) = 2 from cards where message_id = $1 and kind in ('root', 'draft')"
UNSEEN = "its card did not reach Slack in time, so nobody could have stopped it."


@dataclass(frozen=True, slots=True)
class Releaser:
    """Performs Release, each in one transaction. `caps` is how much may go out now."""

    clearance: Clearance
    codec: Codecs
    caps: Callable[[], Caps]

    async def perform(self, errand: Errand, effect: Release) -> None:
        """Approve it or give it to a person; nothing where somebody was first. Raises LeaseLost, Temporary."""
        await self.clearance.database.run(lambda connection: self._end(connection, errand, effect, ""))

    async def give_up(self, errand: Errand, effect: Release, sentence: str) -> None:
        """It cannot be judged; a person decides."""
        await self.clearance.database.run(lambda connection: self._end(connection, errand, effect, sentence))

    async def _end(self, connection: Connection, errand: Errand, effect: Release, failed: str) -> None:
        await hold(connection, errand)
        case = await scheduled(connection, self.codec, effect.case, effect.revision)
        if case is None:
            await finish(connection, errand, "done", "the case is not scheduled any more")
            return
        why = failed or await self._objection(connection, case)
        move = delivery.held(case, errand.now, why) if why else delivery.released(case, errand.now)
        await finish(connection, errand, "dead" if failed else "done", move.action)
        if await write_move(connection, self.codec, case, move) is None:
            raise LeaseLost

    async def _objection(self, connection: Connection, case: Case) -> str | None:
        assert case.draft is not None
        if not await connection.fetchval(SEEN, case.id):
            return UNSEEN
        if said := await self.clearance.objection_now(connection, case, case.revision + 1):
            return said
        people = self.clearance.house().people
        try:
            to = recipients(case.email, case.draft, people.own_addresses() | {case.mailbox}, people.forms(), automatic=True).to[0]
        except Permanent as forbidden:
            return forbidden.sentence
        full = await caps.hit(connection, self.caps(), Use(case.mailbox, case.email.thread_id, to.address, automatic=True))
        return full.sentence if full else None
