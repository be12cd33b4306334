"""Two rules, and two rulebooks, side by side: what implies what, who contradicts whom, and whether a change can only lower routes.

Everything here is by structure and careful: where the structure does not show it, the answer is no.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from pipeline.case import RUNGS
from pipeline.policy.language import (
    All,
    AmountAtLeast,
    Any,
    Authenticated,
    Condition,
    ConfidenceBelow,
    Flagged,
    IntentIs,
    InThread,
    LanguageIs,
    MailboxIs,
    Not,
    OpenTickets,
    SenderIs,
    Suspected,
    UrgencyIs,
)
from pipeline.policy.references import written_out
from pipeline.policy.rulebook import Rule, Rulebook

RESOLVE = "Take one of them away, or make their conditions exclude each other."
_WHOLE = ("redaction", "redaction_for_models", "calendar", "clock", "reminders", "dry_run", "second_approval")
"""What has no name of its own in a rulebook, and is compared as one piece."""
WATCHFUL = ("never", "raises", "always")
"""How often a second person approves a change, the most seldom first."""
_LISTS = (SenderIs, Authenticated, MailboxIs, IntentIs, UrgencyIs, Flagged, Suspected, LanguageIs)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two rules that name different owners or templates for the same mail, whatever the mail."""

    first: str
    second: str
    sentence: str


def implies(narrow: Condition, wide: Condition) -> bool:
    """Whether `wide` is at least as true as `narrow` for any facts, counting no < cannot tell < yes. Neither has names in it."""
    if narrow == wide:
        return True
    if isinstance(narrow, Any):
        return all(implies(one, wide) for one in narrow.of)
    if isinstance(wide, All):
        return all(implies(narrow, one) for one in wide.of)
    if isinstance(wide, Any) and any(implies(narrow, one) for one in wide.of):
        return True
    if isinstance(narrow, All):
        return any(implies(one, wide) for one in narrow.of)
    if isinstance(narrow, Not) and isinstance(wide, Not):
        return implies(wide.of, narrow.of)
    return _leaf_implies(narrow, wide)


def _leaf_implies(narrow: Condition, wide: Condition) -> bool:
    if isinstance(narrow, _LISTS) and isinstance(wide, _LISTS):
        return narrow.kind == wide.kind and set(narrow.one_of) <= set(wide.one_of)
    match narrow, wide:
        case InThread(), InThread():
            return narrow.earlier >= wide.earlier
        case AmountAtLeast(), AmountAtLeast():
            return narrow.at_least >= wide.at_least
        case OpenTickets(), OpenTickets():
            return narrow.at_least >= wide.at_least
        case ConfidenceBelow(), ConfidenceBelow():
            return narrow.below <= wide.below
        case _:
            return False


def clashes(rulebook: Rulebook) -> Iterator[Clash]:
    """Rules of which one never speaks without another that names somebody else. That two others may meet in a mail is no mistake."""
    for field in ("owner", "template"):
        naming = [(rule, _whole(rule.when, rulebook)) for rule in rulebook.rules if getattr(rule.then, field)]
        for (one, when), (other, then) in combinations(naming, 2):
            named = getattr(one.then, field), getattr(other.then, field)
            if named[0] != named[1] and (implies(when, then) or implies(then, when)):
                yield Clash(
                    one.name,
                    other.name,
                    f"whenever the narrower one speaks, both do, and they name two {field}s: {named[0]} and {named[1]}.",
                )


def only_lowers(old: Rulebook, new: Rulebook) -> bool:
    """Whether no mail can get a freer route, another text or another reader's view under `new` than under `old`."""
    if _seen(old) != _seen(new) or (old.dry_run and not new.dry_run):
        return False
    if WATCHFUL.index(new.second_approval) < WATCHFUL.index(old.second_approval):
        return False
    if _whole_signals(old) != _whole_signals(new) or _shaping(old) != _shaping(new):
        return False
    after = [(rule, _whole(rule.when, new)) for rule in new.rules]
    return all(_covered(rule, _whole(rule.when, old), after) for rule in old.rules)


def _seen(rulebook: Rulebook) -> tuple[object, ...]:
    return rulebook.redaction, rulebook.redaction_for_models, rulebook.calendar


def _covered(rule: Rule, when: Condition, after: list[tuple[Rule, Condition]]) -> bool:
    """Everything in the rule that lowers is asked for by rules that speak whenever it does."""
    heirs = [one.then for one, then in after if implies(when, then)]
    ceiling = any(RUNGS.index(heir.ceiling) >= RUNGS.index(rule.then.ceiling) for heir in heirs)
    owner = rule.then.owner is None or any(heir.owner == rule.then.owner for heir in heirs)
    second = not rule.then.second_approver or any(heir.second_approver for heir in heirs)
    return (ceiling or rule.then.ceiling is RUNGS[0]) and owner and second


def _whole(condition: Condition, rulebook: Rulebook) -> Condition:
    return written_out(condition, rulebook.conditions, rulebook.names.lists)


def _whole_signals(rulebook: Rulebook) -> set[tuple[str, str | None, str]]:
    return {(signal.flag, signal.urgency, _whole(signal.when, rulebook).model_dump_json()) for signal in rulebook.signals}


def _shaping(rulebook: Rulebook) -> set[tuple[str, ...]]:
    """What the text of an answer, or what a model reads, depends on: template, urgency (it names when we answer), redaction."""
    shaped = [(rule.when, (str(rule.then.template), str(rule.then.urgency), str(rule.then.redact))) for rule in rulebook.rules]
    return {(_whole(when, rulebook).model_dump_json(), *what) for when, what in shaped if what != ("None",) * 3}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the place, as rules.<name>, and both sides as JSON; empty where it is not there."""

    place: str
    before: str
    after: str


def changes(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """What differs by name, whatever the order in the file."""
    before, after = _parts(old), _parts(new)
    places = sorted(before.keys() | after.keys())
    both = ((place, before.get(place, ""), after.get(place, "")) for place in places)
    return tuple(Change(place, one, other) for place, one, other in both if one != other)


def _parts(rulebook: Rulebook) -> dict[str, str]:
    parts = {f"rules.{rule.name}": rule.model_dump_json(exclude_defaults=True) for rule in rulebook.rules}
    parts |= {f"conditions.{name}": condition.model_dump_json(exclude_defaults=True) for name, condition in rulebook.conditions.items()}
    parts |= {f"lists.{name}": json.dumps(sorted(entries)) for name, entries in rulebook.lists.items()}
    parts |= {f"tests.{trial.name}": trial.model_dump_json(exclude_defaults=True) for trial in rulebook.tests}
    for flag in {signal.flag for signal in rulebook.signals}:
        same = sorted(signal.model_dump_json(exclude_defaults=True) for signal in rulebook.signals if signal.flag == flag)
        parts[f"signals.{flag}"] = f"[{','.join(same)}]"
    whole = rulebook.model_dump(mode="json", include=set(_WHOLE))
    return parts | {name: json.dumps(whole[name]) for name in _WHOLE if whole[name] is not None}
