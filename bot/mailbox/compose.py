"""A reply as the exact bytes to send: every header is made by code, and the finished bytes are read again and checked."""

import html
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header, decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import format_datetime, formataddr

from pipeline.case import Case, Draft
from pipeline.email import Email, MailboxId
from pipeline.errors import Permanent
from pipeline.recipients import recipient

MAX_SUBJECT = 250
MAX_NAME = 80
MAX_REFERENCES = 20
MAX_LINE = 998
MADE_UP = "@missing.invalid"
"""How mime.py ends the id of a mail that came without one; the sender has never seen it."""

# C0 and C1 controls, line and paragraph separators, bidirectional marks and overrides, zero-width and tag characters, surrogates.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]+"
)
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})")
MESSAGE_ID = re.compile(r"[!-;=?A-Z\[\]^-~]{1,250}@[!-;=?A-Z\[\]^-~]{1,250}")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the finished bytes must say: one sender, one recipient, these headers once each, this text, nothing else."""

    sender: str
    recipient: str
    subject: str
    send_id: str
    message_id: str
    text: str
    names: tuple[str, ...]


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
) -> bytes:
    """The draft as a reply to the address in the mail's From and nobody else. Raises Permanent where that cannot be done safely.

    `own` are our addresses: a mail from one of them is never answered.
    """
    author = recipient(case.email)
    address = _address(author.address)
    if address in own or address == mailbox:
        raise Permanent("The mail came from one of our own addresses, so it is not answered. Take the case over.")
    message_id = f"<{send_id}@{mailbox.rpartition('@')[2]}>"
    subject, text = inert(draft.subject, MAX_SUBJECT), plain(draft.text)
    fields = [
        ("From", formataddr((_word(inert(company, MAX_NAME)), mailbox))),
        ("To", formataddr((_word(inert(author.name, MAX_NAME)), address))),
        ("Subject", _word(subject)),
        ("Date", format_datetime(at)),
        ("Message-ID", message_id),
        *_threading(case.email),
        ("X-Triage-Send-Id", send_id),
        *((("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")) if automatic else ()),
    ]
    raw = b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in fields) + _content(text, send_id)
    names = tuple(name.lower() for name, _ in fields)
    check(raw, Expected(mailbox, address, subject, send_id, message_id, text, names))
    return raw


def check(raw: bytes, expected: Expected) -> None:
    """Read the finished bytes as a mail server would. Raises Permanent where they say anything but what was meant."""
    message = BytesParser(policy=default).parsebytes(raw)
    wrong = [name for name, holds in _claims(raw, message, expected) if not holds]
    if wrong:
        raise Permanent(
            f"The reply was not sent because its finished form was not what was approved ({', '.join(wrong)}). Take the case over."
        )


def _claims(raw: bytes, message: EmailMessage, expected: Expected) -> list[tuple[str, bool]]:
    head = raw.partition(b"\r\n\r\n")[0]
    names = Counter(name.lower() for name in message.keys())  # noqa: SIM118  # a message's keys repeat, a mapping's do not
    parts = list(message.iter_parts())
    return [
        ("headers", names == Counter((*expected.names, "mime-version", "content-type"))),
        ("sender", _mailboxes(message, "from") == [expected.sender]),
        ("recipient", _mailboxes(message, "to") == [expected.recipient]),
        ("subject", str(message["subject"]).split() == expected.subject.split()),
        ("send id", message["x-triage-send-id"] == expected.send_id and str(message["message-id"]).strip() == expected.message_id),
        ("lines", max(map(len, raw.split(b"\r\n"))) <= MAX_LINE and not re.search(rb"[\r\n]", head.replace(b"\r\n", b""))),
        ("parts", [part.get_content_type() for part in parts] == ["text/plain", "text/html"]),
        ("text", bool(parts) and _text_of(parts[0]) == expected.text),
    ]


def _mailboxes(message: EmailMessage, name: str) -> list[str]:
    header = message[name]
    return [address.addr_spec for address in header.addresses] if header is not None else []


def _text_of(part: MIMEPart) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def inert(text: str, most: int) -> str:
    """Text for a header: encoded words decoded until none is left, nothing invisible, on one line, at most `most` characters."""
    for _ in range(3):
        text = INVISIBLE.sub(" ", _decoded(text))
    return " ".join(text.replace("=?", "= ?").split())[:most].strip()


def plain(text: str) -> str:
    """A reply's text: lines end with one newline, no control characters, one newline at the end."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip() + "\n"


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError, MessageError):
        return text


def _word(text: str) -> str:
    """ASCII as it is, anything else as encoded words of at most 75 characters."""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=75).encode(linesep="\r\n")


def _address(address: str) -> str:
    """The one recipient, in ASCII. Raises Permanent where it is not a plain address."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        ascii_domain = ""
    plainly = f"{local}@{ascii_domain}"
    if not ADDRESS.fullmatch(plainly):
        raise Permanent("The sender's address cannot be answered safely. Take the case over and answer from the mailbox.")
    return plainly


def _threading(email: Email) -> list[tuple[str, str]]:
    """In-Reply-To and References (RFC 5322 3.6.4), from ids that are safe to repeat; of many ancestors the first and the last."""
    if not MESSAGE_ID.fullmatch(email.message_id) or email.message_id.endswith(MADE_UP):
        return []
    known = [id for id in dict.fromkeys(email.references) if MESSAGE_ID.fullmatch(id) and id != email.message_id]
    chain = [*known[:1], *known[1:][-(MAX_REFERENCES - 2) :], email.message_id]
    return [("In-Reply-To", f"<{email.message_id}>"), ("References", "\r\n ".join(f"<{id}>" for id in chain))]


def _content(text: str, send_id: str) -> bytes:
    """The MIME headers, the text, and the same text as HTML."""
    message = EmailMessage(policy=SMTP)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(_html(text), subtype="html", charset="utf-8", cte="quoted-printable")
    message.set_boundary(f"=_{send_id}")
    return message.as_bytes()


def _html(text: str) -> str:
    paragraphs = (html.escape(block).replace("\n", "<br>\n") for block in text.strip().split("\n\n"))
    return "<!doctype html>\n<html><body>\n" + "".join(f"<p>{block}</p>\n" for block in paragraphs) + "</body></html>\n"
