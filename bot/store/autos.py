"""What went out by itself, and what somebody held: with the chance of being looked at, settled as it goes."""

from bot.store.database import Connection
from pipeline.case import Case
from pipeline.gate.sampling import chance, looked_at
from pipeline.review import Move

BEFORE = """
select count(*) filter (where at >= coalesce((select watched_from from gates where intent = $1), '-infinity') and not held) as since,
       count(*) filter (where at > clock_timestamp() - interval '7 days' and not held) as week,
       (select value from secrets where name = 'sampling') as secret
from auto_answers where intent = $1
"""
WENT = """
insert into auto_answers (case_id, intent, key, held, chance, picked) values ($1, $2, $3, $4, $5, $6) on conflict (case_id) do nothing
"""
CORRECTED = "update auto_answers set corrected_at = clock_timestamp() where case_id = $1 and corrected_at is null"


async def noted(connection: Connection, before: Case, after: Case, move: Move) -> None:
    """Keep what this move says of an answer that goes out by itself: it went, somebody held it, or somebody answered after it."""
    if move.action == "answered_too":
        await connection.execute(CORRECTED, before.id)
    if before.decision is None or before.classification is None or not before.decision.gate_key:
        return
    about = (before.id, before.classification.intent, before.decision.gate_key)
    went = after.outcome is not None and after.outcome.kind == "auto_sent" and after.outcome != before.outcome
    if went:
        row = await connection.fetchrow(BEFORE, before.classification.intent)
        assert row is not None
        likely = chance(row["since"], float(row["week"] + 1))
        await connection.execute(WENT, *about, False, likely, looked_at(row["secret"], before.email.message_id, likely))
    elif move.action == "hold":
        await connection.execute(WENT, *about, True, 1.0, False)
