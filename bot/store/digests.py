"""The digests: which filed mails each one lists, and which Slack messages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from bot.store import audit
from bot.store.cases import load
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.documents import TRIAGED
from bot.store.effects import Errand, hold
from bot.store.rows import put_effects
from bot.store.shelf import pile
from pipeline.backlog import Pile
from pipeline.case import CaseId
from pipeline.digest import Digest, DigestId, Filed, filed
from pipeline.effects import PostDigest
from pipeline.email import MailboxId
from pipeline.ports import Place

# What was filed long ago, before there were digests, is nobody's news.
UNLISTED = "status = 'ignored' and digest_id is null and decided_at > $1::timestamptz - interval '7 days'"
INBOXES = f"select distinct mailbox_id from messages where {UNLISTED} order by mailbox_id"  # noqa: S608  # both parts are ours
OPEN = "insert into digests (mailbox_id, until) values ($1, $2) on conflict (mailbox_id, until) do nothing returning id"
TAKE = f"update messages set digest_id = $3 where mailbox_id = $2 and {UNLISTED}"  # noqa: S608
LISTED = """
select m.id, l.said_name, d.codec, d.output
from messages m
left join spam_labels l on l.message_id = m.id and l.verdict = 'ham'
left join lateral (select codec, output from decisions where message_id = m.id order by attempt limit 1) d on true
where m.digest_id = $1 order by m.id
"""
REMEMBER = """
insert into digest_pages (digest_id, page, channel, ts) values ($1, $2, $3, $4)
on conflict (digest_id, page) do update set channel = excluded.channel, ts = excluded.ts
"""


@dataclass(frozen=True, slots=True)
class Digests:
    """Every filed mail is listed in one digest and in no other."""

    database: Database
    codec: Codecs

    async def gather(self, until: datetime) -> int:
        """Make a digest for each inbox in which something was filed since its last one; how many. A second call with the same
        `until` makes none."""
        return await self.database.run(lambda connection: self._gather(connection, until))

    async def load(self, digest: DigestId) -> Digest | Pile | None:
        """The digest with its mails as they are now; a Pile where they were held back (bot/store/shelf.py)."""
        return await self.database.run(lambda connection: self._load(connection, digest))

    async def listing(self, case: CaseId) -> DigestId | None:
        """The digest that lists this case."""
        found = await self.database.run(lambda link: link.fetchval("select digest_id from messages where id = $1", case))
        return None if found is None else DigestId(found)

    async def placed(self, digest: DigestId) -> Mapping[int, Place]:
        """Where each page stands."""
        sql = "select page, channel, ts from digest_pages where digest_id = $1"
        rows = await self.database.run(lambda connection: connection.fetch(sql, digest))
        return {row["page"]: Place(row["channel"], row["ts"]) for row in rows}

    async def remember(self, errand: Errand, digest: DigestId, page: int, place: Place) -> None:
        """Keep where a page stands. Raises LeaseLost where somebody else draws it now."""

        async def keep(connection: Connection) -> None:
            await hold(connection, errand)
            await connection.execute(REMEMBER, digest, page, place.channel, place.ts)

        await self.database.run(keep)

    async def _gather(self, connection: Connection, until: datetime) -> int:
        made = 0
        for row in await connection.fetch(INBOXES, until):
            number = await connection.fetchval(OPEN, row["mailbox_id"], until)
            if number is None:
                continue
            await connection.execute(TAKE, until, row["mailbox_id"], number)
            post = PostDigest(DigestId(number), MailboxId(row["mailbox_id"]))
            traceparent = audit.new_traceparent()
            await audit.write(connection, None, "clock", "digest", traceparent, detail={"key": post.key, "mailbox": post.mailbox})
            await put_effects(connection, self.codec, (post,), traceparent)
            made += 1
        return made

    async def _load(self, connection: Connection, digest: DigestId) -> Digest | Pile | None:
        row = await connection.fetchrow("select * from digests where id = $1", digest)
        if row is None:
            return None
        if row["kind"] != "filed":
            return await pile(connection, self.codec, row)
        mails = [await self._filed(connection, listed) for listed in await connection.fetch(LISTED, digest)]
        return Digest(digest, MailboxId(row["mailbox_id"]), row["until"], tuple(mail for mail in mails if mail))

    async def _filed(self, connection: Connection, row: asyncpg.Record) -> Filed | None:
        case = await load(connection, self.codec, CaseId(row["id"]))
        if case is None or row["output"] is None:
            return None
        first = TRIAGED.validate_json(self.codec.decode(row["codec"], row["output"]))
        return filed(case, first.decision.reasons, row["said_name"] or "")
