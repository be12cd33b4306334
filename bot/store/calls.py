"""The calls of language models: on the case that they were made for, and against the day's budget."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.store.database import Connection, Database
from pipeline.case import CaseId
from pipeline.prompt import Call

TODAY = "(clock_timestamp() at time zone 'UTC')::date"

DRAW = f"""
update model_spend set usd = usd + $1 where day = {TODAY} and usd + $1 <= $2
returning extract(epoch from (day + 1)::timestamp at time zone 'UTC' - clock_timestamp())::float8
"""  # noqa: S608  # nothing but the constant above goes into it


async def put_calls(connection: Connection, case: CaseId, calls: Sequence[Call]) -> None:
    """Write what the case took; inside the transaction that settles it."""
    if not calls:
        return
    rows = [(case, call.role, call.model, call.tokens_in, call.cached_in, call.tokens_out, call.usd, call.ms) for call in calls]
    await connection.executemany(
        "insert into calls (message_id, role, model, tokens_in, cached_in, tokens_out, usd, ms) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        rows,
    )


@dataclass(frozen=True, slots=True)
class Till:
    """The dollars of a UTC day, by the database's clock."""

    database: Database

    async def draw(self, usd: float, daily: float) -> float | None:
        """Take so many dollars out of the day's budget; the seconds that the day still lasts, or None where less is left.

        Raises Temporary where the database cannot say.
        """

        async def drawn(connection: Connection) -> float | None:
            await connection.execute(f"insert into model_spend (day, usd) values ({TODAY}, 0) on conflict do nothing")  # noqa: S608
            left: float | None = await connection.fetchval(DRAW, usd, daily)
            return left

        return await self.database.run(drawn)

    async def put_back(self, usd: float) -> None:
        """Return what was not spent; whoever draws and returns does both on one day."""
        sql = f"update model_spend set usd = usd - $1 where day = {TODAY}"  # noqa: S608
        await self.database.run(lambda connection: connection.execute(sql, usd))
