"""Whether a condition holds for a case: yes, no, or nobody can tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from pipeline.email import Attachment
from pipeline.policy import amounts
from pipeline.policy.calendar import Calendar
from pipeline.policy.facts import Facts
from pipeline.policy.language import (
    LONGEST_TEXT,
    All,
    AmountAtLeast,
    Any,
    Authenticated,
    Condition,
    ConfidenceBelow,
    FirstContact,
    Flagged,
    HasAttachment,
    Holiday,
    IntentIs,
    InThread,
    LanguageIs,
    LifecycleIs,
    MailboxIs,
    Matches,
    Named,
    Not,
    OfficeOpen,
    OpenDeal,
    OpenTickets,
    SenderIs,
    Suspected,
    UrgencyIs,
    Vip,
)

Truth = bool | None
"""None: the fact is not to be had. Kleene's logic: `not` of it is None too, and one False in `all` or one True in `any` decides."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a rulebook's conditions may call by name: lists of senders without inner references, conditions, the calendar."""

    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    calendar: Calendar | None = None


NO_NAMES = Names()


def holds(condition: Condition, facts: Facts, names: Names = NO_NAMES) -> Truth:
    """It knows the facts only, never what another rule said."""
    match condition:
        case All():
            return _least([holds(inner, facts, names) for inner in condition.of])
        case Any():
            return _opposite(_least([_opposite(holds(inner, facts, names)) for inner in condition.of]))
        case Not():
            return _opposite(holds(condition.of, facts, names))
        case Named():
            return holds(names.conditions[condition.name], facts, names)
        case SenderIs():
            return _is_sender(condition, facts, names)
        case OfficeOpen():
            return names.calendar.is_open(facts.received_at) if names.calendar else None
        case Holiday():
            return names.calendar.is_holiday(facts.received_at) if names.calendar else None
        case _:
            return _of_facts(condition, facts)


def _of_facts(
    condition: Authenticated
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
    | OpenTickets,
    facts: Facts,
) -> Truth:
    match condition:
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
            return condition.machine.search(_searched(condition, facts)[:LONGEST_TEXT]) is not None
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
            return any(_is_attached(condition, one) for one in facts.attachments)
        case ConfidenceBelow():
            return None if facts.confidence is None else facts.confidence < condition.below
        case AmountAtLeast():
            return amounts.largest(f"{facts.subject}\n{facts.text[:LONGEST_TEXT]}") >= condition.at_least
        case OpenDeal():
            return _has_deal(condition, facts)
        case LifecycleIs():
            return None if facts.customer.lifecycle is None else facts.customer.lifecycle in condition.one_of
        case OpenTickets():
            return None if facts.customer.open_tickets is None else facts.customer.open_tickets >= condition.at_least
        case _:
            assert_never(condition)


def _least(truths: Sequence[Truth]) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _is_sender(condition: SenderIs, facts: Facts, names: Names) -> bool:
    forms = (facts.sender, f"@{facts.sender.rpartition('@')[2]}")
    listed = (names.lists[entry.removeprefix("list:")] for entry in condition.one_of if entry.startswith("list:"))
    return any(form in condition.one_of for form in forms) or any(not members.isdisjoint(forms) for members in listed)


def _searched(condition: Matches, facts: Facts) -> str:
    match condition.where:
        case "subject":
            return facts.subject
        case "reply":
            return facts.reply
        case "text":
            return facts.text
        case "anywhere":
            return f"{facts.subject}\n{facts.text}"


def _is_attached(condition: HasAttachment, attachment: Attachment) -> bool:
    typed = attachment.media_type.startswith(condition.media_types or ("",))
    return typed and attachment.name.lower().endswith(condition.name_ends or ("",)) and attachment.size >= condition.at_least_bytes


def _has_deal(condition: OpenDeal, facts: Facts) -> Truth:
    known = facts.customer
    if known.open_deal is not True or not condition.at_least:
        return known.open_deal
    return None if known.deal_size is None else known.deal_size >= condition.at_least
