"""Which Slack messages show which case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.store.database import Database
from bot.store.effects import Errand, LeaseLost
from pipeline.case import CaseId
from pipeline.ports import CardKind, Place, Placed

REMEMBER = """
with held as (select id from effects where id = $6 and lease_token = $7 and state = 'pending' for update)
insert into cards (message_id, kind, channel, ts, revision) select $1, $2, $3, $4, $5 from held
on conflict (message_id, kind) do update set channel = excluded.channel, ts = excluded.ts, revision = excluded.revision
returning message_id
"""


@dataclass(frozen=True, slots=True)
class Cards:
    """The one living message of each kind for a case."""

    database: Database

    async def placed(self, case: CaseId) -> Mapping[CardKind, Placed]:
        sql = "select kind, channel, ts, revision from cards where message_id = $1"
        rows = await self.database.look(lambda connection: connection.fetch(sql, case))
        return {row["kind"]: Placed(row["kind"], row["channel"], row["ts"], row["revision"]) for row in rows}

    async def roots(self, cases: Sequence[CaseId]) -> Mapping[CaseId, Place]:
        """Where the cards of these cases are, of those that have one."""
        sql = "select message_id, channel, ts from cards where kind = 'root' and message_id = any($1::bigint[])"
        rows = await self.database.run(lambda connection: connection.fetch(sql, list(cases)))
        return {CaseId(row["message_id"]): Place(row["channel"], row["ts"]) for row in rows}

    async def shelved(self, case: CaseId) -> bool:
        """The case has no card, and gets none before somebody opens it."""
        sql = "select shelved from messages where id = $1"
        return bool(await self.database.look(lambda connection: connection.fetchval(sql, case)))

    async def remember(self, errand: Errand, placed: Placed) -> None:
        """Keep where a part of the case is shown. Raises LeaseLost where somebody else draws it now."""
        shown = (errand.effect.case, placed.kind, placed.channel, placed.ts, placed.revision)
        found = await self.database.change(lambda connection: connection.fetchval(REMEMBER, *shown, errand.id, errand.token))
        if found is None:
            raise LeaseLost
