"""Writing the rows that belong to a case: its parts, its drafts, its effects."""

from collections.abc import Mapping, Sequence

from bot.store.bell import EFFECTS
from bot.store.codec import Codecs
from bot.store.database import Connection
from bot.store.documents import DRAFT, EFFECT, dump
from pipeline.case import CaseId, Draft
from pipeline.effects import Effect, due, lane

BODIES = """
insert into bodies (message_id, part, codec, data) select $1, part, $3, data from unnest($2::text[], $4::bytea[]) as given (part, data)
on conflict (message_id, part) do update set codec = excluded.codec, data = excluded.data
"""
DRAFTED = """
with older as (update drafts set decision = 'superseded', decided_at = clock_timestamp() where message_id = $1 and decision is null)
insert into drafts (message_id, version, draft_text, codec, data, sha256, template_id, author, latency_ms, cost_usd)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
TO_DO = f"""
with put as (
    insert into effects (message_id, key, lane, type, payload, traceparent, available_at)
    select message_id, key, lane, type, payload, $6, coalesce(due, clock_timestamp())
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $7::timestamptz[])
        with ordinality as given (message_id, key, lane, type, payload, due, place)
    order by place
    on conflict (key) do nothing
)
select pg_notify('{EFFECTS}', '')
"""  # noqa: S608  # the channel's name is ours


async def put_bodies(connection: Connection, codec: Codecs, case: CaseId, parts: Mapping[str, bytes]) -> None:
    await connection.execute(BODIES, case, list(parts), codec.name, [codec.encode(plain) for plain in parts.values()])


async def put_draft(connection: Connection, codec: Codecs, case: CaseId, draft: Draft) -> None:
    """Add a version; those before it are superseded."""
    await connection.execute(
        DRAFTED,
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
    """Write down what is to be done, in this order; an effect whose key is there already is the same effect."""
    if not effects:
        return
    await connection.execute(
        TO_DO,
        [effect.case for effect in effects],
        [effect.key for effect in effects],
        [lane(effect) for effect in effects],
        [effect.type for effect in effects],
        [codec.encode_text(dump(EFFECT, effect).decode()) for effect in effects],
        traceparent,
        [due(effect) for effect in effects],
    )
