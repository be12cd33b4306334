"""Linking a report of a mail system to the reply that it is about, within the transaction that files the report."""

from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import getaddresses

import asyncpg

from bot.store import audit
from bot.store.cases import load
from bot.store.codec import Codecs
from bot.store.database import Connection
from bot.store.rows import put_effects
from bot.store.sends import FORWARD
from bot.store.transitions import write_move
from pipeline import bounce
from pipeline.case import Case, CaseId
from pipeline.digest import filed_for

# Mail systems give up after five days or so; what comes much later is not believed.
NAMED = """
select s.message_id, s.reply_slot, s.mail_codec, s.mail, m.traceparent
from sends s join messages m on m.id = s.message_id
where s.send_id = $1 and s.mailbox_id = $2 and s.state in ('sending', 'sent', 'unknown')
  and coalesce(s.sent_at, s.last_attempt_at) > clock_timestamp() - interval '14 days'
for update of m
"""


async def link(connection: Connection, codec: Codecs, filed: Case, at: datetime, traceparent: str) -> None:
    """Where `filed` is a report on a send of the same mailbox: tell its case, and note the link with both of them."""
    told = bounce.report(filed.email, filed_for(filed.decision.reasons) if filed.decision else None)
    row = await connection.fetchrow(NAMED, told.send_id, filed.mailbox) if told else None
    case = await load(connection, codec, CaseId(row["message_id"])) if row else None
    if told is None or row is None or case is None:
        return
    text = bounce.sentence(told, _recipients(codec, row), forward=row["reply_slot"] == FORWARD)
    detail = {"case": str(case.id), "send_id": str(told.send_id)}
    await audit.write(connection, filed.id, "worker", "report_on", traceparent, detail=detail)
    if move := bounce.bounced(case, told, text, filed.id, at):
        await write_move(connection, codec, case, move)
        return
    await put_effects(connection, codec, (bounce.telling(case, told, text),), row["traceparent"])
    detail = {"report": str(filed.id), "send_id": str(told.send_id), "status": told.status[:10]}
    await audit.write(connection, case.id, "mailbox", "delayed" if told.late else "bounce_told", row["traceparent"], detail=detail)


def _recipients(codec: Codecs, row: asyncpg.Record) -> frozenset[str]:
    """To whom our own mail went, from its own bytes."""
    head = BytesHeaderParser().parsebytes(codec.decode(row["mail_codec"], row["mail"]))
    return frozenset(address.lower() for _, address in getaddresses([*head.get_all("To", []), *head.get_all("Cc", [])]) if address)
