"""The conditions a rule can be made of, and the pure test whether one holds for a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, Self, assert_never, get_args

import re2  # type: ignore[import-untyped]  # the package ships no types
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from pipeline.case import Urgency
from pipeline.email import MailboxId, Verdict

Flag = Literal[
    "legal",
    "payment",
    "payment_change",
    "prompt_injection",
    "anger",
    "urgent",
    "outage",
    "privacy",
    "security",
    "secrets",
    "spam",
]
"""What the wording of a mail can say; the list is closed, so that nothing in a mail can invent one."""

Caution = Literal[
    "lookalike_domain",
    "mixed_scripts",
    "display_name",
    "sender_name",
    "routed_address",
    "sender_differs",
    "reply_to_differs",
    "several_reply_to",
    "several_senders",
    "several_headers",
    "malformed_sender",
]
"""What the sender's form can say: tricks by which one sender is taken for another."""

FLAGS: tuple[Flag, ...] = get_args(Flag)
LONGEST_REGEX = 256
LONGEST_TEXT = 100_000
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a rule may know of a case. `text` is everything readable, `reply` the newest text."""

    sender: str
    verdict: Verdict
    vip: bool
    known: bool
    earlier: int
    mailbox: MailboxId
    subject: str
    reply: str
    text: str
    intent: str
    urgency: Urgency
    flags: tuple[str, ...]
    language: str
    attachments: tuple[str, ...]
    cautions: frozenset[str] = frozenset()


class Pattern(Protocol):
    """A compiled google-re2 pattern."""

    def search(self, text: str) -> object | None: ...


class _Condition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SenderIs(_Condition):
    """The address in From, or its domain written "@example.com"."""

    kind: Literal["sender"]
    one_of: tuple[str, ...] = Field(min_length=1)


class Authenticated(_Condition):
    """What the receiving provider found of From's domain."""

    kind: Literal["authenticated"]
    one_of: tuple[Verdict, ...] = Field(min_length=1)


class Vip(_Condition):
    """The sender stands on the VIP list of people.json and is authenticated."""

    kind: Literal["vip"]


class FirstContact(_Condition):
    """We have not heard from this sender before."""

    kind: Literal["first_contact"]


class InThread(_Condition):
    """The thread has at least so many earlier cases."""

    kind: Literal["in_thread"]
    earlier: int = Field(default=1, ge=1)


class MailboxIs(_Condition):
    kind: Literal["mailbox"]
    one_of: tuple[str, ...] = Field(min_length=1)


class Matches(_Condition):
    """A google-re2 pattern, upper and lower case alike, is found in the subject, the newest text, all text, or anywhere."""

    kind: Literal["matches"]
    where: Literal["subject", "reply", "text", "anywhere"] = "anywhere"
    regex: str = Field(min_length=1, max_length=LONGEST_REGEX)
    _compiled: Pattern = PrivateAttr()

    @model_validator(mode="after")
    def _compile(self) -> Self:
        self._compiled = compiled(self.regex)
        return self

    def found(self, facts: Facts) -> bool:
        match self.where:
            case "subject":
                text = facts.subject
            case "reply":
                text = facts.reply
            case "text":
                text = facts.text
            case "anywhere":
                text = f"{facts.subject}\n{facts.text}"
        return self._compiled.search(text[:LONGEST_TEXT]) is not None


class IntentIs(_Condition):
    kind: Literal["intent"]
    one_of: tuple[str, ...] = Field(min_length=1)


class UrgencyIs(_Condition):
    kind: Literal["urgency"]
    one_of: tuple[Urgency, ...] = Field(min_length=1)


class Flagged(_Condition):
    """The wording raised at least one of these flags."""

    kind: Literal["flag"]
    one_of: tuple[Flag, ...] = Field(min_length=1)


class Suspected(_Condition):
    """The sender's address, name or headers raised at least one of these cautions."""

    kind: Literal["caution"]
    one_of: tuple[Caution, ...] = Field(min_length=1)


class LanguageIs(_Condition):
    """The mail is written in one of these languages (ISO 639-1)."""

    kind: Literal["language"]
    one_of: tuple[str, ...] = Field(min_length=1)


class HasAttachment(_Condition):
    """Something is attached; with `media_types`, one whose type starts so."""

    kind: Literal["attachment"]
    media_types: tuple[str, ...] = ()


class All(_Condition):
    kind: Literal["all"]
    of: tuple[Condition, ...] = Field(min_length=1, max_length=20)


class Any(_Condition):
    kind: Literal["any"]
    of: tuple[Condition, ...] = Field(min_length=1, max_length=20)


class Not(_Condition):
    kind: Literal["not"]
    of: Condition


Condition = Annotated[
    SenderIs
    | Authenticated
    | Vip
    | FirstContact
    | InThread
    | MailboxIs
    | Matches
    | IntentIs
    | UrgencyIs
    | Flagged
    | Suspected
    | LanguageIs
    | HasAttachment
    | All
    | Any
    | Not,
    Field(discriminator="kind"),
]

for _model in (All, Any, Not):
    _model.model_rebuild()


def compiled(regex: str) -> Pattern:
    """The pattern as a linear-time machine; ValueError where google-re2 refuses it."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        machine: Pattern = re2.compile(regex, options)
        return machine
    except re2.error as error:
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise ValueError(f"google-re2 refuses the pattern ({why}); look-around and back references cannot be used") from error


def depth(condition: Condition) -> int:
    """How deep the combinators are nested: 1 for a plain condition."""
    match condition:
        case All() | Any():
            return 1 + max(depth(inner) for inner in condition.of)
        case Not():
            return 1 + depth(condition.of)
        case _:
            return 1


def leaves(condition: Condition) -> tuple[Condition, ...]:
    """The plain conditions under the combinators."""
    match condition:
        case All() | Any():
            return tuple(leaf for inner in condition.of for leaf in leaves(inner))
        case Not():
            return leaves(condition.of)
        case _:
            return (condition,)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether the condition holds; it knows the facts only, never what another rule said."""
    match condition:
        case SenderIs():
            return facts.sender in condition.one_of or f"@{facts.sender.rpartition('@')[2]}" in condition.one_of
        case Authenticated():
            return facts.verdict in condition.one_of
        case Vip():
            return facts.vip
        case FirstContact():
            return not facts.known
        case InThread():
            return facts.earlier >= condition.earlier
        case MailboxIs():
            return facts.mailbox in condition.one_of
        case Matches():
            return condition.found(facts)
        case IntentIs():
            return facts.intent in condition.one_of
        case UrgencyIs():
            return facts.urgency in condition.one_of
        case Flagged():
            return not set(facts.flags).isdisjoint(condition.one_of)
        case Suspected():
            return not facts.cautions.isdisjoint(condition.one_of)
        case LanguageIs():
            return facts.language in condition.one_of
        case HasAttachment():
            return any(name.startswith(condition.media_types or ("",)) for name in facts.attachments)
        case All():
            return all(holds(inner, facts) for inner in condition.of)
        case Any():
            return any(holds(inner, facts) for inner in condition.of)
        case Not():
            return not holds(condition.of, facts)
        case _:
            assert_never(condition)
