"""The letters of the demo: sixty mails to Larkspur, when each arrives, and what a careful reader makes of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent
COMPANY = ("support@larkspur.example", "sales@larkspur.example", "ops@larkspur.example")


@dataclass(frozen=True, slots=True)
class Expect:
    """What a careful reader makes of a letter; the yardstick of the tests, never seen by the product."""

    intent: str | None
    """One of the intents, "other" for what fits nothing, None where nothing is asked of the company."""
    kind: str
    """person, duplicate, broken, out_of_office, bounce, newsletter, list, spam or fraud."""
    automatic: bool
    """Written by a machine or in bulk (RFC 3834): it must never be answered by itself."""
    human: bool
    """A person must decide, whatever the intent allows."""
    language: str
    authenticated: bool
    """DMARC passed for the domain of From."""
    attachments: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the demo: raw RFC 5322 bytes for `inbox`, `at` seconds after the start; `shows` says why it is here."""

    name: str
    inbox: str
    at: float
    raw: bytes
    shows: str
    expect: Expect


def letters() -> list[Letter]:
    """All letters in the order of their arrival."""
    rows = json.loads((HOME / "letters.json").read_text(encoding="utf-8"))
    return sorted((_letter(row) for row in rows), key=lambda letter: letter.at)


def _letter(row: dict[str, Any]) -> Letter:
    expect = row["expect"]
    return Letter(
        name=row["name"],
        inbox=row["inbox"],
        at=float(row["at"]),
        raw=(HOME / "letters" / f"{row['name']}.eml").read_bytes(),
        shows=row["shows"],
        expect=Expect(**{**expect, "attachments": tuple(expect["attachments"]), "flags": tuple(expect["flags"])}),
    )
