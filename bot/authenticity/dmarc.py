"""A domain's published DMARC policy, found by walking up the tree of names (RFC 7489, and its successor's tree walk)."""

from dataclasses import dataclass
from typing import Literal

from bot.dns import Resolver

_MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class Policy:
    """What the domain asks of receivers, and whether a signature must name exactly its domain (`strict`)."""

    asks: Literal["none", "quarantine", "reject"]
    strict: bool


async def published(resolver: Resolver, domain: str) -> Policy | None:
    """The policy at the domain or at the nearest name above it that has one; None without one, or with a broken or ambiguous one."""
    labels = domain.split(".")
    names = [".".join(labels[at:]) for at in range(len(labels) - 1)]
    for name in [domain, *names[1:][-_MOST_NAMES:]]:
        records = [record for record in await resolver.txt(f"_dmarc.{name}") if _is_dmarc(record)]
        if records:
            return _policy(records, inherited=name != domain)
    return None


def aligned(signer: str, domain: str, *, strict: bool) -> bool:
    """Whether a signature by `signer` speaks for `domain`: the same name, or (relaxed) one above it of at least two labels.

    Narrower than the standard, which needs the Public Suffix List to let a name below or beside the domain speak for it.
    """
    return signer == domain or (not strict and "." in signer and domain.endswith(f".{signer}"))


def _is_dmarc(record: bytes) -> bool:
    key, _, value = record.partition(b";")[0].partition(b"=")
    return key.strip() == b"v" and value.strip() == b"DMARC1"


def _policy(records: list[bytes], *, inherited: bool) -> Policy | None:
    if len(records) > 1:
        return None
    written = [tag.partition("=") for tag in records[0].decode("latin-1").lower().split(";") if tag.strip()]
    tags = {key.strip(): value.strip() for key, _, value in written}
    if len(tags) < len(written) or (inherited and tags.get("psd") == "y"):
        return None
    strict = tags.get("adkim") == "s"
    match tags.get("sp", tags.get("p")) if inherited else tags.get("p"):
        case "none":
            return Policy("none", strict)
        case "quarantine":
            return Policy("quarantine", strict)
        case "reject":
            return Policy("reject", strict)
        case _:
            return None
