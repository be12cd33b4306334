"""Why a rule spoke, and which rules nearly did."""

from dataclasses import dataclass
from typing import Protocol

from pipeline.case import Classification, Context, Decision
from pipeline.email import Email, MailboxId
from pipeline.policy.facts import Facts
from pipeline.policy.language import All, Any, Condition, Named, Not
from pipeline.policy.rulebook import Rulebook
from pipeline.policy.truth import Names, holds
from pipeline.stages.enrich import facts


@dataclass(frozen=True, slots=True)
class Near:
    """A rule that was one condition short: `missing` is that condition, as it stands in the rulebook."""

    rule: str
    missing: Condition


def nearly(rulebook: Rulebook, facts: Facts) -> tuple[Near, ...]:
    """The rules that did not speak although all their conditions but one hold, by name. One of a single condition is never near."""
    found = []
    for rule in sorted(rulebook.rules, key=lambda rule: rule.name):
        missing = _missing(rule.when, facts, rulebook.names)
        if missing is not None and holds(rule.when, facts, rulebook.names) is False:
            found.append(Near(rule.name, missing))
    return tuple(found)


class Made(Protocol):
    """A case, or its record."""

    @property
    def email(self) -> Email: ...
    @property
    def mailbox(self) -> MailboxId: ...
    @property
    def classification(self) -> Classification | None: ...
    @property
    def context(self) -> Context | None: ...
    @property
    def decision(self) -> Decision | None: ...


def near_rules(rulebook: Rulebook, made: Made) -> tuple[Near, ...]:
    """The rules that nearly spoke about what was decided so; none where the mail was not classified."""
    if made.classification is None or made.context is None or made.decision is None:
        return ()
    return nearly(rulebook, facts(made.email, made.mailbox, made.context, made.classification, made.decision.reasons))


def _missing(condition: Condition, facts: Facts, names: Names) -> Condition | None:
    """The one condition that a conjunction lacks, in whichever branch."""
    match condition:
        case Named():
            return _missing(names.conditions[condition.name], facts, names)
        case Any():
            return next((short for inner in condition.of if (short := _missing(inner, facts, names)) is not None), None)
        case All():
            failed = [inner for inner in condition.of if holds(inner, facts, names) is False]
            if len(failed) != 1 or len(condition.of) < 2:
                return None
            return _missing(failed[0], facts, names) or failed[0]
        case _:
            return None


def in_words(condition: Condition) -> str:
    """The condition in one line: its kind, and what it asks."""
    match condition:
        case Not():
            return f"not ({in_words(condition.of)})"
        case All():
            return f"({' and '.join(map(in_words, condition.of))})"
        case Any():
            return f"({' or '.join(map(in_words, condition.of))})"
        case _:
            asked = condition.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)
            said = "; ".join(f"{name}: {', '.join(map(str, one)) if isinstance(one, list) else one}" for name, one in asked.items())
            return f"{condition.kind} [{said}]" if said else condition.kind
