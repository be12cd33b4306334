"""A mail that a person writes while playing a customer: a proper RFC 5322 message into one of the company's inboxes."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.utils import format_datetime, formataddr
from pathlib import Path

from sandbox.mail.boxes import Item
from sandbox.mail.delivery import SENT, open_mailbox
from sandbox.mail.maildir import SENT_INFO, company, create, customers, mailbox, move, write_tmp
from sandbox.mail.recipients import is_address

RESERVED = (".example", ".test")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LONGEST_LINE = 200
LONGEST_TEXT = 100_000


class NotWritable(Exception):
    """The mail cannot be sent like this; the sentence is for the person who writes it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the composer's form holds; `answers` is the message replied to."""

    name: str
    address: str
    inbox: str
    subject: str
    text: str
    answers: Item | None = None


def send(data: Path, written: Written, now: datetime) -> str:
    """Put the mail into the inbox and a copy into the writer's own .Sent; returns its key. Raises NotWritable."""
    check(written)
    key = f"customer-{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}"
    raw = build(written, now)
    inbox = open_mailbox(mailbox(company(data), written.inbox))
    own = create(mailbox(customers(data), written.address))
    move(write_tmp(inbox, key, raw), inbox / "new" / key)
    move(write_tmp(own / SENT, key, raw), own / SENT / "cur" / f"{key}{SENT_INFO}")
    return key


def check(written: Written) -> None:
    """Refuse what no mail could be made of. Raises NotWritable."""
    if not is_address(written.address):
        raise NotWritable("Give the writer an address such as maria@lifts.example.")
    if not written.address.endswith(RESERVED):
        raise NotWritable("This mail world has only addresses that end in .example or .test.")
    if not written.text.strip() and not written.subject.strip():
        raise NotWritable("Write a subject or a text.")
    if len(written.text) > LONGEST_TEXT:
        raise NotWritable(f"The text is longer than {LONGEST_TEXT:,} characters.")


def build(written: Written, now: datetime) -> bytes:
    """The message as bytes, with the headers that the company's mail server would have added."""
    domain, stamp = written.address.split("@")[1], format_datetime(now)
    message = Message()
    message["Return-Path"] = f"<{written.address}>"
    message["Received"] = f"from mail.{domain} (mail.{domain} [192.0.2.25]) by mx.larkspur.example (Postfix) with ESMTPS; {stamp}"
    message["Authentication-Results"] = f"mx.larkspur.example; spf=pass smtp.mailfrom={domain}; dmarc=pass header.from={domain}"
    message["From"] = formataddr((_line(written.name), written.address), "utf-8")
    message["To"] = written.inbox
    message["Subject"] = _encoded(_line(written.subject))
    message["Date"] = stamp
    message["Message-ID"] = f"<{uuid.uuid4()}@{domain}>"
    for name, value in _threading(written.answers):
        message[name] = value
    message.set_payload(written.text.rstrip() + "\n" + _quoted(written.answers), _quoted_printable())
    return message.as_bytes()


def _threading(answered: Item | None) -> list[tuple[str, str]]:
    """The headers that make a reply of it (RFC 5322, 3.6.4); also a message without an id hands on its references."""
    own = [_line(answered.mail.message_id)] if answered and answered.mail.message_id else []
    known = dict.fromkeys([*answered.mail.references, *own]) if answered else {}
    return [("In-Reply-To", one) for one in own] + [("References", " ".join(known))] * bool(known)


def _line(text: str) -> str:
    return CONTROLS.sub(" ", text).strip()[:LONGEST_LINE]


def _encoded(text: str) -> str:
    plain = text.isascii() and "=?" not in text
    return Header(text, "us-ascii" if plain else "utf-8", header_name="Subject").encode()


def _quoted_printable() -> Charset:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return charset


def _quoted(item: Item | None) -> str:
    if not item:
        return ""
    quoted = "\n".join(f"> {line}".rstrip() for line in item.mail.text.strip().splitlines())
    return f"\nOn {_line(item.mail.date)}, {_line(item.mail.sender_name)} <{item.mail.sender}> wrote:\n{quoted}\n"
