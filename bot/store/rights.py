"""What is stored of the right to answer by itself, read at every decision and at every send."""

from bot.store.database import Connection
from pipeline.gate.states import State
from pipeline.rights import Right, Rights

PAUSE = "select paused, by_name, why from pauses order by id desc limit 1"


async def rights(connection: Connection) -> Rights:
    """As it is now, within the caller's transaction."""
    rows = await connection.fetch("select intent, state, key from gates")
    return Rights({row["intent"]: Right(State(row["state"]), row["key"]) for row in rows}, await paused(connection))


async def paused(connection: Connection) -> str:
    """Who stopped all sending by itself, and why, as a sentence; empty where nobody did."""
    row = await connection.fetchrow(PAUSE)
    if row is None or not row["paused"]:
        return ""
    why = f": {row['why']}" if row["why"] else ""
    return f"{row['by_name']} paused all answers that go out by themselves{why}."
