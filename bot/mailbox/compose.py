"""A reply, or a mail handed on, as the exact bytes to send: every header is made by code, and the finished bytes are checked."""

import html
import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from bot.mailbox.finished import Expected, check
from bot.mailbox.inert import inert, plain, word
from pipeline.case import Case, Draft
from pipeline.email import Address, Email, MailboxId
from pipeline.errors import Permanent
from pipeline.recipients import Recipients, recipients

MAX_SUBJECT = 250
MAX_NAME = 80
MAX_REFERENCES = 20
MAX_ATTACHED = 15_000_000
"""Bytes: a third more in base64 still passes every provider's 25 MB."""
MADE_UP = "@missing.invalid"
"""How mime.py ends the id of a mail that came without one; the sender has never seen it."""
MESSAGE_ID = re.compile(r"[!-;=?A-Z\[\]^-~]{1,250}@[!-;=?A-Z\[\]^-~]{1,250}")

Fields = tuple[tuple[str, str], ...]
ANSWERED: Fields = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))
GENERATED: Fields = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"))


@dataclass(frozen=True, slots=True)
class _Letter:
    """What every mail of ours has: who sends it to whom, when, about what."""

    mailbox: MailboxId
    company: str
    whom: Recipients
    subject: str
    at: datetime
    send_id: str

    @property
    def message_id(self) -> str:
        return f"<{self.send_id}@{self.mailbox.rpartition('@')[2]}>"

    def fields(self, *more: tuple[str, str]) -> Fields:
        return (
            ("From", formataddr((word(inert(self.company, MAX_NAME)), self.mailbox))),
            ("To", _listed(self.whom.to)),
            *((("Cc", _listed(self.whom.cc)),) if self.whom.cc else ()),
            ("Subject", word(self.subject)),
            ("Date", format_datetime(self.at)),
            ("Message-ID", self.message_id),
            *more,
            ("X-Triage-Send-Id", self.send_id),
        )

    def expected(self, text: str, fields: Fields) -> Expected:
        to, cc = (tuple(one.address for one in group) for group in (self.whom.to, self.whom.cc))
        names = tuple(name.lower() for name, _ in fields)
        return Expected(self.mailbox, to, cc, self.subject, self.send_id, self.message_id, text, names)


def reply(
    case: Case,
    draft: Draft,
    mailbox: MailboxId,
    send_id: str,
    at: datetime,
    automatic: bool,
    *,
    company: str = "",
    own: frozenset[str] = frozenset(),
    forms: frozenset[str] = frozenset(),
) -> bytes:
    """The draft as a reply to exactly whom pipeline/recipients.py allows. Raises Permanent where that cannot be done safely.

    `own` are our addresses, which never get an answer; `forms` the contact forms whose Reply-To is believed.
    """
    whom = recipients(case.email, draft, own | {mailbox}, forms, automatic=automatic)
    letter = _Letter(mailbox, company, whom, inert(draft.subject, MAX_SUBJECT), at, send_id)
    fields = (*letter.fields(*_threading(case.email)), *(ANSWERED if automatic else ()))
    text = plain(draft.text)
    raw = _head(fields) + _content(text, send_id).as_bytes()
    check(raw, letter.expected(text, fields))
    return raw


def forward(
    case: Case,
    original: bytes,
    to: str,
    send_id: str,
    at: datetime,
    automatic: bool,
    *,
    aliases: frozenset[str],
    company: str = "",
) -> bytes:
    """The mail as it came, handed on to one of our own `aliases`: its text, and its bytes as a file.

    Raises Permanent for any other address.
    """
    if to not in aliases:
        raise Permanent(f"{to} is no alias of policies/people.json (any more), so the mail was not forwarded to it.")
    attached = original if len(original) <= MAX_ATTACHED else None
    text = plain(_forwarded(case, complete=attached is not None))
    letter = _Letter(case.mailbox, company, Recipients((Address("", to),)), inert(f"Fwd: {case.email.subject}", MAX_SUBJECT), at, send_id)
    fields = (*letter.fields(), *(GENERATED if automatic else ()))
    raw = _head(fields) + _enclosing(text, send_id, attached, f"case-{case.id}.eml").as_bytes()
    parts = ("text/plain", *(("application/octet-stream",) if attached is not None else ()))
    check(raw, replace(letter.expected(text, fields), parts=parts, attached=attached))
    return raw


def _head(fields: Fields) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in fields)


def _listed(addresses: tuple[Address, ...]) -> str:
    """One to a line, so that no number of them makes a line too long."""
    return ",\r\n ".join(formataddr((word(inert(one.name, MAX_NAME)), one.address)) for one in addresses)


def _threading(email: Email) -> list[tuple[str, str]]:
    """In-Reply-To and References (RFC 5322 3.6.4), from ids that are safe to repeat; of many ancestors the first and the last.

    A mail without References says by its In-Reply-To what came before it.
    """
    if not MESSAGE_ID.fullmatch(email.message_id) or email.message_id.endswith(MADE_UP):
        return []
    ancestors = email.references or (email.in_reply_to,)
    known = [id for id in dict.fromkeys(ancestors) if MESSAGE_ID.fullmatch(id) and id != email.message_id]
    chain = [*known[:1], *known[1:][-(MAX_REFERENCES - 2) :], email.message_id]
    return [("In-Reply-To", f"<{email.message_id}>"), ("References", "\r\n ".join(f"<{id}>" for id in chain))]


def _content(text: str, send_id: str) -> EmailMessage:
    """The MIME headers, the text, and the same text as HTML."""
    message = EmailMessage(policy=SMTP)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(_html(text), subtype="html", charset="utf-8", cte="quoted-printable")
    message.set_boundary(f"=_{send_id}")
    return message


def _html(text: str) -> str:
    paragraphs = (html.escape(block).replace("\n", "<br>\n") for block in text.strip().split("\n\n"))
    return "<!doctype html>\n<html><body>\n" + "".join(f"<p>{block}</p>\n" for block in paragraphs) + "</body></html>\n"


def _enclosing(text: str, send_id: str, attached: bytes | None, name: str) -> EmailMessage:
    """The text, and the original byte for byte: base64 keeps what message/rfc822 would rewrite, so that its signatures still hold."""
    message = EmailMessage(policy=SMTP)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.make_mixed()
    if attached is not None:
        message.add_attachment(attached, maintype="application", subtype="octet-stream", filename=name)
    message.set_boundary(f"=_{send_id}")
    return message


def _forwarded(case: Case, *, complete: bool) -> str:
    """What its reader sees first: who wrote, and what, as plain text."""
    mail = case.email
    sender = f"{inert(mail.sender.name, MAX_NAME)} <{inert(mail.sender.address, 254)}>".strip()
    lines = [
        f"This mail came to {case.mailbox} and was answered there. It was handed on as case {case.id}.",
        "The original is attached." if complete else "The original is too large to attach: it is in that mailbox.",
        "",
        f"From: {sender}",
        f"Subject: {inert(mail.subject, MAX_SUBJECT)}",
        f"Received: {mail.received_at:%Y-%m-%d %H:%M} UTC",
        "",
    ]
    return "\n".join(lines) + "\n" + mail.text
