"""A mail's own DKIM signatures (RFC 6376), verified by dkimpy from the raw bytes: only those of the sender's domain, and strictly."""

import asyncio
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import dkim  # type: ignore[import-untyped]  # the package ships no types
from dkim.util import InvalidTagValueList, parse_tag_value  # type: ignore[import-untyped]  # the same

from bot.authenticity.dmarc import aligned
from bot.dns import Resolver
from bot.mailbox.headers import Headers

MOST_SIGNATURES = 5
MOST_COVERED = 60
"""Names in h=; dkimpy looks through all headers for each of them."""
LONGEST_SIGNATURE = 4096
LONGEST_KEY = 1100
"""Characters of base64; a key of 4096 bits has 736. Longer ones only make us slow."""
CLOCKS = timedelta(minutes=10)
"""How far two honest clocks may be apart."""

BROKEN = (dkim.DKIMException, InvalidTagValueList, binascii.Error, ArithmeticError, LookupError, TypeError, ValueError, NameError)
"""What dkimpy raises over a signature or a key that is not well formed, or of a kind it cannot check here."""

_COVERED = ("from", "subject", "date", "reply-to", "sender")
"""Where one of these stands in the mail, it must be signed: it is shown to the reviewer or decides who gets an answer."""
_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,20}\Z")
_SELECTOR = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,5}\Z")
_SPACE = re.compile(rb"[ \t]+")

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a signature of the domain holds, does not hold, or is not there; `why` completes "the signature ..."."""

    state: Literal["proven", "refuted", "absent"]
    why: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """The signature at `index` in the mail, aligned with the sender's domain; `objection` says why it proves nothing, or is empty."""

    index: int
    tags: Tags
    objection: str

    @property
    def key_name(self) -> str:
        return f"{self.tags['s']}._domainkey.{self.tags['d']}"


async def prove(raw: bytes, head: Headers, domain: str, strict: bool, received_at: datetime, resolver: Resolver) -> Proof:
    """Look for a signature that binds this mail to `domain`. Raises what the resolver raises."""
    mail = await asyncio.to_thread(parsed, raw, head)
    if mail is None:
        return Proof("refuted", "cannot be checked, as programs disagree on where this mail's headers end")
    found = candidates(mail, domain, strict, received_at)
    if not found:
        return Proof("absent", "is missing")
    why = ""
    for candidate in found:
        why = candidate.objection or await _verified(mail, candidate, resolver)
        if not why:
            return Proof("proven", f"by {candidate.tags['d']} holds")
    return Proof("refuted", why)


def parsed(raw: bytes, head: Headers) -> dkim.DKIM | None:
    """The mail as dkimpy reads it; None where it does not see the very headers that we see."""
    try:
        mail = dkim.DKIM(raw)
    except BROKEN:
        return None
    theirs = [(name.decode("ascii").lower(), b" ".join(value.split())) for name, value in mail.headers]
    ours = [(field.name, b" ".join(field.value.split())) for field in head.fields]
    return mail if theirs == ours and not head.broken else None


def candidates(mail: dkim.DKIM, domain: str, strict: bool, received_at: datetime) -> list[Candidate]:
    """The signatures that speak for the domain, from the top, at most five."""
    found = []
    present = [name.decode("ascii").lower() for name, _ in mail.headers]
    for index, value in enumerate(value for name, value in mail.headers if name.lower() == b"dkim-signature"):
        tags = _tags(value)
        if tags is not None and aligned(tags.get("d", "").lower(), domain, strict=strict):
            tags = {**tags, "d": tags["d"].lower(), "s": tags.get("s", "").lower()}
            found.append(Candidate(index, tags, _objection(tags, present, received_at)))
    return found[:MOST_SIGNATURES]


def _tags(value: bytes) -> Tags | None:
    if len(value) > LONGEST_SIGNATURE:
        return None
    try:
        return {key.decode("ascii"): " ".join(text.decode("ascii").split()) for key, text in parse_tag_value(value).items()}
    except BROKEN:
        return None


