"""What decisions were made from, read back: to make them again, or others under changed rules."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from pydantic import TypeAdapter

from bot.store.codec import Codecs
from bot.store.database import Database
from bot.store.documents import INPUTS
from pipeline.again import Record
from pipeline.case import CaseId, Classification, Context, Decision

RECORDS = """
select d.message_id, d.codec, d.inputs, d.output
from decisions d join messages m on m.id = d.message_id
where {which}
  and d.attempt = (select max(attempt) from decisions l where l.message_id = d.message_id)
order by d.message_id
"""
SINCE = RECORDS.format(which="m.received_at >= clock_timestamp() - $1::interval")  # nothing of a request is in it
ONE = RECORDS.format(which="m.id = $1")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Made:
    """The part of a stored Triaged that a decision is; the draft beside it is not read."""

    classification: Classification | None
    context: Context | None
    decision: Decision


MADE: TypeAdapter[Made] = TypeAdapter(Made)


@dataclass(frozen=True, slots=True)
class PostgresRecords:
    """The last decision of every case, as it was made."""

    database: Database
    codec: Codecs

    async def record(self, case: CaseId) -> Record | None:
        """None where there is no such case, or nothing was decided."""
        row = await self.database.run(lambda connection: connection.fetchrow(ONE, case))
        return None if row is None else self._record(row)

    async def since(self, days: int) -> AsyncIterator[tuple[CaseId, Record]]:
        """Of the mails that arrived within so many days, oldest case first; read in one snapshot."""
        async with self.database.pool.acquire() as connection, connection.transaction(readonly=True):
            async for row in connection.cursor(SINCE, timedelta(days=days), prefetch=AT_ONCE):
                yield CaseId(row["message_id"]), self._record(row)

    def _record(self, row: asyncpg.Record) -> Record:
        inputs = INPUTS.validate_json(self.codec.decode(row["codec"], row["inputs"]))
        made = MADE.validate_json(self.codec.decode(row["codec"], row["output"]))
        return Record(inputs.email, inputs.mailbox, inputs.history, inputs.now, made.classification, made.context, made.decision)
