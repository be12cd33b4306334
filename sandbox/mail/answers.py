"""What the page is told, as JSON: plain dicts made from the mailboxes' values."""

from collections.abc import Sequence
from typing import Any

from sandbox.mail.boxes import Customer, Failure, Item

Json = dict[str, Any]


def overview(version: str, inboxes: Sequence[str], everybody: Sequence[Customer], failures: Sequence[Failure]) -> Json:
    """The left column: {version, inboxes, customers: [...], failures: [...]}."""
    return {
        "version": version,
        "inboxes": list(inboxes),
        "customers": [_customer(one) for one in everybody],
        "failures": [{"inbox": one.inbox, "key": one.key, "subject": one.subject, "reason": one.reason} for one in failures],
    }


def conversation(items: Sequence[Item]) -> Json:
    """A row of the middle column; its subject is that of its first message."""
    return {"id": items[0].key, "subject": items[0].mail.subject, "messages": [_row(item) for item in items]}


def message(item: Item) -> Json:
    """The whole message for the right column; `html` only says whether there is any."""
    mail = item.mail
    return {
        **_row(item),
        "to": mail.to,
        "cc": mail.cc,
        "date": mail.date,
        "text": mail.text,
        "html": bool(mail.html),
        "headers": [list(header) for header in mail.headers],
        "attachments": [{"name": one.name, "type": one.type, "size": one.size} for one in mail.attachments],
    }


def _customer(one: Customer) -> Json:
    return {
        "address": one.address,
        "name": one.name,
        "unread": one.unread,
        "received": one.received,
        "at": one.last.at.isoformat(),
        "way": one.last.way,
        "subject": one.last.mail.subject,
    }


def _row(item: Item) -> Json:
    mail = item.mail
    return {
        "key": item.key,
        "way": item.way,
        "unread": item.unread,
        "at": item.at.isoformat(),
        "from": {"name": mail.sender_name, "address": mail.sender},
        "subject": mail.subject,
        "snippet": mail.snippet,
        "automatic": mail.auto_submitted not in ("", "no"),
        "attachments": len(mail.attachments),
    }
