"""The conditions a rule can be made of."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator

from pipeline.case import Urgency
from pipeline.email import Verdict
from pipeline.policy.facts import Caution, Flag
from pipeline.policy.patterns import LONGEST_REGEX, Pattern, compiled

LONGEST_TEXT = 100_000
DEEPEST = 6

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Whose = Annotated[str, StringConstraints(to_lower=True, max_length=320, pattern=r"^(list:[a-z][a-z0-9_]{0,63}|[^@\s]*@[^@\s]+)$")]
"""An address, a domain written "@example.com", or a list of the rulebook written "list:partners"."""


class _Condition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SenderIs(_Condition):
    """The address in From: itself, its domain written "@example.com", or in a list of the rulebook written "list:partners"."""

    kind: Literal["sender"]
    one_of: tuple[Whose, ...] = Field(min_length=1)


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

    @property
    def machine(self) -> Pattern:
        return self._compiled


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
    """Something is attached of which all that is asked holds: its type starts so, its name ends so, it has at least so many bytes."""

    kind: Literal["attachment"]
    media_types: tuple[str, ...] = ()
    name_ends: tuple[Annotated[str, StringConstraints(to_lower=True, min_length=1)], ...] = ()
    at_least_bytes: int = Field(default=0, ge=0)


class ConfidenceBelow(_Condition):
    """The classifier was less sure than this of its intent."""

    kind: Literal["confidence"]
    below: float = Field(gt=0, le=1)


class AmountAtLeast(_Condition):
    """The mail names a sum of money of at least so much, in whatever currency; ambiguous numbers are read the larger way."""

    kind: Literal["amount"]
    at_least: float = Field(gt=0)


class OpenDeal(_Condition):
    """The CRM has an open deal with the sender; with `at_least`, one of this size."""

    kind: Literal["open_deal"]
    at_least: float = Field(default=0, ge=0)


class LifecycleIs(_Condition):
    """The CRM's lifecycle stage of the sender."""

    kind: Literal["lifecycle"]
    one_of: tuple[str, ...] = Field(min_length=1)


class OpenTickets(_Condition):
    """The helpdesk has at least so many open tickets of the sender."""

    kind: Literal["open_tickets"]
    at_least: int = Field(default=1, ge=1)


class OfficeOpen(_Condition):
    """The mail arrived within the hours of the rulebook's calendar."""

    kind: Literal["office_open"]


class Holiday(_Condition):
    """The mail arrived on a holiday of the rulebook's calendar."""

    kind: Literal["holiday"]


class Named(_Condition):
    """A condition that the rulebook gives a name under `conditions`."""

    kind: Literal["named"]
    name: Name


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
    | ConfidenceBelow
    | AmountAtLeast
    | OpenDeal
    | LifecycleIs
    | OpenTickets
    | OfficeOpen
    | Holiday
    | Named
    | All
    | Any
    | Not,
    Field(discriminator="kind"),
]

for _model in (All, Any, Not):
    _model.model_rebuild()


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
