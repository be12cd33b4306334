"""Mails that are too large for an outside queue wait in Postgres; the delivery then only names them."""

from dataclasses import dataclass

from bot.queue import Delivery
from bot.store.codec import Codecs
from bot.store.database import Connection, Database
from pipeline.errors import Permanent

FIND = """
select codec, data from spool where mailbox_id = $1 and source = $2
union all
select b.codec, b.data from messages m join bodies b on b.message_id = m.id and b.part = 'raw' where m.mailbox_id = $1 and m.source = $2
limit 1
"""


@dataclass(frozen=True, slots=True)
class Spool:
    """Keeps bytes under mailbox and source until their delivery is a case."""

    database: Database
    codec: Codecs

    async def keep(self, delivery: Delivery) -> None:
        """Doing it twice is harmless."""
        assert delivery.raw is not None
        sql = "insert into spool (mailbox_id, source, codec, data) values ($1, $2, $3, $4) on conflict do nothing"
        given = (delivery.mailbox, delivery.source, self.codec.name, self.codec.encode(delivery.raw))
        await self.database.run(lambda connection: connection.execute(sql, *given))

    async def raw(self, delivery: Delivery) -> bytes:
        """The mail itself, also where it is a case already. Permanent where nobody has it."""
        if delivery.raw is not None:
            return delivery.raw
        row = await self.database.run(lambda connection: connection.fetchrow(FIND, delivery.mailbox, delivery.source))
        if row is None:
            raise Permanent(f"The mail {delivery.source} of {delivery.mailbox} is in no spool. Fetch it again from the mailbox.")
        return self.codec.decode(row["codec"], row["data"])

    async def drop(self, delivery: Delivery) -> None:
        """It is a case now."""

        async def remove(connection: Connection) -> None:
            await connection.execute("delete from spool where mailbox_id = $1 and source = $2", delivery.mailbox, delivery.source)

        if delivery.raw is None:
            await self.database.run(remove)
