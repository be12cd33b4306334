"""Which earlier mail a mail system gives back: the Message-ID that the returned part, its report or the quoted headers name."""

import re

from bot.mailbox import headers
from bot.mailbox.parts import Leaf, Tree

OURS = "@sent.invalid"
"""How the id ends that is made of our own X-Triage-Send-Id where a provider gave our mail another Message-ID."""

_READ = 64 * 1024
_REPORTS = frozenset(("message/delivery-status", "message/global-delivery-status", "message/disposition-notification"))
_COPIES = frozenset(("message/rfc822", "message/global", "message/rfc822-headers", "text/rfc822-headers", "message/global-headers"))
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


def _copied(leaf: Leaf) -> str:
    head = headers.scan(headers.unwrapped(_start(leaf).lstrip()), limit=_READ, strict=False)
    named = _ID.search(head.first("message-id").decode("ascii", "replace"))
    ours = re.fullmatch("([0-9a-f-]{36})", head.first("x-triage-send-id").decode("ascii", "replace").strip().lower())
    return _id(named[1] if named else "", ours)


def _id(named: str, ours: re.Match[str] | None) -> str:
    return named if ours is None or named.startswith(f"{ours[1]}@") else f"{ours[1].lower()}{OURS}"


def _start(leaf: Leaf) -> bytes:
    return leaf.raw_text(_READ)
