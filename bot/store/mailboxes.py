"""What the mailbox adapters remember between two runs: the Memory port."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.store.database import Database
from pipeline.email import MailboxId

SAVE = """
insert into mailboxes (id, memory) values ($1, $2)
on conflict (id) do update set memory = excluded.memory, updated_at = clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class MailboxMemory:
    """Implements pipeline.ports.Memory for one mailbox."""

    database: Database
    mailbox: MailboxId

    async def load(self) -> Mapping[str, object]:
        sql = "select memory from mailboxes where id = $1"
        found = await self.database.run(lambda connection: connection.fetchval(sql, self.mailbox))
        return {} if found is None else dict(json.loads(found))

    async def save(self, kept: Mapping[str, object]) -> None:
        text = json.dumps(kept)
        await self.database.run(lambda connection: connection.execute(SAVE, self.mailbox, text))
