"""The `effects` table as the outbox's queue: claimed lane by lane under a lease, done once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from bot.store import audit
from bot.store.bell import EFFECTS
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.documents import EFFECT
from pipeline.effects import EFFECT_TYPES, Effect, EffectType

MOST_CRASHES = 5

CLAIM = """
with due as (
    select e.id from effects e
    where e.state = 'pending' and e.type = any($2) and e.available_at <= statement_timestamp()
      and (e.lease_until is null or e.lease_until < statement_timestamp())
      and not exists (select 1 from effects f where f.lane = e.lane and f.id < e.id and f.state = 'pending')
    order by e.available_at, e.id limit 1 for update of e skip locked
)
update effects e set attempts = attempts + 1, crashes = crashes + 1, lease_token = gen_random_uuid(), lease_until = clock_timestamp() + $1
from due where e.id = due.id
returning e.*, clock_timestamp() as now
"""

RETRY = """
update effects set lease_token = null, lease_until = null, last_error = $3, available_at = clock_timestamp() + $4,
    crashes = crashes - $5
where id = $1 and lease_token = $2 and state = 'pending' returning id
"""


class LeaseLost(Exception):
    """Somebody else works on this now: whatever we were about to write is theirs to write."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A claimed effect. `token` is the fencing token of its lease; `attempt` counts from 1, and so does `crashes`: the claims since the
    last answer, this one included. `now` is the database's clock at claim."""

    id: int
    effect: Effect
    attempt: int
    crashes: int
    token: UUID
    traceparent: str
    created_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class EffectQueue:
    """Effects that wait to be performed."""

    database: Database
    codec: Codecs

    async def claim(self, lease: timedelta, types: Sequence[EffectType] = EFFECT_TYPES) -> Errand | None:
        """Take the effect of these types that waits longest, if it is the first of its lane."""
        row = await self.database.change(lambda connection: connection.fetchrow(CLAIM, lease, list(types)))
        return None if row is None else self._errand(row)

    async def extend(self, errand: Errand, lease: timedelta) -> bool:
        """Keep the lease for as long again; False where it was lost."""
        sql = (
            "update effects set lease_until = clock_timestamp() + $3 where id = $1 and lease_token = $2 and state = 'pending' returning id"
        )
        return await self.database.change(lambda connection: connection.fetchval(sql, errand.id, errand.token, lease)) is not None

    async def done(self, errand: Errand, why: str = "") -> None:
        """It was performed. `why` is kept where it was not needed any more."""
        await self.database.change(lambda connection: finish(connection, errand, "done", why))

    async def bury(self, errand: Errand, error: str) -> None:
        """Trying again cannot help."""
        await self.database.change(lambda connection: finish(connection, errand, "dead", error))

    async def retry(self, errand: Errand, error: str, wait: timedelta, *, answered: bool) -> bool:
        """Try again after `wait`; `answered` where the world said so itself, so that this was no crash. False where the lease was lost."""
        given = (errand.id, errand.token, error or None, wait, errand.crashes if answered else 0)
        return await self.database.change(lambda connection: connection.fetchval(RETRY, *given)) is not None

    async def release(self, errand: Errand) -> bool:
        """Give it back because we stop; `attempts` still counts, as we may have been half way."""
        given = (errand.id, errand.token, None, timedelta(0), 1)
        return await self.database.run(lambda connection: self._release(connection, given))

    async def _release(self, connection: Connection, given: tuple[object, ...]) -> bool:
        found = await connection.fetchval(RETRY, *given)
        await connection.execute("select pg_notify($1, '')", EFFECTS)
        return found is not None

    def _errand(self, row: asyncpg.Record) -> Errand:
        return Errand(
            id=row["id"],
            effect=EFFECT.validate_json(self.codec.decode_text(row["payload"])),
            attempt=row["attempts"],
            crashes=row["crashes"],
            token=row["lease_token"],
            traceparent=row["traceparent"],
            created_at=row["created_at"],
            now=row["now"],
        )


# Whether another of its lane may go now: commits that ring wait for each other, so nobody is woken for nothing.
FINISH = f"""
with ended as (
    update effects e set state = $3, done_at = clock_timestamp(), lease_token = null, lease_until = null, last_error = $4
    where id = $1 and lease_token = $2 and state = 'pending'
    returning exists (select 1 from effects f where f.lane = e.lane and f.id > e.id and f.state = 'pending') as waited_for
), noted as ({audit.INTO} select $5, 'outbox', $6, null, null, null, $7, $8 from ended)
select case when waited_for then pg_notify('{EFFECTS}', '') end from ended
"""  # noqa: S608  # all parts are ours


async def hold(connection: Connection, errand: Errand) -> None:
    """Lock the errand's row for the rest of the transaction. Raises LeaseLost where it is not ours any more."""
    sql = "select 1 from effects where id = $1 and lease_token = $2 and state = 'pending' for update"
    if await connection.fetchval(sql, errand.id, errand.token) is None:
        raise LeaseLost


async def finish(connection: Connection, errand: Errand, state: str, why: str = "") -> None:
    """End the errand with one statement, within the caller's transaction if there is one. Raises LeaseLost."""
    detail = audit.as_json({"key": errand.effect.key, "attempt": str(errand.attempt), **({"why": why} if why else {})})
    noted = (errand.effect.case, f"{errand.effect.type}_{state}", errand.traceparent, detail)
    if await connection.fetchrow(FINISH, errand.id, errand.token, state, why or None, *noted) is None:
        raise LeaseLost
