"""The classifiers that learned from reviewed mail: which one is live, its bytes, and when another is due."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from pipeline.case import CaseId

FEWEST = 50
"""New reviews that are worth a new classifier, at least; and then, a tenth of those that the last one looked at."""

WORTH_KEEPING = 50
"""So many labels of one intent are not thrown away for a better classifier: with another model they count for nothing."""

REVIEWED = "m.outcome in ('sent_as_is', 'sent_edited', 'rejected') and m.status in ('sent', 'rejected') and not m.dry_run"
"""Of `messages m`: a person said whether the answer, and so the intent, was right. What went out by itself is no label."""

NEWS = f"""
with last as (
    select labels, asked_at from models where shipped = $1 and state <> 'forgotten' order by id desc limit 1
)
select count(*) as new, coalesce((select labels from last), 0) as known
from messages m where {REVIEWED} and m.closed_at > coalesce((select asked_at from last), '-infinity')
"""  # noqa: S608  # the condition is ours
GUARDED = """
select exists (select from gates where state in ('eligible', 'auto_send', 'suspended')) or exists (
    select from labels l join gates g on g.intent = l.intent and g.key = l.key
    where l.verdict is not null and l.would_go and not l.seeded and l.received_at >= g.counts_from
    group by l.intent having count(*) >= $1
)
"""
LIVE = "select version, labels, made_at from models where state = 'live' and shipped = $1"
RETIRE = """
with old as (
    update models set state = 'retired', fitted = null, codec = null, ended_at = clock_timestamp() where state = 'live' returning id
)
delete from model_mails where model_id in (select id from old)
"""
MAKE = """
insert into models (version, shipped, state, labels, asked_at, figures, codec, fitted) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id
"""
FORGET = """
update models set state = 'forgotten', fitted = null, codec = null, ended_at = clock_timestamp() where state = 'live' and version = $1
"""


@dataclass(frozen=True, slots=True)
class LiveModel:
    """What is known of the live classifier: how many reviewed mails it learned from, and since when it judges."""

    version: str
    labels: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A classifier that was learned. `shipped` is the version of the examples' model, `mails` what it learned from beside them."""

    version: str
    shipped: str
    mails: Sequence[CaseId]
    asked_at: datetime
    figures: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Models:
    """Every method names the version of the shipped examples' model: a classifier that learned others does not know today's intents."""

    database: Database
    codec: Codecs
    fewest: int = FEWEST

    async def live(self, shipped: str) -> LiveModel | None:
        row = await self.database.run(lambda connection: connection.fetchrow(LIVE, shipped))
        return None if row is None else LiveModel(row["version"], row["labels"], row["made_at"])

    async def fitted(self, version: str) -> bytes | None:
        """The bytes of the live classifier, if it still is this one. Permanent where nobody can decode them."""
        sql = "select codec, fitted from models where state = 'live' and version = $1"
        row = await self.database.run(lambda connection: connection.fetchrow(sql, version))
        return None if row is None else self.codec.decode(row["codec"], row["fitted"])

    async def mails(self, version: str) -> frozenset[CaseId]:
        """What the live classifier learned from."""
        sql = "select message_id from model_mails where model_id in (select id from models where state = 'live' and version = $1)"
        rows = await self.database.run(lambda connection: connection.fetch(sql, version))
        return frozenset(CaseId(row["message_id"]) for row in rows)

    async def is_due(self, shipped: str) -> bool:
        """Whether enough was reviewed since the last classifier was made, accepted or not; never while an intent has a right to lose.

        Another classifier changes every gate key: whoever holds the right would lose it, and evidence would begin anew.
        """
        if await self.database.run(lambda connection: connection.fetchval(GUARDED, WORTH_KEEPING)):
            return False
        row = await self.database.run(lambda connection: connection.fetchrow(NEWS, shipped))
        assert row is not None
        return bool(row["new"] >= max(self.fewest, row["known"] / 10))

    async def accept(self, made: Made, fitted: bytes, instead_of: str | None) -> bool:
        """Make it live instead of that one; False where another is live now, or one of its mails was erased meanwhile."""

        async def work(connection: Connection) -> None:
            if await connection.fetchval("select version from models where state = 'live' and shipped = $1", made.shipped) != instead_of:
                raise asyncpg.UniqueViolationError("another is live")
            await connection.execute(RETIRE)
            number = await self._put(connection, made, "live", self.codec.encode(fitted))
            await connection.execute(
                "insert into model_mails (model_id, message_id) select $1, unnest($2::bigint[])", number, list(made.mails)
            )

        try:
            await self.database.run(work)
        except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError):
            return False
        return True

    async def refuse(self, made: Made) -> None:
        """Keep that it was no better; nothing of the mails."""
        await self.database.run(lambda connection: self._put(connection, made, "refused", None))

    async def forget(self, version: str) -> None:
        """Nobody can use its bytes."""
        await self.database.run(lambda connection: connection.execute(FORGET, version))

    async def _put(self, connection: Connection, made: Made, state: str, fitted: bytes | None) -> int:
        codec = None if fitted is None else self.codec.name
        row = (made.version, made.shipped, state, len(made.mails), made.asked_at, json.dumps(dict(made.figures)), codec, fitted)
        return int(await connection.fetchval(MAKE, *row))
