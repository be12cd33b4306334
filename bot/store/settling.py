"""What a worker leaves behind: a case with all its parts, or the remains of a mail that could not be worked on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.store import audit
from bot.store.bell import CASES
from bot.store.bounces import link
from bot.store.calls import put_calls
from bot.store.codec import Codecs
from bot.store.database import Connection
from bot.store.documents import EMAIL, INPUTS, PARTS, TRIAGED, Inputs, dump, parts
from bot.store.labels import open_label
from bot.store.rows import put_bodies, put_draft, put_effects
from bot.store.transitions import CLOSED
from pipeline.case import Case, CaseId, History, Triaged
from pipeline.effects import Effect, PostCard
from pipeline.email import Email, MailboxId

SETTLE = f"""
with settled as (update messages set
    status = $3, revision = revision + 1, lease_token = null, lease_until = null, last_error = null, crashes = 0,
    decided_at = clock_timestamp(),
    closed_at = case when $4 then clock_timestamp() end, content_sha256 = $5, sender = $6, subject = $7, intent = $8, urgency = $9,
    owner = $10, policy_flags = $11, confidence = $12, route = $13, would_be = $14, respond_by = $15, sends_at = $16, gate_key = $17
where id = $1 and lease_token = $2 and status = 'working'
returning id, status, traceparent, revision),
noted as ({audit.INTO} select id, 'worker', $18, 'working', status, revision, traceparent, $19 from settled)
select traceparent, pg_notify('{CASES}', '') from settled
"""  # noqa: S608  # all parts are ours


# A mail that is triaged anew counts its attempts anew, but its first decision is kept.
DECIDED = """
insert into decisions (message_id, attempt, codec, inputs, versions, output)
select $1, greatest($2, 1 + coalesce(max(attempt), 0)), $3, $4, $5, $6 from decisions where message_id = $1
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed mail. `token` is the fencing token of its lease; `attempt` counts from 1; `now` is the database's clock at claim."""

    case: CaseId
    mailbox: MailboxId
    source: str
    message_id: str
    thread_id: str
    sender: str
    subject: str
    received_at: datetime
    raw: bytes
    revision: int
    attempt: int
    token: UUID
    now: datetime
    dry_run: bool = False


def case_of(job: Job, email: Email, triaged: Triaged) -> Case:
    """The case that settling will make: what effects are planned for."""
    made = (triaged.classification, triaged.context, triaged.decision, triaged.draft)
    case = Case(job.case, job.revision + 1, triaged.status, job.mailbox, email, *made, None)
    return replace(case, sends_at=triaged.sends_at, seeded=triaged.seeded)


async def settle(
    connection: Connection,
    codec: Codecs,
    job: Job,
    email: Email,
    history: History,
    triaged: Triaged,
    effects: Sequence[Effect],
    *,
    shelve: bool = False,
) -> bool:
    case = case_of(job, email, triaged)
    traceparent = await _project(connection, codec, job, case, "triage", {})
    if traceparent is None:
        return False
    inputs = dump(INPUTS, Inputs(email, job.mailbox, history, job.now))
    await _record(connection, codec, job, inputs, triaged)
    await put_calls(connection, job.case, triaged.calls)
    effects = () if history.dry_run else effects
    await _keep(connection, codec, case, await _shelved(connection, case, effects) if shelve else effects, traceparent)
    if not history.dry_run:
        await open_label(connection, case, triaged, job.thread_id, job.received_at)
        await link(connection, codec, case, job.now, traceparent)
    return True


async def bury(connection: Connection, codec: Codecs, job: Job, remains: Case, effects: Sequence[Effect]) -> bool:
    traceparent = await _project(connection, codec, job, remains, "dead_letter", {"attempts": str(job.attempt)})
    if traceparent is None:
        return False
    await _keep(connection, codec, remains, await _shelved(connection, remains, ()) if job.dry_run else effects, traceparent)
    return True


async def _shelved(connection: Connection, case: Case, effects: Sequence[Effect]) -> Sequence[Effect]:
    """The effects without the card, which waits for a digest."""
    if case.status not in CLOSED:
        await connection.execute("update messages set shelved = true where id = $1", case.id)
    return tuple(effect for effect in effects if not isinstance(effect, PostCard))


async def _project(connection: Connection, codec: Codecs, job: Job, case: Case, action: str, detail: Mapping[str, str]) -> str | None:
    """Write what is asked for often into the row itself, and that into the log, if the lease still holds; its trace context, or None."""
    seen, decision = case.classification, case.decision
    text = codec.encode_text
    mail = (case.email.content_sha256, text(case.email.sender.address), text(case.email.subject))
    meaning = (seen.intent, seen.urgency, seen.owner, list(seen.policy_flags), seen.confidence) if seen else (None, None, None, [], None)
    routes = (decision.route.value, decision.would_be.value, decision.respond_by) if decision else (None, None, None)
    gate = (case.sends_at, decision.gate_key if decision and seen else None)
    if decision is not None:
        meaning = (meaning[0], decision.urgency, decision.owner, *meaning[3:])
    closed = case.status in CLOSED
    noted = (action, audit.as_json(detail))
    row = await connection.fetchrow(SETTLE, job.case, job.token, case.status.value, closed, *mail, *meaning, *routes, *gate, *noted)
    return None if row is None else str(row["traceparent"])


async def _record(connection: Connection, codec: Codecs, job: Job, inputs: bytes, triaged: Triaged) -> None:
    encode = codec.encode
    row = (job.case, job.attempt, codec.name, encode(inputs), json.dumps(dict(triaged.decision.versions)), encode(dump(TRIAGED, triaged)))
    await connection.execute(DECIDED, *row)


async def _keep(connection: Connection, codec: Codecs, case: Case, effects: Sequence[Effect], traceparent: str) -> None:
    await put_bodies(connection, codec, case.id, {"email": dump(EMAIL, case.email), "case": dump(PARTS, parts(case))})
    if case.draft is not None:
        await put_draft(connection, codec, case.id, case.draft)
    await put_effects(connection, codec, effects, traceparent)
