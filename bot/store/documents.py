"""The parts of a case as JSON bytes, and back."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from pipeline.case import Agreed, Case, Classification, Context, Decision, Draft, History, Looked, Outcome, Seeded, Triaged
from pipeline.effects import Effect
from pipeline.email import Email, MailboxId


@dataclass(frozen=True, slots=True)
class Parts:
    """What a case holds beside its mail and its draft; the part of a case that transitions rewrite."""

    classification: Classification | None
    context: Context | None
    decision: Decision | None
    outcome: Outcome | None
    note: str
    agreed: Agreed | None = None
    looked: Looked | None = None
    seeded: Seeded | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a decision was made from."""

    email: Email
    mailbox: MailboxId
    history: History
    now: datetime


EMAIL: TypeAdapter[Email] = TypeAdapter(Email)
PARTS: TypeAdapter[Parts] = TypeAdapter(Parts)
DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)
INPUTS: TypeAdapter[Inputs] = TypeAdapter(Inputs)
TRIAGED: TypeAdapter[Triaged] = TypeAdapter(Triaged)
EFFECT: TypeAdapter[Effect] = TypeAdapter(Annotated[Effect, Field(discriminator="type")])


def dump(adapter: TypeAdapter[Any], value: object) -> bytes:
    """The value as UTF-8 JSON with its fields in order: equal values give equal bytes. Lone surrogates become "?"."""
    return json.dumps(adapter.dump_python(value, mode="json"), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def parts(case: Case) -> Parts:
    kept = (case.classification, case.context, case.decision, case.outcome, case.note, case.agreed, case.looked, case.seeded)
    return Parts(*kept)
