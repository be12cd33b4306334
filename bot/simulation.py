"""Stored cases under a changed rulebook: what would be sent that was not, and the reverse. No model is asked, nothing is written."""

from collections.abc import Iterator

from bot.store.records import PostgresRecords
from pipeline.again import Record, same_signals, under
from pipeline.case import CaseId, Decision
from pipeline.house import House
from pipeline.policy.evaluate import Signals, signals
from pipeline.policy.simulate import Row, rows
from pipeline.stages.enrich import facts

Judged = tuple[CaseId, str, Decision, Decision]


async def simulate(records: PostgresRecords, now: House, changed: House, days: int) -> list[Row]:
    """A row an intent, over the mails of so many days. `now` is the house with the rules in force: their flags are on record."""
    kept = same_signals(now.rulebook, changed.rulebook)
    in_force = dict(now.versions)["rules"]
    judged: list[Judged] = []
    async for case, record in records.since(days):
        if record.classification is None:
            continue
        on_record = kept and dict(record.decision.versions).get("rules") == in_force
        said = None if on_record else _flags(record, changed)
        judged.append((case, record.classification.intent, record.decision, under(record, changed, said)))
    return rows(judged)


def _flags(record: Record, house: House) -> Signals:
    return signals(house.rulebook, facts(record.email, record.mailbox))


def as_json(made: list[Row]) -> Iterator[dict[str, object]]:
    """A line an intent, with every case number."""
    for row in made:
        yield {"intent": row.intent, "cases": row.cases, "would_send": row.more, "would_not_send": row.fewer, "other": row.other}
