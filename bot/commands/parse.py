"""`triage parse`: how a mail is read, and why it would be treated so."""

from contextlib import aclosing
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.terminal import out, run, table
from bot.mailbox.archives import mails
from bot.mailbox.reader import reader
from bot.model.spam.filter import load
from bot.ordered import ordered
from pipeline.case import NO_HISTORY
from pipeline.email import Address, Email
from pipeline.screening.spam import Judge
from pipeline.stages.prefilter import Screening, screen

AT_ONCE = 4


def parse_mails(
    paths: Annotated[list[Path], typer.Argument(help="Mails: .eml files, folders, Maildirs, mboxes, archives.")],
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a mail on stdout.")] = False,
    authserv_id: Annotated[list[str] | None, typer.Option(help="A server whose Authentication-Results are believed.")] = None,
    own: Annotated[list[str] | None, typer.Option(help="An address of ours, to recognise our own mail.")] = None,
    trust_spam_headers: Annotated[
        bool, typer.Option("--trust-spam-headers", help="Believe X-Spam headers, as the mailbox setting does.")
    ] = False,
) -> None:
    """Read mails as triage does and show what it sees: the newest text, the sender, what is automatic, spam or odd.

    Example: triage parse strange.eml --json
    """
    run(_parse(paths, as_json, frozenset(authserv_id or ()), frozenset(own or ()), Judge(load(), trust_spam_headers)))


async def _parse(paths: list[Path], as_json: bool, authserv_ids: frozenset[str], own: frozenset[str], judge: Judge) -> None:
    async with reader() as reading:

        async def read(mail: tuple[str, bytes]) -> Email:
            return await reading.read(mail[1], mail[0], datetime.now(UTC), authserv_ids)

        async with aclosing(ordered(chain.from_iterable(map(mails, paths)), read, at_once=AT_ONCE)) as emails:
            async for email in emails:
                _show(_row(email, own, judge), as_json)


def _show(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        out(row)
    else:
        table(row["source"], ("field", "value"), [(name, str(value)) for name, value in row.items() if name != "text"])


def _row(email: Email, own: frozenset[str], judge: Judge) -> dict[str, Any]:
    screening = screen(email, own, NO_HISTORY, judge=judge)
    automatic = screening.automatic
    reasons = [reason.text for reason in ((screening.ignore,) if screening.ignore else ()) + screening.may_answer]
    if email.authentication.verdict != "pass":
        reasons.append(email.authentication.why)
    return {
        "source": email.source,
        "message_id": email.message_id,
        "thread_id": email.thread_id,
        "sender": _address(email.sender),
        "reply_to": [_address(address) for address in email.reply_to],
        "to": [_address(address) for address in email.to],
        "cc": [_address(address) for address in email.cc],
        "subject": email.subject,
        "date": email.sent_at.isoformat() if email.sent_at else None,
        "language": email.language,
        "text": email.text,
        "reply": email.reply,
        "attachments": [{"name": a.name, "type": a.media_type, "size": a.size} for a in email.attachments],
        "automatic": {"kind": automatic.kind, "why": automatic.why} if automatic else None,
        "may_auto_reply": {"allowed": not reasons, "reasons": reasons},
        "spam": _spam(email, screening, judge),
        "bounced": email.returned or None if automatic and automatic.kind in ("bounce", "delay") else None,
        "authentication": {"verdict": email.authentication.verdict, "why": email.authentication.why},
        "defects": list(email.defects),
        "quarantined": email.quarantined,
    }


def _spam(email: Email, screening: Screening, judge: Judge) -> dict[str, Any] | None:
    """Why the mail is filed as spam or doubted. The score is the filter's, whoever decided; it says spam above the threshold."""
    if screening.spam is None or judge.model is None:
        return None
    filed = screening.spam is screening.ignore
    score, threshold = round(judge.model.score(email), 2), round(judge.model.threshold, 2)
    return {"filed": filed, "why": screening.spam.text, "score": score, "threshold": threshold, "filter": judge.model.version}


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}
