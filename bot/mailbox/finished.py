"""The last look before a mail is stored: its finished bytes are read again, and must say what was meant and nothing else."""

import re
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.policy import default

from pipeline.errors import Permanent

MAX_LINE = 998
LETTER = ("text/plain", "text/html")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the bytes must say: one sender, these recipients, these headers once each, these parts, this text, this file."""

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    send_id: str
    message_id: str
    text: str
    names: tuple[str, ...]
    parts: tuple[str, ...] = LETTER
    attached: bytes | None = None


def check(raw: bytes, expected: Expected) -> None:
    """Read the finished bytes as a mail server would. Raises Permanent where they say anything but what was meant."""
    message = BytesParser(policy=default).parsebytes(raw)
    wrong = [name for name, holds in _claims(raw, message, expected) if not holds]
    if wrong:
        raise Permanent(
            f"The mail was not sent because its finished form was not what was approved ({', '.join(wrong)}). Take the case over."
        )


def _claims(raw: bytes, message: EmailMessage, expected: Expected) -> list[tuple[str, bool]]:
    head = raw.partition(b"\r\n\r\n")[0]
    names = Counter(name.lower() for name in message.keys())  # noqa: SIM118  # a message's keys repeat, a mapping's do not
    parts = list(message.iter_parts())
    return [
        ("headers", names == Counter((*expected.names, "mime-version", "content-type"))),
        ("sender", _mailboxes(message, "from") == (expected.sender,)),
        ("recipients", _mailboxes(message, "to") == expected.to and _mailboxes(message, "cc") == expected.cc),
        ("subject", str(message["subject"]).split() == expected.subject.split()),
        ("send id", message["x-triage-send-id"] == expected.send_id and str(message["message-id"]).strip() == expected.message_id),
        ("lines", max(map(len, raw.split(b"\r\n"))) <= MAX_LINE and not re.search(rb"[\r\n]", head.replace(b"\r\n", b""))),
        ("parts", tuple(part.get_content_type() for part in parts) == expected.parts),
        ("text", bool(parts) and _text_of(parts[0]) == expected.text),
        ("attachment", expected.attached is None or (bool(parts) and parts[-1].get_content() == expected.attached)),
    ]


def _mailboxes(message: EmailMessage, name: str) -> tuple[str, ...]:
    header = message[name]
    return tuple(address.addr_spec for address in header.addresses) if header is not None else ()


def _text_of(part: MIMEPart) -> str:
    return str(part.get_content()).replace("\r\n", "\n")
