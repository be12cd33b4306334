"""The two-phase send as rows: reserved (and counted), drafted, sending, and how it ended."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from bot.store import audit, caps
from bot.store.caps import Hit, Use
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.effects import Errand, LeaseLost, finish, hold
from bot.store.rows import put_effects
from bot.store.transitions import write_move
from pipeline.case import Case, CaseId
from pipeline.effects import Effect, Forward
from pipeline.policy.content import Caps
from pipeline.review import Move

REPLY, FORWARD = 0, 1
"""The slots of a mail: each gives one mail of ours at most."""

Allow = Callable[[Connection], Awaitable[None]]
"""Asked once more within the transaction after which a mail may leave; it raises where the mail must not."""

SendState = Literal["reserved", "drafted", "sending", "sent", "unknown", "cancelled"]

# Only a cancelled send of the same case may be made anew; the unique key refuses everything else.
RESERVE = """
insert into sends (message_id, mailbox_id, rfc822_message_id, send_id, state, mail_codec, mail, mail_sha256, reply_slot)
values ($1, $2, $3, $4, 'reserved', $5, $6, encode(sha256($7), 'hex'), $8)
on conflict (mailbox_id, rfc822_message_id, reply_slot) do update set
    send_id = excluded.send_id, state = 'reserved', provider_draft_id = null, mail_codec = excluded.mail_codec, mail = excluded.mail,
    mail_sha256 = excluded.mail_sha256, attempt = sends.attempt + 1, last_attempt_at = null, reserved_at = clock_timestamp()
where sends.message_id = excluded.message_id and sends.state = 'cancelled'
returning *, clock_timestamp() as now
"""

# What waited in the queue while the card was drawn came before it, but nobody could see it there.
NEWER = """
with drawn as (
    select a.at, a.actor from audit_log a
    where a.message_id = $1 and a.actor in ('worker', 'outbox') and a.revision is not null and a.revision < $2
    order by a.at desc limit 1
)
select n.id from messages n join messages m on m.id = $1 cross join drawn d
where n.mailbox_id = m.mailbox_id and n.thread_id = m.thread_id and n.id > m.id and n.status <> 'ignored' and not n.dry_run
  and n.rfc822_message_id <> m.rfc822_message_id
  and (n.ingested_at > d.at or (d.actor = 'worker' and coalesce(n.decided_at, 'infinity') > d.at))
order by n.id limit 1
"""


@dataclass(frozen=True, slots=True)
class Send:
    """One mail on its way. `mail` is the exact bytes; `draft_id` the provider's id of the draft, once there is one."""

    id: int
    case: CaseId
    send_id: UUID
    state: SendState
    draft_id: str | None
    mail: bytes
    last_attempt_at: datetime | None
    now: datetime

    def remaining(self, settles_within: timedelta) -> timedelta:
        """How long the provider may still change its mind; zero or less where it may not."""
        return timedelta(0) if self.last_attempt_at is None else self.last_attempt_at + settles_within - self.now


