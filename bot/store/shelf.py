"""Cards that are held back: gathered into one digest for a mailbox, posted after all where they are few, or opened one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import asyncpg

from bot.store import audit
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.rows import put_effects
from pipeline.backlog import Pile, Piled
from pipeline.case import CaseId, PersonId, Route, Status
from pipeline.digest import DigestId
from pipeline.effects import Effect, PostCard, PostDigest, UpdateDigest
from pipeline.email import MailboxId

MOST_URGENT = 10
"""Cards that are posted beside a digest at once."""

QUIET = timedelta(seconds=10)
LONGEST = timedelta(minutes=5)

# A pile is whole once nothing late waits to be read and none was added for a while; a very long one is told in parts.
LATE = """
select mailbox_id from messages s where shelved and digest_id is null and not dry_run
group by mailbox_id
having min(decided_at) < clock_timestamp() - $2::interval
    or (max(decided_at) < clock_timestamp() - $1::interval
        and not exists (select 1 from messages q where q.mailbox_id = s.mailbox_id and q.status in ('queued', 'working') and not q.dry_run
                        and q.received_at < clock_timestamp() - $3::interval))
"""
PAST = """
select b.mailbox_id from backlogs b where b.finished_at is not null and b.told_at is null
and not exists (select 1 from messages m where m.mailbox_id = b.mailbox_id and m.dry_run and m.status in ('queued', 'working'))
for update skip locked
"""
HELD = """
select id, urgency, traceparent from messages where mailbox_id = $1 and shelved and digest_id is null and dry_run = $2
order by array_position(array['urgent', 'high', 'normal', 'low'], urgency), received_at, id for update
"""
OPEN = "insert into digests (mailbox_id, until, kind) values ($1, clock_timestamp(), $2) returning id"
LISTED = "select * from messages where digest_id = $1 order by id"
FILED = "select count(*) from messages where mailbox_id = $1 and dry_run and status = 'ignored'"
UNSHELVE = "update messages set shelved = false where id = $1 and shelved returning mailbox_id, revision, traceparent, digest_id"


@dataclass(frozen=True, slots=True)
class Shelf:
    """`few` late mails get their cards all the same; late is what is read `late_after` it was received."""

    database: Database
    codec: Codecs
    few: int = 20
    late_after: timedelta = timedelta(hours=1)
    quiet: timedelta = QUIET

    async def gather(self) -> int:
        """Tell of every pile that is whole; how many mailboxes that were. Of two callers at once, one does it."""
        return await self.database.run(self._gather)

    async def _gather(self, connection: Connection) -> int:
        late = await connection.fetch(LATE, self.quiet, LONGEST, self.late_after)
        for row in late:
            await self._late(connection, MailboxId(row["mailbox_id"]))
        past = await connection.fetch(PAST)
        for row in past:
            await self._first(connection, MailboxId(row["mailbox_id"]))
        return len(late) + len(past)

    async def _late(self, connection: Connection, mailbox: MailboxId) -> None:
        held = await connection.fetch(HELD, mailbox, False)
        if len(held) > self.few:
            await self._tell(connection, mailbox, "late", held)
            held = [row for row in held if row["urgency"] == "urgent"][:MOST_URGENT]
        for row in held:
            await connection.execute("update messages set shelved = false where id = $1", row["id"])
            await put_effects(connection, self.codec, (PostCard(CaseId(row["id"])),), row["traceparent"])

    async def _first(self, connection: Connection, mailbox: MailboxId) -> None:
        await self._tell(connection, mailbox, "first", await connection.fetch(HELD, mailbox, True))
        await connection.execute("update backlogs set told_at = clock_timestamp() where mailbox_id = $1", mailbox)

    async def _tell(self, connection: Connection, mailbox: MailboxId, kind: str, held: Sequence[asyncpg.Record]) -> None:
        number = await connection.fetchval(OPEN, mailbox, kind)
        await connection.execute("update messages set digest_id = $2 where id = any($1)", [row["id"] for row in held], number)
        post, traceparent = PostDigest(DigestId(number), mailbox), audit.new_traceparent()
        detail = {"key": post.key, "mailbox": mailbox, "kind": kind, "mails": str(len(held))}
        await audit.write(connection, None, "clock", "digest", traceparent, detail=detail)
        await put_effects(connection, self.codec, (post,), traceparent)


async def pile(connection: Connection, codec: Codecs, digest: asyncpg.Record) -> Pile:
    """What a digest of kind "late" or "first" lists, as it is now."""
    mailbox, kind = MailboxId(digest["mailbox_id"]), _kind(digest["kind"])
    mails = tuple(_piled(codec, row) for row in await connection.fetch(LISTED, digest["id"]))
    if kind == "late":
        return Pile(DigestId(digest["id"]), mailbox, kind, mails)
    days = await connection.fetchval("select days from backlogs where mailbox_id = $1", mailbox)
    return Pile(DigestId(digest["id"]), mailbox, kind, mails, days or 0, await connection.fetchval(FILED, mailbox))


def _kind(name: str) -> Literal["late", "first"]:
    return "first" if name == "first" else "late"


def _piled(codec: Codecs, row: asyncpg.Record) -> Piled:
    return Piled(
        case=CaseId(row["id"]),
        sender=codec.decode_text(row["sender"]),
        subject=codec.decode_text(row["subject"]),
        intent=row["intent"] or "",
        urgency=row["urgency"] or "normal",
        would_be=Route(row["would_be"] or "human"),
        status=Status(row["status"]),
        received_at=row["received_at"],
        answered=row["answered"],
        shelved=row["shelved"],
    )


async def unshelve(connection: Connection, codec: Codecs, case: CaseId, by: PersonId) -> bool:
    """Have the card posted, and its digest drawn anew; False where that was done before."""
    row = await connection.fetchrow(UNSHELVE, case)
    if row is None:
        return False
    again = (UpdateDigest(case, MailboxId(row["mailbox_id"]), row["revision"]),) if row["digest_id"] else ()
    effects: tuple[Effect, ...] = (PostCard(case), *again)
    await put_effects(connection, codec, effects, row["traceparent"])
    await audit.write(connection, case, by, "open", row["traceparent"])
    return True
