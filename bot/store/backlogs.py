"""The dry run over a mailbox's past, as rows: asked for once, and which mails are still to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import audit
from bot.store.database import Connection, Database
from pipeline.email import MailboxId

ASK = "insert into backlogs (mailbox_id, days, since) values ($1, $2, $3) on conflict do nothing returning mailbox_id"
LIST = """
insert into backlog_mails (mailbox_id, reference)
select $1, given.reference from unnest($2::text[]) with ordinality as given (reference, place) order by given.place
on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Backlogs:
    """One request for each mailbox, for ever: a restart goes on with it and never repeats it."""

    database: Database

    async def since(self, mailbox: MailboxId) -> datetime | None:
        """From when on the past was asked for; None where nobody asked yet."""
        sql = "select since from backlogs where mailbox_id = $1"
        found: datetime | None = await self.database.run(lambda connection: connection.fetchval(sql, mailbox))
        return found

    async def start(self, days: int) -> datetime:
        """So many days before now, by the database's clock."""
        sql = "select clock_timestamp() - $1::interval"
        found: datetime = await self.database.run(lambda connection: connection.fetchval(sql, timedelta(days=days)))
        return found

    async def ask(self, mailbox: MailboxId, days: int, since: datetime, references: Sequence[str]) -> None:
        """Keep what is to be read. Asking twice changes nothing."""

        async def keep(connection: Connection) -> None:
            if await connection.fetchval(ASK, mailbox, days, since) is None:
                return
            await connection.execute(LIST, mailbox, list(references))
            detail = {"mailbox": mailbox, "days": str(days), "mails": str(len(references))}
            await audit.write(connection, None, "ingest", "backlog", audit.new_traceparent(), detail=detail)

        await self.database.run(keep)

    async def left(self, mailbox: MailboxId, most: int) -> Sequence[str]:
        """References still to be read, in their order."""
        sql = "select reference from backlog_mails where mailbox_id = $1 order by position limit $2"
        rows = await self.database.run(lambda connection: connection.fetch(sql, mailbox, most))
        return [row["reference"] for row in rows]

    async def read(self, mailbox: MailboxId, reference: str) -> None:
        """This one is done with."""
        sql = "delete from backlog_mails where mailbox_id = $1 and reference = $2"
        await self.database.run(lambda connection: connection.execute(sql, mailbox, reference))

    async def finish(self, mailbox: MailboxId) -> None:
        """Every mail is in our memory: once they are triaged, the channel is told."""
        sql = "update backlogs set finished_at = clock_timestamp() where mailbox_id = $1 and finished_at is null"
        await self.database.run(lambda connection: connection.execute(sql, mailbox))
