"""What a rulebook says of one case: order never matters, and nothing here can make us less careful."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args

from pipeline.case import RUNGS, Reason, Route, Urgency
from pipeline.policy.facts import FLAGS, Facts, Flag
from pipeline.policy.rulebook import Redaction, Rule, Rulebook, delay
from pipeline.policy.truth import Truth, holds

REDACTIONS: tuple[Redaction, ...] = get_args(Redaction)
URGENCIES: tuple[Urgency, ...] = ("low", "normal", "high", "urgent")


@dataclass(frozen=True, slots=True)
class Signals:
    """What the wording says: flags in canonical order, and the highest urgency any of them asks for."""

    flags: tuple[Flag, ...]
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Ruling:
    """What all rules that hold say together. `owners` and `templates` are all that were named: two or more are a conflict."""

    reasons: tuple[Reason, ...]
    owners: tuple[str, ...]
    urgency: Urgency
    respond_within: timedelta | None
    templates: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    second_approver: bool = False


def lowest(routes: list[Route]) -> Route:
    """The most careful of some rungs; AUTO_SEND of none."""
    return max(routes, key=RUNGS.index, default=Route.AUTO_SEND)


def highest(urgencies: list[Urgency]) -> Urgency:
    """The most pressing; low of none."""
    return max(urgencies, key=URGENCIES.index, default="low")


def signals(rulebook: Rulebook, facts: Facts) -> Signals:
    """The flags that the mail's own wording raises."""
    raised = [signal for signal in rulebook.signals if holds(signal.when, facts, rulebook.names)]
    flags = {signal.flag for signal in raised}
    return Signals(tuple(flag for flag in FLAGS if flag in flags), highest([signal.urgency for signal in raised if signal.urgency]))


def redaction(rulebook: Rulebook, facts: Facts, said: Signals | None = None) -> Redaction:
    """How much is taken out before a model reads this mail: the most that anything asks for. `facts` need no flags yet.

    `said` is what `signals` says of them; None: ask it.
    """
    flags = (said or signals(rulebook, facts)).flags
    if flags:
        return "full"
    known = replace(facts, flags=flags)
    asked = [rule.then.redact for rule in rulebook.rules if rule.then.redact and holds(rule.when, known, rulebook.names) is not False]
    return max([rulebook.redaction, *asked], key=REDACTIONS.index)


def ruling(rulebook: Rulebook, facts: Facts) -> Ruling:
    """What the rules that hold say together, reasons sorted by name.

    Where nobody can tell whether a rule holds, what makes us more careful follows from it, and nothing else.
    """
    names = rulebook.names
    judged = sorted(((rule, holds(rule.when, facts, names)) for rule in rulebook.rules), key=lambda pair: pair[0].name)
    speaking = [rule for rule, truth in judged if truth]
    voices = [(rule, truth) for rule, truth in judged if truth or (truth is None and rule.then.ceiling is not Route.AUTO_SEND)]
    delays = [delay(rule.then.respond_within) for rule in speaking if rule.then.respond_within]
    return Ruling(
        reasons=tuple(_reason(rule, truth) for rule, truth in voices),
        owners=tuple(sorted({rule.then.owner for rule in speaking if rule.then.owner})),
        urgency=highest([rule.then.urgency for rule in speaking if rule.then.urgency]),
        respond_within=min(delays, default=None),
        templates=tuple(sorted({rule.then.template for rule in speaking if rule.then.template})),
        tags=tuple(sorted({tag for rule in speaking for tag in rule.then.tags})),
        notify=tuple(sorted({team for rule in speaking for team in rule.then.notify})),
        second_approver=any(rule.then.second_approver for rule, _ in voices),
    )


def _reason(rule: Rule, truth: Truth) -> Reason:
    doubt = "" if truth else "We could not look up all that this rests on, so we are careful. "
    return Reason("rule", rule.name, rule.then.ceiling, f"{doubt}{rule.why}")
