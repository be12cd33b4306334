"""Where evidence becomes a state and a state is lost: the one place that changes who may answer by itself."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.store import answers, gates, labels
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.policies import is_of_yesterday
from pipeline.email import MailboxId
from pipeline.errors import Temporary
from pipeline.gate.account import Account, account, progress, terms
from pipeline.gate.demotion import TooManyErrors, TooManyReverts
from pipeline.gate.estimates import hajek
from pipeline.gate.key import Makings, changed
from pipeline.gate.labels import counted
from pipeline.gate.makings import Asked, candidates, makings
from pipeline.gate.misses import misses
from pipeline.gate.states import RIGHT, Change, Event, Lost, Measured, Promoted, Rekeyed, Standing, start, step
from pipeline.house import House
from pipeline.people import People
from pipeline.policy.compare import only_lowers
from pipeline.policy.content import Intent
from pipeline.review import Refused

log = logging.getLogger(__name__)

Make = Callable[[Account], Event]
"""What a person wants, made of the evidence as it is when it is written."""


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """`house` is the house that answers now, with its keys; `asked` names its language models.

    Each intent is judged in one transaction that holds its row, so that two processes never both act on one state.
    """

    database: Database
    codec: Codecs
    house: Callable[[], House]
    asked: Asked

    async def look(self) -> None:
        """Judge every intent anew; the clock calls it, and while the database is away it waits for the next time.

        What fails in one intent keeps no other from losing its right: it is raised when all were judged.
        """
        ended = await asyncio.gather(*map(self._judge, self._intents().values()), return_exceptions=True)
        failed = [end for end in ended if isinstance(end, Exception) and not isinstance(end, Temporary)]
        if away := next((end for end in ended if isinstance(end, Temporary)), None):
            log.warning("The evidence was not judged: %s", away)
        if failed:
            raise ExceptionGroup("Intents could not be judged.", failed)

    async def _judge(self, intent: Intent) -> None:
        if change := await self.database.run(lambda link: self._look(link, intent)):
            log.info("%s", change.sentence)

    async def accounts(self) -> Sequence[Account]:
        """The evidence of every intent that could earn the right, as it is now."""

        async def read(link: Connection) -> Sequence[Account]:
            now = await _now(link)
            return [found for intent in self._intents().values() if (found := await self._account(link, intent, now))]

        return await self.database.run(read)

    async def act(self, intent: str, revision: int, make: Make) -> Change | Refused:
        """Do what a person asks, if the standing is still the one they saw."""

        async def work(link: Connection) -> Change | Refused:
            wanted, now, held = self._intents().get(intent), await _now(link), await gates.held(link, intent)
            seen = await self._account(link, wanted, now) if wanted else None
            if held is None or seen is None:
                return Refused(f"There is no intent {intent} that could answer by itself.")
            event = make(seen)
            if seen.standing.revision != revision or (isinstance(event, Promoted) and self.house().keys[intent] != event.key):
                return Refused("This has changed since you opened it. Open it anew.")
            return await self._write(link, step(seen.standing, event, now), held[1]) or Refused("That changes nothing.")

        return await self.database.run(work)

    def _intents(self) -> Mapping[str, Intent]:
        house = self.house()
        return {intent.name: intent for intent in candidates(house) if intent.name in house.keys}

    async def _look(self, link: Connection, intent: Intent) -> Change | None:
        """At most one change a look: what follows from it is found at the next."""
        now, house = await _now(link), self.house()
        if await is_of_yesterday(link, house):
            return None
        made = makings(intent, house, self.asked)
        await gates.begin(link, start(intent.name, house.keys[intent.name], now), made)
        found = await gates.held(link, intent.name)
        assert found is not None
        at, before = found
        event = await self._rekeyed(link, at, before, made) or await self._told(link, at) or await self._measured(link, intent, at, now)
        done = await self._write(link, step(at, event, now) if event else None, made if isinstance(event, Rekeyed) else before)
        await gates.keep_rulebook(link, intent.name, house.rulebook)
        return done if isinstance(done, Change) else None

    async def _rekeyed(self, link: Connection, at: Standing, before: Makings, made: Makings) -> Rekeyed | None:
        house = self.house()
        key = house.keys[at.intent]
        if key == at.key:
            return None
        parts, old = changed(before, made), await gates.rulebook_of(link, at.intent)
        lowers = parts == ("rules",) and old is not None and only_lowers(old, house.rulebook)
        return Rekeyed(key, parts, lowers)

    async def _told(self, link: Connection, at: Standing) -> Event | None:
        """What people and the second model say of answers that went out: the worst first."""
        if at.state not in RIGHT:
            return None
        if worst := await answers.severe(link, at):
            return Lost(worst)
        return await self._lost(link, at) or await answers.suspected(link, at) or await answers.cleared(link, at)

    async def _lost(self, link: Connection, at: Standing) -> Lost | None:
        found, reverts = await gates.detectors(link, at)
        if found.alarmed:
            return Lost(TooManyErrors(found.value))
        return Lost(TooManyReverts(reverts.value)) if reverts.alarmed else None

    async def _measured(self, link: Connection, intent: Intent, at: Standing, now: datetime) -> Measured | None:
        if at.state in RIGHT:
            return None
        wanted, rows = terms(intent), await labels.labels_of(link, intent.name)
        found = counted([row.label for row in rows], at.key, at.counts_from, now)
        return Measured(at.key, progress(found, misses(await labels.looks(link), wanted.alpha), wanted, now))

    async def _account(self, link: Connection, intent: Intent, now: datetime) -> Account | None:
        found = await gates.standing(link, intent.name)
        if found is None:
            return None
        watching, gone = await gates.detectors(link, found), await gates.sent(link, found)
        made = await self._counted(link, intent, found, now)
        return replace(made, detectors=watching, answers=len(gone), estimate=hajek(gone))

    async def _counted(self, link: Connection, intent: Intent, at: Standing, now: datetime) -> Account:
        rows, looks = await labels.labels_of(link, intent.name), await labels.looks(link)
        return account(intent, at, [(row.label, row.confidence) for row in rows], looks, now)

    async def _write(self, link: Connection, step: Change | Refused | None, made: Makings) -> Change | Refused | None:
        """The step, once it is written with what the key after it was made of."""
        if not isinstance(step, Change):
            return step
        written = await gates.write(link, self.codec, step, made, _channels(self.house().people))
        return step if written else Refused("This has changed meanwhile. Open it anew.")


async def _now(link: Connection) -> datetime:
    found: datetime = await link.fetchval("select clock_timestamp()")
    return found


def _channels(people: People) -> Sequence[MailboxId]:
    """One inbox for each channel, so that nobody reads a sentence twice."""
    by_channel = {inbox.channel: MailboxId(name) for name, inbox in sorted(people.inboxes.items(), reverse=True)}
    return sorted(by_channel.values())
