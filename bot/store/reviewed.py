"""What people said of the answers that were proposed: the labels that a classifier can learn from."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from bot.store.codec import Codecs
from bot.store.database import Database
from bot.store.documents import EMAIL, PARTS, Parts
from bot.store.models import REVIEWED
from pipeline.case import CaseId
from pipeline.email import Email

AT_ONCE = 100
"""Cases that are held in memory together."""

PAGE = f"""
select m.id, e.codec as email_codec, e.data as email, c.codec as case_codec, c.data as parts
from messages m
join bodies e on e.message_id = m.id and e.part = 'email'
join bodies c on c.message_id = m.id and c.part = 'case'
where {REVIEWED} and m.id < $1 order by m.id desc limit {AT_ONCE}
"""  # noqa: S608  # both parts are ours


@dataclass(frozen=True, slots=True)
class ReviewedCase:
    case: CaseId
    email: Email
    parts: Parts


async def now(database: Database) -> datetime:
    """The database's clock."""
    found: datetime = await database.run(lambda connection: connection.fetchval("select clock_timestamp()"))
    return found


async def reviewed(database: Database, codec: Codecs) -> AsyncIterator[ReviewedCase]:
    """Cases that people decided on, the newest first."""
    before = (1 << 63) - 1
    while rows := await database.run(lambda connection, before=before: connection.fetch(PAGE, before)):  # type: ignore[misc]
        for row in rows:
            email = EMAIL.validate_json(codec.decode(row["email_codec"], row["email"]))
            yield ReviewedCase(CaseId(row["id"]), email, PARTS.validate_json(codec.decode(row["case_codec"], row["parts"])))
        before = rows[-1]["id"]
