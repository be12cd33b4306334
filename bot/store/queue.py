"""The `messages` table as the work queue: in, claimed under a lease, settled or failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import asyncpg

from bot.store import audit, settling
from bot.store.bell import CASES
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.rows import put_bodies
from bot.store.settling import Job
from pipeline.case import Case, CaseId, History, Triaged
from pipeline.effects import Effect
from pipeline.email import Email, MailboxId
from pipeline.ports import Arrival, Recalled

MOST_ATTEMPTS = 5

INGEST = """
insert into messages (mailbox_id, source, rfc822_message_id, thread_id, sender, subject, received_at, traceparent, dry_run, answered)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
where not ($9 and exists (select 1 from deliveries where mailbox_id = $1 and source = $2))
on conflict (mailbox_id, source) do nothing returning id
"""

# Mails that died in somebody's hands are tried again one by one, the oldest first: one that kills the process takes no other along.
# A mailbox's past waits behind everything new, in its thread too.
CLAIM = f"""
with due as (
    select m.id, m.status as was from messages m
    where m.status in ('queued', 'working') and m.available_at <= statement_timestamp()
      and (m.lease_until is null or m.lease_until < statement_timestamp())
      and not exists (select 1 from messages e where e.mailbox_id = m.mailbox_id and e.thread_id = m.thread_id
                      and e.id < m.id and e.dry_run <= m.dry_run and e.status in ('queued', 'working'))
      and (m.crashes = 0 or not exists (select 1 from messages s where s.status = 'working' and s.id < m.id
           and s.crashes > case when s.lease_until < statement_timestamp() then 0 else 1 end))
    order by m.dry_run, m.available_at, m.id limit 1 for update of m skip locked
), taken as (
    update messages m set status = 'working', attempts = attempts + 1, crashes = crashes + 1,
        lease_token = gen_random_uuid(), lease_until = clock_timestamp() + $1
    from due where m.id = due.id
    returning m.*, due.was, clock_timestamp() as now
), noted as (
    {audit.INTO}
    select id, 'worker', 'claim', was, 'working', null, traceparent, jsonb_build_object('attempt', attempts::text) from taken
)
select taken.*, b.codec, b.data from taken left join bodies b on b.message_id = taken.id and b.part = 'raw'
"""  # noqa: S608  # all parts are ours

HISTORY = """
select count(*) filter (where thread_id = $3) as earlier,
       min(id) filter (where rfc822_message_id = $4 and content_sha256 = $5) as duplicate_of,
       coalesce(bool_or(rfc822_message_id = $4 and content_sha256 <> $5), false) as id_reused,
       exists (select 1 from spam_labels where message_id = $2 and verdict = 'ham') as cleared
from messages where mailbox_id = $1 and id < $2 and (thread_id = $3 or rfc822_message_id = $4)
"""

FAIL = """
update messages set status = 'queued', lease_token = null, lease_until = null, last_error = $3, attempts = attempts - $5, crashes = 0,
    available_at = clock_timestamp() + $4
