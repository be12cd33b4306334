"""Writing the rows that belong to a case: its parts, its drafts, its effects."""

from collections.abc import Sequence

from bot.store.bell import EFFECTS
from bot.store.codec import Codecs
from bot.store.database import Connection
from bot.store.documents import DRAFT, EFFECT, dump
from pipeline.case import CaseId, Draft
from pipeline.effects import Effect, due, lane


async def put_body(connection: Connection, codec: Codecs, case: CaseId, part: str, plain: bytes) -> None:
    await connection.execute(
        "insert into bodies (message_id, part, codec, data) values ($1, $2, $3, $4)"
        " on conflict (message_id, part) do update set codec = excluded.codec, data = excluded.data",
        case,
        part,
        codec.name,
        codec.encode(plain),
    )


async def put_draft(connection: Connection, codec: Codecs, case: CaseId, draft: Draft) -> None:
    """Add a version; those before it are superseded."""
    await connection.execute(
        "update drafts set decision = 'superseded', decided_at = clock_timestamp() where message_id = $1 and decision is null", case
    )
    await connection.execute(
        "insert into drafts (message_id, version, draft_text, codec, data, sha256, template_id, author, latency_ms, cost_usd)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        case,
        draft.version,
        codec.encode_text(draft.text),
        codec.name,
        codec.encode(dump(DRAFT, draft)),
        draft.sha256,
        draft.template,
        draft.author,
        draft.latency_ms,
        draft.cost_usd,
    )


async def put_effects(connection: Connection, codec: Codecs, effects: Sequence[Effect], traceparent: str) -> None:
    """Write down what is to be done; an effect whose key is there already is the same effect."""
    for effect in effects:
        await connection.execute(
            "insert into effects (message_id, key, lane, type, payload, traceparent, available_at)"
            " values ($1, $2, $3, $4, $5, $6, coalesce($7, clock_timestamp()))"
            " on conflict (key) do nothing",
            effect.case,
            effect.key,
            lane(effect),
            effect.type,
            codec.encode_text(dump(EFFECT, effect).decode()),
            traceparent,
            due(effect),
        )
    if effects:
        await connection.execute("select pg_notify($1, '')", EFFECTS)
