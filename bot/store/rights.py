"""What is stored of the right to answer by itself, read at every decision and at every send; and the kill switch's two positions."""

from dataclasses import dataclass

import asyncpg

from bot.store import audit
from bot.store.database import Connection, Database
from pipeline.gate.states import State
from pipeline.rights import Pause, Right, Rights

PAUSE = "select paused, by_name, at, why from pauses order by id desc limit 1"
RIGHTS = f"""
select g.intent, g.state, g.key, p.* from (select) one
left join ({PAUSE}) p on true
left join gates g on true
"""  # noqa: S608  # both parts are ours
SWITCH = "insert into pauses (paused, by_id, by_name, why) values ($1, $2, $3, $4)"
LOCK = 0x74726961676570
"""The advisory lock under which the switch is thrown: of two at once, the second one finds it thrown."""


async def rights(connection: Connection) -> Rights:
    """As it is now, asked with one statement."""
    rows = await connection.fetch(RIGHTS)
    stopped = _pause(rows[0])
    held = {row["intent"]: Right(State(row["state"]), row["key"]) for row in rows if row["intent"] is not None}
    return Rights(held, stopped.sentence if stopped else "")


async def pause(connection: Connection) -> Pause | None:
    """Who stopped all sending by itself; None where nobody did, or it goes on again."""
    row = await connection.fetchrow(PAUSE)
    return _pause(row) if row is not None else None


def _pause(row: asyncpg.Record) -> Pause | None:
    return Pause(row["by_name"], row["at"], row["why"]) if row["paused"] else None


@dataclass(frozen=True, slots=True)
class Switch:
    """The kill switch: nothing goes out by itself while it is thrown. Every worker looks at it before each answer."""

    database: Database

    async def pause(self, by: str, name: str, why: str) -> Pause | None:
        """Stop; None where it was stopped just now, else the pause that holds already. `by` is an id, `name` what people read."""
        return await self.database.run(lambda connection: self._throw(connection, True, by, name, why))

    async def resume(self, by: str, name: str) -> Pause | None:
        """Go on: the pause that ends by it; None where there was none."""
        return await self.database.run(lambda connection: self._throw(connection, False, by, name, ""))

    async def _throw(self, connection: Connection, paused: bool, by: str, name: str, why: str) -> Pause | None:
        await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
        holds = await pause(connection)
        if (holds is not None) is not paused:
            await connection.execute(SWITCH, paused, by, name, why)
            await audit.write(connection, None, by, "pause" if paused else "resume", audit.new_traceparent(), detail={"by_name": name})
        return holds
