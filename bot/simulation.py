"""Stored cases under a changed rulebook: what would be sent that was not, and the reverse. No model is asked, nothing is written."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.store.records import PostgresRecords
from pipeline.again import OF_MODELS, Record, same_signals, under
from pipeline.case import Decision
from pipeline.house import POLICY, House
from pipeline.policy.evaluate import signals
from pipeline.policy.rulebook import Rule
from pipeline.policy.simulate import Row, rows
from pipeline.policy.truth import holds
from pipeline.stages.enrich import NO_CONTEXT, facts

BREATH = 20
"""So many cases are judged at a stretch: clicks are answered in between."""


Then = Callable[[int], Awaitable[House | None]]


async def simulate(records: PostgresRecords, now: House, changed: House, days: int, then: Then | None = None) -> list[Row]:
    """A row an intent, over the mails of so many days. `now` is the house with the rules in force, `then` that of an older version."""
    changes, judged = _Changes(now, changed, then, {}), []
    async for case, record in records.since(days):
        if record.classification is not None:
            change = await changes.since(record.decision)
            judged.append((case, record.classification.intent, record.decision, change.decided(record)))
        if case % BREATH == 0:
            await asyncio.sleep(0)
    return rows(judged)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What changed since the version that a case was decided with: most cases need only a look at the rules that differ from those."""

    now: House
    changed: House
    then: Then | None
    known: dict[str, "_Change"]

    async def since(self, decision: Decision) -> "_Change":
        number = next((version for name, version in decision.versions if name == POLICY), "")
        if number not in self.known:
            before = await self.then(int(number)) if self.then and number else None
            self.known[number] = _Change.between(before or self.now, self.changed)
        return self.known[number]


@dataclass(frozen=True, slots=True)
class _Change:
    """`differing` are the rules that only one side has. They alone matter for a case whose versions are `in_force`, if flags are `kept`."""

    house: House
    kept: bool
    differing: tuple[Rule, ...]
    in_force: Mapping[str, str]

    @classmethod
    def between(cls, now: House, changed: House) -> "_Change":
        one, other = now.rulebook, changed.rulebook
        sides = (*(rule for rule in one.rules if rule not in other.rules), *(rule for rule in other.rules if rule not in one.rules))
        return cls(changed, same_signals(one, other), sides, dict(now.versions))

    def decided(self, record: Record) -> Decision:
        if not (self.kept and self._is_in_force(record.decision)):
            return under(record, self.house, signals(self.house.rulebook, facts(record.mail, record.mailbox)))
        known = facts(record.mail, record.mailbox, record.context or NO_CONTEXT, record.classification, record.decision.reasons)
        names = self.house.rulebook.names
        speaks = any(holds(rule.when, known, names) is not False for rule in self.differing)
        return under(record, self.house) if speaks else record.decision

    def _is_in_force(self, decision: Decision) -> bool:
        """By its files: the number of a version says nothing of what changed in it."""
        files = ((name, version) for name, version in decision.versions if not name.startswith(OF_MODELS) and name != POLICY)
        return all(self.in_force.get(name) == version for name, version in files)


def as_json(made: list[Row]) -> Iterator[dict[str, object]]:
    """A line an intent, with every case number."""
    for row in made:
        yield {"intent": row.intent, "cases": row.cases, "would_send": row.more, "would_not_send": row.fewer, "other": row.other}
