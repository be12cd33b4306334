"""Reminders of cases that wait for a person: each is written once, whoever looks and however often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.rows import put_effects
from pipeline.case import CaseId
from pipeline.effects import Notify
from pipeline.policy.rulebook import Reminder
from pipeline.reminders import FORGOTTEN, reminder
from pipeline.review import OPEN

WAITING = """
select id, respond_by, owner, traceparent, clock_timestamp() as now from messages
where status = any($1) and not shelved and not dry_run
  and respond_by between clock_timestamp() - $3::interval and clock_timestamp() - $2::interval
order by respond_by
"""
SAID = "select key from effects where key = any($1)"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The cases that a person is waited for, seen by their deadlines."""

    database: Database
    codec: Codecs

    async def remind(self, steps: Sequence[Reminder]) -> int:
        """Write the reminders whose time has come and that are not written yet; how many."""
        if not steps:
            return 0
        minutes = [step.minutes for step in steps]
        first, last = timedelta(minutes=min(minutes)), timedelta(minutes=max(minutes)) + FORGOTTEN
        return await self.database.run(lambda connection: self._remind(connection, steps, first, last))

    async def _remind(self, connection: Connection, steps: Sequence[Reminder], first: timedelta, last: timedelta) -> int:
        rows = await connection.fetch(WAITING, [status.value for status in OPEN], first, last)
        due = [(row["traceparent"], notify) for row in rows if (notify := _due(row, steps))]
        said = {row["key"] for row in await connection.fetch(SAID, [notify.key for _, notify in due])}
        new = [(traceparent, notify) for traceparent, notify in due if notify.key not in said]
        for traceparent, notify in new:
            await put_effects(connection, self.codec, (notify,), traceparent)
        return len(new)


def _due(row: asyncpg.Record, steps: Sequence[Reminder]) -> Notify | None:
    return reminder(CaseId(row["id"]), row["respond_by"], row["owner"] or "", steps, row["now"])