where id = $1 and lease_token = $2 and status = 'working'
returning traceparent, attempts
"""


class Envelope(Protocol):
    """What must be known of a mail before anybody dares to read it."""

    @property
    def message_id(self) -> str: ...
    @property
    def thread_id(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def subject(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Queue:
    """Mails that wait to be triaged."""

    database: Database
    codec: Codecs

    async def ingest(self, mailbox: MailboxId, arrival: Arrival, envelope: Envelope, traceparent: str | None = None) -> CaseId | None:
        """Keep a mail; None where this `source` is kept already. Its trace goes on from `traceparent`, or starts here."""
        trace = traceparent or audit.new_traceparent()
        return await self.database.run(lambda connection: self._ingest(connection, mailbox, arrival, envelope, trace))

    async def recall(self, mailbox: MailboxId, mail: Recalled, envelope: Envelope) -> CaseId | None:
        """Keep a mail from before the mailbox was connected, for a dry run; None where it is kept, or on its way as a new one."""
        trace = audit.new_traceparent()
        return await self.database.run(lambda link: self._ingest(link, mailbox, mail.arrival, envelope, trace, (True, mail.answered)))

    async def claim(self, lease: timedelta) -> Job | None:
        """Take the mail that waits longest, if its thread has no earlier unfinished one; its attempt is counted at once."""
        return await self.database.change(lambda connection: self._claim(connection, lease))

    async def extend(self, job: Job, lease: timedelta) -> bool:
        """Keep the lease for as long again; False where it was lost."""
        sql = "update messages set lease_until = clock_timestamp() + $3 where id = $1 and lease_token = $2 returning id"
        return await self.database.change(lambda connection: connection.fetchval(sql, job.case, job.token, lease)) is not None

    async def history(self, job: Job, email: Email) -> History:
        """What our memory says of a mail that was read just now."""

        async def look(connection: Connection) -> History:
            known = (job.mailbox, job.case, job.thread_id, job.message_id, email.content_sha256)
            row = await connection.fetchrow(HISTORY, *known)
            assert row is not None
            twin = row["duplicate_of"]
            reused, dry = row["id_reused"] and twin is None, job.dry_run and not row["cleared"]
            return History(row["earlier"], None if twin is None else CaseId(twin), reused, row["cleared"], dry)

        return await self.database.look(look)

    async def settle(
        self, job: Job, email: Email, history: History, triaged: Triaged, effects: Sequence[Effect], *, shelve: bool = False
    ) -> bool:
        """Commit all that was made of the mail, in one transaction; False (and nothing written) where the lease was lost.

        `shelve` holds its card back until a digest has told of it, or somebody opens it.
        """
        return await self.database.run(
            lambda connection: settling.settle(connection, self.codec, job, email, history, triaged, effects, shelve=shelve)
        )

    async def bury(self, job: Job, remains: Case, effects: Sequence[Effect]) -> bool:
        """Put a mail that stopped every attempt before a person as `remains`; False where the lease was lost."""
        return await self.database.run(lambda connection: settling.bury(connection, self.codec, job, remains, effects))

    async def fail(self, job: Job, error: str, wait: timedelta) -> bool:
        """Give the mail back for another attempt after `wait`. `error` names what went wrong without quoting the mail."""
        return await self._give_back(job, "failed", error, wait, 0)

    async def release(self, job: Job) -> bool:
        """Give the mail back because we stop; this attempt does not count."""
        return await self._give_back(job, "released", "", timedelta(0), 1)

    async def _ingest(
        self,
        connection: Connection,
        mailbox: MailboxId,
        arrival: Arrival,
        envelope: Envelope,
        traceparent: str,
        past: tuple[bool, bool] = (False, False),
    ) -> CaseId | None:
        text = self.codec.encode_text
        key = (mailbox, arrival.source, _plain(envelope.message_id), _plain(envelope.thread_id))
        shown = (text(envelope.sender), text(envelope.subject), arrival.received_at)
        found = await connection.fetchval(INGEST, *key, *shown, traceparent, *past)
        if found is None:
            return None
        await put_bodies(connection, self.codec, CaseId(found), {"raw": arrival.raw})
        await audit.write(connection, found, "ingest", "arrive", traceparent, change=(None, "queued"), revision=0)
        await connection.execute("select pg_notify($1, '')", CASES)
        return CaseId(found)

    async def _claim(self, connection: Connection, lease: timedelta) -> Job | None:
        row = await connection.fetchrow(CLAIM, lease)
        if row is None:
            return None
        return self._job(row, self.codec.decode(row["codec"], row["data"]) if row["codec"] is not None else b"")

    def _job(self, row: asyncpg.Record, raw: bytes) -> Job:
        return Job(
            case=CaseId(row["id"]),
            mailbox=MailboxId(row["mailbox_id"]),
            source=row["source"],
            message_id=row["rfc822_message_id"],
            thread_id=row["thread_id"],
            sender=self.codec.decode_text(row["sender"]),
            subject=self.codec.decode_text(row["subject"]),
            received_at=row["received_at"],
            raw=raw,
            revision=row["revision"],
            attempt=row["attempts"],
            token=row["lease_token"],
            now=row["now"],
            dry_run=row["dry_run"],
        )

    async def _give_back(self, job: Job, action: str, error: str, wait: timedelta, uncounted: int) -> bool:
        async def give(connection: Connection) -> bool:
            row = await connection.fetchrow(FAIL, job.case, job.token, error or None, wait, uncounted)
            if row is None:
                return False
            detail = {"attempt": str(job.attempt), **({"error": error} if error else {})}
            await audit.write(connection, job.case, "worker", action, row["traceparent"], change=("working", "queued"), detail=detail)
            await connection.execute("select pg_notify($1, '')", CASES)
            return True

        return await self.database.run(give)


def _plain(identifier: str) -> str:
    return identifier.replace("\0", "").encode("utf-8", "replace").decode()