@dataclass(frozen=True, slots=True)
class Sends:
    """Every step is one transaction with its audit row, fenced by the errand's lease: they raise LeaseLost and then wrote nothing."""

    database: Database
    codec: Codecs

    async def of(self, case: CaseId, slot: int = REPLY) -> Send | None:
        sql = "select *, clock_timestamp() as now from sends where message_id = $1 and reply_slot = $2 order by id desc limit 1"
        row = await self.database.run(lambda connection: connection.fetchrow(sql, case, slot))
        return None if row is None else self._send(row)

    async def newer_mail(self, case: CaseId, revision: int) -> CaseId | None:
        """A mail of the same thread that we read after we last drew the card, before the approval that made this `revision`."""
        return await self.database.run(lambda connection: newer_mail(connection, case, revision))

    async def reserve(
        self, errand: Errand, case: Case, send_id: UUID, mail: bytes, most: Caps, use: Use, slot: int = REPLY
    ) -> Send | Hit | None:
        """Take the place in this slot of the mail, and count it. None where another case has it, Hit where a cap is reached."""

        async def take(connection: Connection) -> Send | Hit | None:
            await hold(connection, errand)
            if full := await caps.hit(connection, most, use):
                return full
            key = (case.id, case.mailbox, case.email.message_id or f"case:{case.id}", send_id)
            row = await connection.fetchrow(RESERVE, *key, self.codec.name, self.codec.encode(mail), mail, slot)
            if row is None:
                return None
            await caps.note(connection, row["id"], use)
            await self._note(connection, errand, "reserved", {"send_id": str(send_id), "mail_sha256": row["mail_sha256"]})
            return self._send(row)

        return await self.database.run(take)

    async def drafted(self, errand: Errand, send: Send, draft_id: str) -> Send:
        """The provider keeps the draft under this id."""
        sql = (
            "update sends set state = 'drafted', provider_draft_id = $2"
            " where id = $1 and state = 'reserved' returning *, clock_timestamp() as now"
        )
        return await self._step(errand, "drafted", {"draft_id": draft_id}, sql, send.id, draft_id)

    async def sending(self, errand: Errand, send: Send, allow: Allow) -> Send:
        """From now on nobody can know whether it went out before somebody has looked. `allow` may raise: then nothing was written."""
        sql = (
            "update sends set state = 'sending', last_attempt_at = clock_timestamp()"
            " where id = $1 and state in ('drafted', 'sending') returning *, clock_timestamp() as now"
        )
        return await self._step(errand, "sending", {"draft_id": send.draft_id or ""}, sql, send.id, allow=allow)

    async def conclude(self, errand: Errand, state: SendState | None, before: Case, move: Move, *, dead: bool = False) -> Case:
        """End the errand, the send (if there is one) and the case's waiting in one transaction."""

        async def end(connection: Connection) -> Case:
            await finish(connection, errand, "dead" if dead else "done", move.action)
            if state is not None:
                await self._close(connection, before.id, state)
            after = await write_move(connection, self.codec, before, move)
            if after is None:
                raise LeaseLost
            return after

        return await self.database.run(end)

    async def settle(self, errand: Errand, state: SendState | None, effects: Sequence[Effect], why: str, *, dead: bool = False) -> None:
        """End the errand of a forward, its send (if there is one), and say what is to be said of it, in one transaction."""

        async def end(connection: Connection) -> None:
            await finish(connection, errand, "dead" if dead else "done", why)
            if state is not None and errand.effect.case is not None:
                await self._close(connection, errand.effect.case, state, FORWARD)
                await self._note(connection, errand, state, {})
            await put_effects(connection, self.codec, effects, errand.traceparent)

        await self.database.run(end)

    async def _close(self, connection: Connection, case: CaseId, state: SendState, slot: int = REPLY) -> None:
        sql = (
            "update sends set state = $2, sent_at = case when $2 = 'sent' then clock_timestamp() end"
            " where message_id = $1 and reply_slot = $3 and state <> 'cancelled'"
        )
        await connection.execute(sql, case, state, slot)

    async def _step(
        self, errand: Errand, state: SendState, detail: dict[str, str], sql: str, *given: object, allow: Allow | None = None
    ) -> Send:
        async def step(connection: Connection) -> Send:
            await hold(connection, errand)
            if allow is not None:
                await allow(connection)
            row = await connection.fetchrow(sql, *given)
            if row is None:
                raise LeaseLost
            await self._note(connection, errand, state, detail)
            return self._send(row)

        return await self.database.run(step)

    async def _note(self, connection: Connection, errand: Errand, state: SendState, detail: dict[str, str]) -> None:
        await audit.write(connection, errand.effect.case, "outbox", f"{_kind(errand.effect)}_{state}", errand.traceparent, detail=detail)

    def _send(self, row: asyncpg.Record) -> Send:
        return Send(
            id=row["id"],
            case=CaseId(row["message_id"]),
            send_id=row["send_id"],
            state=row["state"],
            draft_id=row["provider_draft_id"],
            mail=self.codec.decode(row["mail_codec"], row["mail"]),
            last_attempt_at=row["last_attempt_at"],
            now=row["now"],
        )


async def newer_mail(connection: Connection, case: CaseId, revision: int) -> CaseId | None:
    found = await connection.fetchval(NEWER, case, revision)
    return None if found is None else CaseId(found)


async def always(connection: Connection) -> None:
    """Somebody approved it."""


def _kind(effect: Effect) -> str:
    return "forward" if isinstance(effect, Forward) else "send"
