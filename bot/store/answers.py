"""What went out by itself, or was held: which of it people look at, and what they found. The detectors count these rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.store.codec import Codecs
from bot.store.database import Connection
from bot.store.rows import put_effects
from pipeline.case import Case, CaseId, Status
from pipeline.effects import Notify
from pipeline.gate.demotion import SevereError
from pipeline.gate.sampling import chance, looked_at
from pipeline.gate.states import Cleared, Standing, Suspected
from pipeline.quality import SEVERE, Second, suspicion
from pipeline.review import Move

LOOK = "Please look at this answer, which went out by itself: it was picked by chance. The draft below says right or wrong."
DOUBTED = "Please look at this answer, which went out by itself: a second model doubts it."

HELD = """
insert into auto_answers (case_id, intent, key, held, chance, picked) values ($1, $2, $3, true, 1, false) on conflict (case_id) do nothing
"""
SENT = """
insert into auto_answers (case_id, intent, key, chance, picked) values ($1, $2, $3, $4, $5)
on conflict (case_id) do nothing returning case_id
"""
BEFORE = """
select count(*) filter (where g.watched_from is null or a.at >= g.watched_from) as since,
       count(*) filter (where a.at >= clock_timestamp() - interval '7 days') as weekly
from auto_answers a left join gates g on g.intent = a.intent where a.intent = $1 and not a.held
"""
# The domain wrote to none of the inboxes before. The database's own index answers, however many mails there are.
STRANGE = "select not exists (select from messages where lower(split_part(sender, '@', 2)) = lower($2) and id < $1)"
LOOKED = """
update auto_answers set looked_at = clock_timestamp(), wrong = $2, severity = $3
where case_id = $1 and picked and looked_at is null returning case_id
"""
COMPLAINED = """
update auto_answers set complained_at = coalesce(complained_at, clock_timestamp()), severity = coalesce(severity, $2) where case_id = $1
"""
CORRECTED = "update auto_answers set corrected_at = clock_timestamp() where case_id = $1 and corrected_at is null"
LABEL = "update labels set complained_at = coalesce(complained_at, clock_timestamp()) where case_id = $1 and verdict = 'right'"
RAISE = """
update auto_answers set chance = $2, picked = picked or $3 where case_id = $1 and chance < $2 and looked_at is null
returning (select not picked from auto_answers where case_id = $1) and $3 as newly
"""


async def keep(connection: Connection, codec: Codecs, before: Case, after: Case, move: Move, traceparent: str) -> None:
    """Write down what this move says of an answer that went out by itself, or was about to."""
    if move.action == "answered_too":
        await connection.execute(CORRECTED, before.id)
    if before.decision is None or before.classification is None:
        return
    ours = (before.id, before.classification.intent, before.decision.gate_key)
    if before.status is Status.SCHEDULED and move.action in ("hold", "take_over"):
        await connection.execute(HELD, *ours)
    elif move.looked is not None:
        await _judged(connection, before.id, move.looked.fault)
    elif after.status is Status.SENT and before.status is not Status.SENT and after.outcome and after.outcome.kind == "auto_sent":
        await _sent(connection, codec, after, ours, traceparent)


async def _sent(connection: Connection, codec: Codecs, case: Case, ours: tuple[CaseId, str, str], traceparent: str) -> None:
    likely = await _chance(connection, case, None)
    picked = looked_at(await _secret(connection), case.email.message_id, likely)
    if await connection.fetchval(SENT, *ours, likely, picked) is not None and picked:
        await put_effects(connection, codec, (Notify(case.id, "look", LOOK),), traceparent)


async def _judged(connection: Connection, case: CaseId, fault: str | None) -> None:
    """Who was picked to look is counted as such; an error that anybody else names is a complaint."""
    severity = fault if fault in SEVERE else None
    looked = await connection.fetchval(LOOKED, case, fault is not None, severity)
    if looked is None and fault is not None:
        await connection.execute(COMPLAINED, case, severity)
        await connection.execute(LABEL, case)


async def doubt(connection: Connection, case: Case, said: Second) -> bool:
    """Raise the chance that people look at it, as its doubt asks; True where that picked it."""
    likely = await _chance(connection, case, said)
    picked = looked_at(await _secret(connection), case.email.message_id, likely)
    return bool(await connection.fetchval(RAISE, case.id, likely, picked))


async def _chance(connection: Connection, case: Case, said: Second | None) -> float:
    assert case.classification is not None
    row = await connection.fetchrow(BEFORE, case.classification.intent)
    assert row is not None
    strange = await connection.fetchval(STRANGE, case.id, case.email.sender.domain)
    return chance(row["since"], float(row["weekly"] + 1), suspicion(said, strange=strange))


async def _secret(connection: Connection) -> bytes:
    return bytes(await connection.fetchval("select value from secrets where name = 'sampling'"))


SEVERE_ERROR = """
select a.case_id, a.severity, l.actor from auto_answers a
join audit_log l on l.message_id = a.case_id and l.action = 'revert'
where a.intent = $1 and a.severity is not null and a.at >= $2 order by l.at limit 1
"""
SUSPECTED = """
select a.case_id, q.doubt from auto_answers a join qa_reviews q on q.message_id = a.case_id
where a.intent = $1 and q.doubt = any($2) and a.at >= $3 and a.case_id <> all($4) and a.looked_at is null and a.complained_at is null
and not exists (
    select from gate_changes c where c.intent = $1 and c.event->>'kind' = 'Cleared' and (c.event->>'case')::bigint = a.case_id
)
order by q.at limit 1
"""
CLEARED = """
select a.case_id, l.actor from auto_answers a join audit_log l on l.message_id = a.case_id and l.action in ('confirm', 'revert')
where a.case_id = any($1) and (a.looked_at is not null or a.complained_at is not null) and a.severity is null order by l.at limit 1
"""


async def severe(connection: Connection, at: Standing) -> SevereError | None:
    """An error of severity A that a person named in an answer given since evidence counts: under the right that is held now."""
    row = await connection.fetchrow(SEVERE_ERROR, at.intent, at.counts_from)
    return None if row is None else SevereError(row["case_id"], row["severity"], row["actor"])


async def suspected(connection: Connection, at: Standing) -> Suspected | None:
    """An answer that the second model holds to be such an error, which nobody has looked at or cleared and which is not known yet."""
    row = await connection.fetchrow(SUSPECTED, at.intent, sorted(SEVERE), at.counts_from, list(at.suspected))
    return None if row is None else Suspected(row["case_id"], row["doubt"])


async def cleared(connection: Connection, at: Standing) -> Cleared | None:
    """A suspected answer in which a person found no such error."""
    row = await connection.fetchrow(CLEARED, list(at.suspected))
    return None if row is None else Cleared(row["case_id"], row["actor"])


@dataclass(frozen=True, slots=True)
class Unread:
    """An answer that no second model has judged yet."""

    case: CaseId
    traceparent: str


async def unread(connection: Connection, intents: Sequence[str], most: int) -> Sequence[Unread]:
    """The oldest of the last week, of these intents: what nobody can be asked about any more stands in no other's way."""
    rows = await connection.fetch(
        "select a.case_id, m.traceparent from auto_answers a join messages m on m.id = a.case_id"
        " left join qa_reviews q on q.message_id = a.case_id"
        " where q.message_id is null and not a.held and a.at > clock_timestamp() - interval '7 days' and a.intent = any($2)"
        " order by a.at limit $1",
        most,
        intents,
    )
    return [Unread(CaseId(row["case_id"]), row["traceparent"]) for row in rows]
