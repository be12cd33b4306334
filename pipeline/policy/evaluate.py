"""What a rulebook says of one case: order never matters, and nothing here can make us less careful."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args

from pipeline.case import RUNGS, Reason, Route, Urgency
from pipeline.policy.language import FLAGS, Facts, Flag, holds
from pipeline.policy.rulebook import Redaction, Rule, Rulebook, delay

REDACTIONS: tuple[Redaction, ...] = get_args(Redaction)
URGENCIES: tuple[Urgency, ...] = ("low", "normal", "high", "urgent")


@dataclass(frozen=True, slots=True)
class Signals:
    """What the wording says: flags in canonical order, and the highest urgency any of them asks for."""

    flags: tuple[Flag, ...]
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Ruling:
    """What all rules that hold say together. `owners` are all that were named: two or more are a conflict."""

    reasons: tuple[Reason, ...]
    owners: tuple[str, ...]
    urgency: Urgency
    respond_within: timedelta | None


def lowest(routes: list[Route]) -> Route:
    """The most careful of some rungs; AUTO_SEND of none."""
    return max(routes, key=RUNGS.index, default=Route.AUTO_SEND)


def highest(urgencies: list[Urgency]) -> Urgency:
    """The most pressing; low of none."""
    return max(urgencies, key=URGENCIES.index, default="low")


def signals(rulebook: Rulebook, facts: Facts) -> Signals:
    """The flags that the mail's own wording raises."""
    raised = [signal for signal in rulebook.signals if holds(signal.when, facts)]
    flags = {signal.flag for signal in raised}
    return Signals(tuple(flag for flag in FLAGS if flag in flags), highest([signal.urgency for signal in raised if signal.urgency]))


def redaction(rulebook: Rulebook, facts: Facts) -> Redaction:
    """How much is taken out before a model reads this mail: the most that anything asks for. `facts` need no flags yet."""
    flags = signals(rulebook, facts).flags
    if flags:
        return "full"
    asked = [rule.then.redact for rule in rulebook.rules if rule.then.redact and holds(rule.when, replace(facts, flags=flags))]
    return max([rulebook.redaction, *asked], key=REDACTIONS.index)


def ruling(rulebook: Rulebook, facts: Facts) -> Ruling:
    """What the rules that hold say together, reasons sorted by name."""
    speaking = sorted((rule for rule in rulebook.rules if holds(rule.when, facts)), key=lambda rule: rule.name)
    owners = tuple(sorted({rule.then.owner for rule in speaking if rule.then.owner}))
    delays = [delay(rule.then.respond_within) for rule in speaking if rule.then.respond_within]
    urgency = highest([rule.then.urgency for rule in speaking if rule.then.urgency])
    return Ruling(tuple(_reason(rule) for rule in speaking), owners, urgency, min(delays, default=None))


def _reason(rule: Rule) -> Reason:
    return Reason("rule", rule.name, rule.then.at_most or Route.AUTO_SEND, rule.why)
