"""Which earlier mail a mail system gives back: the Message-ID that the returned part, its report or the quoted headers name."""

import re

from bot.mailbox import headers
from bot.mailbox.parts import Leaf, Tree

OURS = "@sent.invalid"
"""How the id ends that is made of our own X-Triage-Send-Id where a provider gave our mail another Message-ID."""

_READ = 64 * 1024
_REPORTS = frozenset(("message/delivery-status", "message/global-delivery-status", "message/disposition-notification"))
_COPIES = frozenset(("message/rfc822", "message/global", "message/rfc822-headers", "text/rfc822-headers", "message/global-headers"))
_DELIVERY = frozenset(("message/delivery-status", "message/global-delivery-status"))
_REPORT = 20_000
_VALUE = 500
_FIELD = re.compile(r"^([A-Za-z-]{4,40})[ \t]*:[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f]{3,250})>")
_NAMED = re.compile(r"^(?:X-)?Original-Message-ID[ \t]*:\s*<([^<>\s]{3,250})>", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"^[ \t>|]{0,8}Message-ID[ \t]*:[ \t]*\n?[ \t>|]{0,8}<([^<>\s]{3,250})>", re.IGNORECASE | re.MULTILINE)
_QUOTED_OURS = re.compile(r"^[ \t>|]{0,8}X-Triage-Send-Id[ \t]*:[ \t]*([0-9a-f-]{36})\b", re.IGNORECASE | re.MULTILINE)


def returned(parts: Tree, text: str) -> str:
    """The id without angle brackets, or nothing. A copy of the mail is believed before what is said about it."""
    for leaf in parts.leaves:
        if leaf.media_type in _COPIES and (copied := _copied(leaf)):
            return copied
    for leaf in parts.leaves:
        if leaf.media_type in _REPORTS and (named := _NAMED.search(_start(leaf).decode("ascii", "replace"))):
            return named[1]
    quoted = _QUOTED.search(text[:_READ])
    return _id(quoted[1] if quoted else "", _QUOTED_OURS.search(text[:_READ]))


def delivery(parts: Tree) -> tuple[tuple[str, str], ...]:
    """What a delivery report says of the first mail that failed, or else of the first one: `dsn-action`, `dsn-status` (5.1.1), ..."""
    reports = [leaf.body[:_REPORT].replace(b"\r\n", b"\n") for leaf in parts.leaves if leaf.media_type in _DELIVERY]
    groups = [_fields(group) for body in reports for group in re.split(r"\n[ \t]*\n", body.decode("utf-8", "replace"))]
    told = [group for group in groups if "action" in group]
    one = next((group for group in told if group["action"].startswith("failed")), told[0] if told else {})
    recipient = one.get("original-recipient") or one.get("final-recipient", "")
    found = {
        "action": (re.match(r"[a-z]+", one.get("action", "").lower()) or [""])[0],
        "status": (re.match(r"[245]\.\d{1,3}\.\d{1,3}(?!\d)", one.get("status", "")) or [""])[0],
        "recipient": recipient.partition(";")[2].strip(" <>\t"),
        "diagnostic": one.get("diagnostic-code", "").partition(";")[2].strip(),
    }
    return tuple((f"dsn-{name}", value[:_VALUE]) for name, value in found.items() if value)


def _fields(group: str) -> dict[str, str]:
    """Names in lower case; continued lines are joined, and what cannot be shown is a space."""
    named = ((match[1].lower(), match[2]) for match in _FIELD.finditer(group))
    return {name: " ".join("".join(char if char.isprintable() else " " for char in value).split()) for name, value in named}


def _copied(leaf: Leaf) -> str:
    head = headers.scan(headers.unwrapped(_start(leaf).lstrip()), limit=_READ, strict=False)
    named = _ID.search(head.first("message-id").decode("ascii", "replace"))
    ours = re.fullmatch("([0-9a-f-]{36})", head.first("x-triage-send-id").decode("ascii", "replace").strip().lower())
    return _id(named[1] if named else "", ours)


def _id(named: str, ours: re.Match[str] | None) -> str:
    return named if ours is None or named.startswith(f"{ours[1]}@") else f"{ours[1].lower()}{OURS}"


def _start(leaf: Leaf) -> bytes:
    return leaf.raw_text(_READ)
