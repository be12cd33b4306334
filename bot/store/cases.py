"""The cases as handlers and the outbox see them: the Cases port over PostgreSQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from bot.store import audit, figures, shelf
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from bot.store.documents import DRAFT, EMAIL, PARTS
from bot.store.labels import revealed
from bot.store.transitions import traceparent_of, write_move
from pipeline.case import Case, CaseId, PersonId, Status
from pipeline.email import MailboxId
from pipeline.ports import Figures, Waiting
from pipeline.review import OPEN, Move

LOAD = """
select m.id, m.revision, m.status, m.mailbox_id, m.sends_at, e.codec as email_codec, e.data as email,
       c.codec as case_codec, c.data as parts,
       d.codec as draft_codec, d.data as draft
from messages m
join bodies e on e.message_id = m.id and e.part = 'email'
join bodies c on c.message_id = m.id and c.part = 'case'
left join lateral (select codec, data from drafts where message_id = m.id order by version desc limit 1) d on true
where m.id = $1
"""

SCHEDULED = "select 1 from messages where id = $1 and revision = $2 and status = 'scheduled' for no key update"

WAITING = """
select m.*, c.channel, c.ts from messages m left join cards c on c.message_id = m.id and c.kind = 'root'
where m.mailbox_id = any($1) and m.status = any($2) and not (m.dry_run and m.shelved)
order by m.respond_by nulls last, m.received_at, m.id limit $3
"""


ANSWERED = """
select id from messages where mailbox_id = $1 and (rfc822_message_id = $2 or thread_id = $3) and status <> 'ignored'
order by rfc822_message_id = $2 desc, id desc limit 1
"""

OURS = "select exists (select 1 from sends where mailbox_id = $1 and (provider_draft_id = $2 or send_id::text = $3))"


def no_permalink(channel: str, ts: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class PostgresCases:
    """Implements pipeline.ports.Cases. `permalink` makes a link from a card's channel and ts."""

    database: Database
    codec: Codecs
    permalink: Callable[[str, str], str] = no_permalink

    async def load(self, case: CaseId) -> Case | None:
        """The case as it is now; None where there is none, or nobody has read its mail yet."""
        return await self.database.look(lambda connection: load(connection, self.codec, case))

    async def commit(self, before: Case, move: Move) -> Case | None:
        """Write the move in one transaction if the case is still at `before.revision`; None where somebody was first."""
        return await self.database.run(lambda connection: write_move(connection, self.codec, before, move))

    async def first_text(self, case: CaseId) -> str:
        """The text of the draft's version 1, before anybody edited it; empty where there was no draft."""
        sql = "select draft_text from drafts where message_id = $1 and version = 1"
        found = await self.database.run(lambda connection: connection.fetchval(sql, case))
        return "" if found is None else self.codec.decode_text(found)

    async def reveal(self, case: CaseId, by: PersonId) -> None:
        """Keep that this person was shown what the rules allow before the case was decided, so that its label does not count."""

        async def keep(connection: Connection) -> None:
            await revealed(connection, case)
            await audit.write(connection, case, by, "reveal", await traceparent_of(connection, case))

        await self.database.run(keep)

    async def raw(self, case: CaseId) -> bytes | None:
        """The mail as it came, byte for byte."""
        sql = "select codec, data from bodies where message_id = $1 and part = 'raw'"
        found = await self.database.run(lambda connection: connection.fetchrow(sql, case))
        return None if found is None else self.codec.decode(found["codec"], found["data"])

    async def open(self, case: CaseId, by: PersonId) -> bool:
        """Have the card posted that was held back, and the digest say so; False where there is one already."""
        return await self.database.run(lambda connection: shelf.unshelve(connection, self.codec, case, by))

    async def at_card(self, channel: str, ts: str) -> CaseId | None:
        """The case that one of our cards shows."""
        sql = "select message_id from cards where channel = $1 and ts = $2"
        found = await self.database.run(lambda connection: connection.fetchval(sql, channel, ts))
        return None if found is None else CaseId(found)

    async def at_source(self, mailbox: MailboxId, source: str) -> tuple[CaseId, Status] | None:
        """The case of the mail that the provider calls so."""
        sql = "select id, status from messages where mailbox_id = $1 and source = $2"
        found = await self.database.run(lambda connection: connection.fetchrow(sql, mailbox, source))
        return None if found is None else (CaseId(found["id"]), Status(found["status"]))

    async def answered(self, mailbox: MailboxId, in_reply_to: str, thread_id: str) -> CaseId | None:
        """The case that a mail with these ids answers: the very mail, or else the newest of the thread; None where it is none of ours."""
        found = await self.database.run(lambda connection: connection.fetchval(ANSWERED, mailbox, in_reply_to, thread_id))
        return None if found is None else CaseId(found)

    async def sent_by_us(self, mailbox: MailboxId, source: str, message_id: str) -> bool:
        """Whether a sent mail is one of our own sends, by the draft's id or by the Message-ID that we gave it."""
        send_id = message_id.partition("@")[0]
        return bool(await self.database.run(lambda connection: connection.fetchval(OURS, mailbox, source, send_id)))

    async def waiting(self, mailboxes: Sequence[MailboxId], most: int) -> Sequence[Waiting]:
        """Cases that wait for a person or could be held by one, the nearest deadline first."""
        waited = [status.value for status in (*OPEN, Status.SCHEDULED)]
        rows = await self.database.run(lambda connection: connection.fetch(WAITING, list(mailboxes), waited, most))
        return [self._waiting(row) for row in rows]

    async def figures(self, since: datetime) -> Figures:
        return await self.database.run(lambda connection: figures.figures(connection, since))

    def _waiting(self, row: asyncpg.Record) -> Waiting:
        return Waiting(
            case=CaseId(row["id"]),
            mailbox=MailboxId(row["mailbox_id"]),
            status=Status(row["status"]),
            sender=self.codec.decode_text(row["sender"]),
            subject=self.codec.decode_text(row["subject"]),
            intent=row["intent"] or "",
            urgency=row["urgency"] or "normal",
            owner=row["owner"] or "",
            received_at=row["received_at"],
            respond_by=row["respond_by"],
            permalink=self.permalink(row["channel"], row["ts"]) if row["ts"] else "",
        )


async def scheduled(connection: Connection, codec: Codecs, case: CaseId, revision: int) -> Case | None:
    """The case if it is still scheduled at this revision, its row locked for the rest of the transaction."""
    held = await connection.fetchval(SCHEDULED, case, revision)
    return None if held is None else await load(connection, codec, case)


async def load(connection: Connection, codec: Codecs, case: CaseId) -> Case | None:
    row = await connection.fetchrow(LOAD, case)
    if row is None:
        return None
    email = EMAIL.validate_json(codec.decode(row["email_codec"], row["email"]))
    parts = PARTS.validate_json(codec.decode(row["case_codec"], row["parts"]))
    draft = DRAFT.validate_json(codec.decode(row["draft_codec"], row["draft"])) if row["draft"] is not None else None
    return Case(
        id=CaseId(row["id"]),
        revision=row["revision"],
        status=Status(row["status"]),
        mailbox=MailboxId(row["mailbox_id"]),
        email=email,
        classification=parts.classification,
        context=parts.context,
        decision=parts.decision,
        draft=draft,
        outcome=parts.outcome,
        note=parts.note,
        agreed=parts.agreed,
        looked=parts.looked,
        sends_at=row["sends_at"],
        seeded=parts.seeded,
    )
