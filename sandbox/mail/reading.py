"""What a mail client shows of a message: names, subject, text and attachments, read as forgivingly as clients do."""

import email
import email.policy
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr

from selectolax.lexbor import LexborHTMLParser

from sandbox.mail.recipients import UNREADABLE, is_address

NOBODY = "unknown@nowhere.test"
SNIPPET = 140
FALLBACK_CHARSETS = ("utf-8", "windows-1252")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text; `size` in bytes."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as a client shows it; `html` is hostile and must only be shown in a sandbox."""

    sender: str
    sender_name: str
    to: str
    cc: str
    subject: str
    date: str
    message_id: str
    references: tuple[str, ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    headers: tuple[tuple[str, str], ...]
    auto_submitted: str

    @property
    def snippet(self) -> str:
        """The beginning of what its author wrote, on one line."""
        words = (line for line in self.text.splitlines() if not line.startswith(">") and not line.endswith("wrote:"))
        return " ".join(" ".join(words).split())[:SNIPPET]


def read(raw: bytes) -> Mail:
    """Read any bytes as a message; what cannot be read is shown as it stands."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    name, address = _sender(message)
    html = _body(message, "html")
    return Mail(
        sender=address,
        sender_name=name or address.split("@")[0],
        to=_header(message, "To"),
        cc=_header(message, "Cc"),
        subject=_header(message, "Subject"),
        date=_header(message, "Date"),
        message_id=_header(message, "Message-ID"),
        references=tuple(f"{_header(message, 'References')} {_header(message, 'In-Reply-To')}".split()),
        text=_body(message, "plain") or _words(html),
        html=html,
        attachments=tuple(_attachments(message)),
        headers=tuple((header, _decoded(message, header, n)) for header, n in _numbered(message.keys())),
        auto_submitted=_header(message, "Auto-Submitted"),
    )


def sender_of(raw: bytes) -> str:
    """Whose mail this is: the address of From in lower case, of Return-Path if From is forged (DMARC failed), else NOBODY."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    envelope = _header(message, "Return-Path").strip().strip("<>").lower()
    forged = "dmarc=fail" in _header(message, "Authentication-Results")
    return envelope if forged and is_address(envelope) else _sender(message)[1]


def _sender(message: EmailMessage) -> tuple[str, str]:
    name, address = parseaddr(_header(message, "From"))
    return name, address.lower() if is_address(address) else NOBODY


def _header(message: EmailMessage, name: str) -> str:
    return _decoded(message, name, 0)


def _decoded(message: EmailMessage, name: str, nth: int) -> str:
    try:
        values = [str(value) for value in message.get_all(name, [])]
    except UNREADABLE:
        values = [str(value) for header, value in message.raw_items() if header.lower() == name.lower()]
    return values[nth].encode("utf-8", "replace").decode() if nth < len(values) else ""


def _numbered(names: Iterable[str]) -> list[tuple[str, int]]:
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name.lower()] = seen.get(name.lower(), -1) + 1
        found.append((name, seen[name.lower()]))
    return found


def _body(message: EmailMessage, kind: str) -> str:
    for part in _leaves(message):
        if part.get_content_type() == f"text/{kind}" and not _is_attachment(part):
            return _text(part)
    return ""


def _text(part: EmailMessage) -> str:
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    for charset in (part.get_content_charset() or "utf-8", *FALLBACK_CHARSETS):
        try:
            return data.decode(charset).replace("\r\n", "\n")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _words(html: str) -> str:
    tree = LexborHTMLParser(html)
    tree.strip_tags(["style", "script", "head"])
    return "\n".join(line for raw in tree.text(separator="\n").splitlines() if (line := raw.strip())) if html else ""


def _leaves(message: EmailMessage) -> Iterable[EmailMessage]:
    for part in message.walk():
        assert isinstance(part, EmailMessage)
        if not part.is_multipart():
            yield part


def _is_attachment(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _attachments(message: EmailMessage) -> Iterable[Attachment]:
    for part in _leaves(message):
        if part.get_content_maintype() != "text" or _is_attachment(part):
            data = part.get_payload(decode=True)
            yield Attachment(part.get_filename() or "unnamed", part.get_content_type(), len(data) if isinstance(data, bytes) else 0)