def _objection(tags: Tags, present: list[str], received_at: datetime) -> str:
    signed = [name.strip().lower() for name in tags.get("h", "").split(":")]
    uncovered = next((name for name in _COVERED if present.count(name) > signed.count(name)), None)
    said = {
        "is of a version that we do not know": tags.get("v") != "1",
        "uses a method that is not safe, or that we cannot check": tags.get("a", "").lower() != "rsa-sha256",
        "covers only a part of the text": "l" in tags,
        "does not cover From": "from" not in signed,
        "covers too many headers to be checked": len(signed) > MOST_COVERED,
        f"does not cover {(uncovered or '').title()}": uncovered is not None,
        "names no valid key": not _DOMAIN.match(tags["d"]) or not _SELECTOR.match(tags["s"]),
        "has expired": _past(tags.get("x", ""), received_at),
        "comes from the future": "t" in tags and _future(tags["t"], received_at),
        "names somebody else": not _within(tags.get("i", ""), tags["d"]),
    }
    return next((why for why, so in said.items() if so), "")


def _past(until: str, at: datetime) -> bool:
    return bool(until) and not (until.isdecimal() and int(until[:15]) >= (at - CLOCKS).timestamp())


def _future(since: str, at: datetime) -> bool:
    return not (since.isdecimal() and int(since[:15]) <= (at + CLOCKS).timestamp())


def _within(identity: str, domain: str) -> bool:
    named = identity.lower().rpartition("@")[2]
    return not identity or named == domain or named.endswith(f".{domain}")


async def _verified(mail: dkim.DKIM, candidate: Candidate, resolver: Resolver) -> str:
    """Why the signature does not hold; empty where it does."""
    records = await resolver.txt(candidate.key_name)
    if len(records) != 1:
        return "names a key that is not published"
    if why := key_objection(records[0], candidate.tags):
        return why
    holds = await asyncio.to_thread(_holds, mail, candidate, records[0])
    return "" if holds else "does not match the mail"


def key_objection(record: bytes, tags: Tags) -> str:
    """What is wrong with a published key, beyond what dkimpy itself refuses (its size among others); empty where nothing is."""
    try:
        key = {name.decode("ascii"): value.decode("ascii").lower() for name, value in parse_tag_value(record).items()}
    except BROKEN:
        return "names a key that is not well formed"
    flags = [flag.strip() for flag in key.get("t", "").split(":")]
    services = {service.strip() for service in key.get("s", "*").split(":")}
    hashes = {name.strip() for name in key.get("h", "sha256").split(":")}
    said = {
        "names a key that was withdrawn": not key.get("p"),
        "names a key that is too long": len(key.get("p", "")) > LONGEST_KEY,
        "names a key of another version": key.get("v", "dkim1") != "dkim1",
        "names a key of a kind that we cannot check": key.get("k", "rsa") != "rsa",
        "names a key for other uses": services.isdisjoint(("*", "email")) or "sha256" not in hashes,
        "names a key that is only being tried out": "y" in flags,
        "names somebody else": "s" in flags and tags.get("i", f"@{tags['d']}").lower().rpartition("@")[2] != tags["d"],
    }
    return next((why for why, so in said.items() if so), "")


def _holds(mail: dkim.DKIM, candidate: Candidate, record: bytes) -> bool:
    body = mail.body
    if candidate.tags.get("c", "").lower().endswith("/relaxed"):
        mail.body = relaxed(body)
    try:
        return bool(mail.verify(candidate.index, dnsfunc=lambda name, timeout=0: record))
    except BROKEN:
        return False
    finally:
        mail.body = body


def relaxed(body: bytes) -> bytes:
    """The body in relaxed form (RFC 6376, 3.4.4) but for its last lines. dkimpy's own pattern takes quadratic time over long blanks."""
    *lines, last = body.split(b"\r\n")
    return b"\r\n".join([*(_SPACE.sub(b" ", line.rstrip(b" \t")) for line in lines), _SPACE.sub(b" ", last)])
