"""Each intent's standing and its record: changed under a lock, compared by revision, with an audit row and a word to the channels."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

import asyncpg
from pydantic import TypeAdapter

from bot.store import audit
from bot.store.codec import Codecs
from bot.store.database import Connection
from bot.store.rows import put_effects
from pipeline.effects import Announce
from pipeline.email import MailboxId
from pipeline.gate.demotion import Detector
from pipeline.gate.estimates import Answer
from pipeline.gate.key import Makings
from pipeline.gate.states import Change, Event, Standing, State
from pipeline.policy.rulebook import Rulebook

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
MAKINGS: TypeAdapter[Makings] = TypeAdapter(Makings)

BEGIN = """
insert into gates (intent, key, makings, state, since, counts_from) values ($1, $2, $3, $4, $5, $5) on conflict (intent) do nothing
"""
WRITE = """
update gates set key = $3, makings = $4, state = $5, since = $6, counts_from = $7, watched_from = $8, suspected = $9, revision = $10
where intent = $1 and revision = $2 returning intent
"""
RECORD = """
insert into gate_changes (intent, at, actor, before, after, event, sentence, revision) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id
"""
WATCHED = """
select case when looked_at is null then null else wrong end as wrong, picked, looked_at is not null as looked, chance, held,
    held or complained_at is not null or corrected_at is not null as reverted
from auto_answers where intent = $1 and at >= $2 order by at, case_id
"""


async def held(connection: Connection, intent: str) -> tuple[Standing, Makings] | None:
    """As it is, for this transaction: whoever else wants to change it waits."""
    row = await connection.fetchrow("select * from gates where intent = $1 for update", intent)
    return None if row is None else (_standing(row), MAKINGS.validate_json(row["makings"]))


async def standing(connection: Connection, intent: str) -> Standing | None:
    """As it is, for those who only read it."""
    row = await connection.fetchrow("select * from gates where intent = $1", intent)
    return None if row is None else _standing(row)


async def begin(connection: Connection, first: Standing, makings: Makings) -> None:
    """An intent that nobody has seen yet; nothing happens where another process was first."""
    await connection.execute(BEGIN, first.intent, first.key, _made(makings), first.state.value, first.since)


async def write(connection: Connection, codec: Codecs, change: Change, makings: Makings, told: Sequence[MailboxId]) -> bool:
    """Make the change and tell the channels of these inboxes; False, and nothing written, where the standing has changed meanwhile."""
    after = change.after
    moved = (after.key, _made(makings), after.state.value, after.since, after.counts_from, after.watched_from, list(after.suspected))
    if await connection.fetchval(WRITE, after.intent, after.revision - 1, *moved, after.revision) is None:
        return False
    event = EVENT.dump_json(change.event).decode()
    states = (change.before.value, after.state.value)
    number = await connection.fetchval(
        RECORD, after.intent, change.at, change.by, *states, json.dumps({"kind": type(change.event).__name__, **json.loads(event)}),
        change.sentence, after.revision,
    )  # fmt: skip
    trace = audit.new_traceparent()
    detail = {"intent": after.intent, "event": type(change.event).__name__, "from": states[0], "to": states[1]}
    await audit.write(connection, None, change.by or "gate", "gate", trace, revision=after.revision, detail=detail)
    await put_effects(connection, codec, [Announce(number, mailbox, change.sentence) for mailbox in told], trace)
    return True


async def keep_rulebook(connection: Connection, intent: str, rulebook: Rulebook) -> None:
    """The rules that this intent's key was made with, to compare later ones with."""
    await connection.execute(
        "insert into gate_rulebooks (intent, rulebook) values ($1, $2) on conflict (intent) do update set rulebook = excluded.rulebook"
        " where gate_rulebooks.rulebook is distinct from excluded.rulebook",
        intent,
        rulebook.model_dump_json(),
    )


async def rulebook_of(connection: Connection, intent: str) -> Rulebook | None:
    found = await connection.fetchval("select rulebook from gate_rulebooks where intent = $1", intent)
    return None if found is None else Rulebook.model_validate_json(found)


async def detectors(connection: Connection, at: Standing) -> tuple[Detector, Detector]:
    """What people found wrong, and what they held, corrected or complained of, told anew from the first answer that is watched.

    An answer that somebody is still to look at is none yet.
    """
    found, reverts = Detector(), Detector()
    if at.watched_from is None:
        return found, reverts
    for row in await connection.fetch(WATCHED, at.intent, at.watched_from):
        reverts = reverts.after(row["reverted"])
        if not row["held"] and (row["looked"] or not row["picked"]):
            found = found.after(row["wrong"], row["chance"])
    return found, reverts


async def sent(connection: Connection, at: Standing) -> Sequence[Answer]:
    """What went out by itself since the right is watched, as far as nobody is still to look at it: for estimates."""
    if at.watched_from is None:
        return ()
    rows = await connection.fetch(WATCHED, at.intent, at.watched_from)
    return [Answer(row["chance"], row["wrong"]) for row in rows if not row["held"] and (row["looked"] or not row["picked"])]


def _standing(row: asyncpg.Record) -> Standing:
    read = Standing(row["intent"], row["key"], State(row["state"]), row["since"], row["counts_from"], row["watched_from"])
    return replace(read, suspected=tuple(row["suspected"]), revision=row["revision"])


def _made(makings: Makings) -> str:
    return json.dumps(asdict(makings))
