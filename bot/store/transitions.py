"""A move made durable: compare, set, and everything that follows from it, within the caller's transaction."""

from dataclasses import replace

from bot.store import answers, audit
from bot.store.bell import CASES
from bot.store.codec import Codecs
from bot.store.database import Connection
from bot.store.documents import PARTS, dump, parts
from bot.store.labels import judged
from bot.store.rows import put_bodies, put_draft, put_effects
from pipeline.case import Case, CaseId, Outcome, Status
from pipeline.review import Move

CLOSED = frozenset({Status.IGNORED, Status.SENT, Status.REJECTED, Status.TAKEN_OVER})
"""Nobody is waited for any more."""

UPDATE = """
update messages set
    status = $3, revision = revision + 1, outcome = $4, handled_by = $5, auto_sent = auto_sent or $6,
    closed_at = case when $7 then coalesce(closed_at, clock_timestamp()) end
where id = $1 and revision = $2 and status not in ('queued', 'working')
returning traceparent
"""

REQUEUE = """
update messages set attempts = 0, crashes = 0, available_at = clock_timestamp(), last_error = null, decided_at = null where id = $1
"""

CLEARED = """
insert into spam_labels (message_id, verdict, said_by, said_name) values ($1, 'ham', $2, $3)
on conflict (message_id) do update set verdict = 'ham', said_by = excluded.said_by, said_name = excluded.said_name,
    said_at = clock_timestamp()
"""

LABEL = """
update drafts set
    decision = $3, approver = $4,
    decided_at = case when $3::text is null and $4::text is null then null else coalesce(decided_at, clock_timestamp()) end
where message_id = $1 and version = $2
"""


async def write_move(connection: Connection, codec: Codecs, before: Case, move: Move) -> Case | None:
    """The case after the move, or None where it is no longer at `before.revision`; then nothing was written."""
    after = replace(
        before,
        revision=before.revision + 1,
        status=move.status,
        draft=move.draft or before.draft,
        outcome=move.outcome,
        note=move.note,
        agreed=move.agreed,
        looked=move.looked or before.looked,
        seeded=None,
    )
    traceparent = await _update(connection, before, after)
    if traceparent is None:
        return None
    await put_bodies(connection, codec, after.id, {"case": dump(PARTS, parts(after))})
    if move.draft is not None:
        await put_draft(connection, codec, after.id, move.draft)
    await _label(connection, after)
    await judged(connection, codec, before, after, move, traceparent)
    await answers.keep(connection, codec, before, after, move, traceparent)
    if after.status is Status.QUEUED:
        await _queue(connection, after, move)
    await put_effects(connection, codec, move.effects, traceparent)
    change = (before.status.value, after.status.value)
    await audit.write(
        connection, after.id, move.actor, move.action, traceparent, change=change, revision=after.revision, detail=dict(move.detail)
    )
    return after


async def _update(connection: Connection, before: Case, after: Case) -> str | None:
    outcome = after.outcome
    by_itself = outcome is not None and outcome.kind == "auto_sent"
    closed = after.status in CLOSED
    kind, by = (outcome.kind, outcome.by or None) if outcome else (None, None)
    row = await connection.fetchrow(UPDATE, before.id, before.revision, after.status.value, kind, by, by_itself, closed)
    return None if row is None else str(row["traceparent"])


async def _queue(connection: Connection, after: Case, move: Move) -> None:
    """A mail that was filed as spam and is none: to be triaged as if it had just come, and a label that training can use."""
    await connection.execute(REQUEUE, after.id)
    names = dict(move.detail)
    await connection.execute(CLEARED, after.id, move.actor, names.get("by_name", ""))
    await connection.execute("select pg_notify($1, '')", CASES)


async def _label(connection: Connection, after: Case) -> None:
    if after.draft is not None:
        decision, approver = _decision(after.status, after.outcome)
        await connection.execute(LABEL, after.id, after.draft.version, decision, approver)


def _decision(status: Status, outcome: Outcome | None) -> tuple[str | None, str | None]:
    """What the newest draft's row says: what came of it, and who approved it."""
    by = outcome.by or None if outcome else None
    match status:
        case Status.SENT | Status.HUMAN:  # what bounced was sent, and keeps its label
            return (outcome.kind if outcome else None), by
        case Status.APPROVED | Status.UNKNOWN:
            return None, by
        case Status.REJECTED:
            return "rejected", None
        case Status.TAKEN_OVER:
            return "taken_over", None
        case _:
            return None, None


async def traceparent_of(connection: Connection, case: CaseId) -> str:
    return str(await connection.fetchval("select traceparent from messages where id = $1", case))
