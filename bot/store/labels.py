"""What people said of drafts, written down where the case moves and never twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.documents import DRAFT
from bot.store.rows import put_effects
from pipeline.case import Case, CaseId, Draft, PersonId, Route, Status, Triaged
from pipeline.effects import SecondLook
from pipeline.gate.labels import Fate, Label, fate, verdict
from pipeline.gate.misses import Double, Seed
from pipeline.review import Move

OPEN = """
insert into labels (case_id, intent, key, thread, sender, received_at, earlier, would_go, confidence, seeded, doubled, revealed_at)
values ($1, $2, $3, digest_of($4), digest_of($5), $6, $7, $8, $9, $10, $11, case when $12 then clock_timestamp() end)
on conflict (case_id) do update set intent = excluded.intent, key = excluded.key, earlier = excluded.earlier, would_go = excluded.would_go,
    confidence = excluded.confidence, seeded = excluded.seeded, doubled = excluded.doubled,
    revealed_at = coalesce(labels.revealed_at, excluded.revealed_at)
where labels.verdict is null
"""
JUDGE = """
update labels set fate = $2, verdict = $3, judged_at = clock_timestamp(), judged_by = $4 where case_id = $1 and verdict is null
returning doubled and not seeded as doubled
"""
REVEAL = """
update labels set revealed_at = clock_timestamp() where case_id = $1 and verdict is null and revealed_at is null
"""
# Approved, not sent after all, and then dropped by a person: the error is known now, and the first verdict stays.
COMPLAIN = """
update labels set complained_at = clock_timestamp() where case_id = $1 and verdict = 'right' and complained_at is null
"""
TRIED = """
insert into reviewer_checks (case_id, kind, reviewer, missed) values ($1, 'seed', $2, $3) on conflict (case_id, kind) do nothing
"""
SECOND = """
insert into reviewer_checks (case_id, kind, reviewer, second, first_wrong, second_wrong)
select case_id, 'double', judged_by, $2, verdict = 'wrong', $3 from labels
where case_id = $1 and doubled and verdict is not null and judged_by <> $2
on conflict (case_id, kind) do nothing returning case_id
"""


async def open_label(connection: Connection, case: Case, triaged: Triaged, thread: str, received_at: datetime) -> None:
    """A person is about to judge this draft: who will be counted for what, settled before anybody looks."""
    seen, decision, draft = case.classification, case.decision, case.draft
    if case.status is not Status.REVIEW or seen is None or decision is None or draft is None or draft.outline or not decision.gate_key:
        return
    open_already = not any(reason.speaker == "gate" for reason in decision.reasons)
    earlier = case.context.earlier if case.context else 0
    mail = (thread, case.email.sender.address, received_at, earlier)
    would_go = decision.would_be is Route.AUTO_SEND
    drawn = (would_go, seen.confidence, triaged.seeded is not None, triaged.doubled, open_already)
    await connection.execute(OPEN, case.id, seen.intent, decision.gate_key, *mail, *drawn)


async def revealed(connection: Connection, case: CaseId) -> None:
    """Somebody was shown what the rules allow: whatever is said of the draft from now on is no evidence."""
    await connection.execute(REVEAL, case)


async def judged(connection: Connection, codec: Codecs, before: Case, after: Case, move: Move, traceparent: str) -> None:
    """Keep what this move says of the draft, or of the reviewer."""
    if move.action == "unmask":
        await connection.execute(TRIED, before.id, move.actor, dict(move.detail)["seed"] == "missed")
    outcome = after.outcome
    if outcome is None or outcome == before.outcome or before.decision is None or not before.decision.gate_key:
        return
    first = await _first(connection, codec, before.id)
    found = _fate(first, after, move) if first else None
    said = verdict(found) if found else None
    if said is None:
        return
    doubled = await connection.fetchval(JUDGE, before.id, found, said, outcome.by or None)
    if doubled and outcome.by:
        await put_effects(connection, codec, (SecondLook(before.id),), traceparent)
    if doubled is None and said == "wrong" and before.status is Status.REVIEW:
        await connection.execute(COMPLAIN, before.id)


async def _first(connection: Connection, codec: Codecs, case: CaseId) -> Draft | None:
    row = await connection.fetchrow("select codec, data from drafts where message_id = $1 and version = 1", case)
    return None if row is None else DRAFT.validate_json(codec.decode(row["codec"], row["data"]))


def _fate(first: Draft, after: Case, move: Move) -> Fate | None:
    """What became of the first draft, with its subject and whom it goes to."""
    assert after.outcome is not None
    last = after.draft
    if move.action == "answered_by_hand":
        return fate(after.outcome, first.text.strip(), move.sent.strip())
    if last is None:
        return None
    if after.outcome.kind in ("sent_as_is", "sent_edited") and _whom(first) != _whom(last):
        return "big_edit"
    return fate(after.outcome, _whole(first), _whole(last))


def _whom(draft: Draft) -> Draft:
    return replace(draft, version=0, subject="", text="", slots=(), findings=(), author="", latency_ms=0, cost_usd=0.0, cited=())


def _whole(draft: Draft) -> str:
    return f"{draft.subject}\n\n{draft.text.strip()}"


async def second(database: Database, case: CaseId, by: PersonId, wrong: bool) -> bool:
    """The same in a transaction of its own."""
    return await database.run(lambda connection: second_verdict(connection, case, by, wrong))


async def second_verdict(connection: Connection, case: CaseId, by: str, wrong: bool) -> bool:
    """A second person's verdict on the same draft; False where it does not count: from the first one, or not the first second one."""
    return await connection.fetchval(SECOND, case, by, wrong) is not None


@dataclass(frozen=True, slots=True)
class Scored:
    """A label, and how sure the model was."""

    label: Label
    confidence: float


async def labels_of(connection: Connection, intent: str) -> Sequence[Scored]:
    """Every label of the intent, whatever its key."""
    rows = await connection.fetch("select * from labels where intent = $1 order by received_at, case_id", intent)
    return [Scored(_label(row), row["confidence"]) for row in rows]


async def looks(connection: Connection) -> Sequence[Seed | Double]:
    """Every trial of a reviewer, in any intent."""
    rows = await connection.fetch("select * from reviewer_checks order by at, case_id")
    return [Seed(row["missed"]) if row["kind"] == "seed" else Double(row["first_wrong"], row["second_wrong"]) for row in rows]


def _label(row: asyncpg.Record) -> Label:
    return Label(
        case=row["case_id"],
        key=row["key"],
        thread=row["thread"],
        sender=row["sender"],
        received_at=row["received_at"],
        earlier=row["earlier"],
        would_go=row["would_go"],
        verdict=row["verdict"],
        judged_at=row["judged_at"],
        revealed_at=row["revealed_at"],
        complained_at=row["complained_at"],
        seeded=row["seeded"],
    )
