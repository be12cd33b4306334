"""What each intent's answers come from in a house, read off its parts: the gate key changes with these and with nothing else."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.case import Route
from pipeline.gate.key import Makings, gate_key
from pipeline.house import House
from pipeline.policy.content import Intent
from pipeline.policy.language import All, Any, Condition, Holiday, IntentIs, Not, OfficeOpen, leaves
from pipeline.policy.references import written_out
from pipeline.policy.rulebook import Rule, Rulebook
from pipeline.voice import ReplyTemplate

LINTER = "2"
"""Raised whenever a text may pass the linter, or the gate of rewordings, that did not pass before; a test holds it to their source."""

DATED = re.compile(r"20\d\d-?[01]\d-?[0-3]\d")
"""A hosted model's snapshot has its day in the name."""
SPOKEN = ("classify", "draft")
"""The roles of models that read the mail or word the answer."""


Asked = Mapping[str, Sequence[str]]
"""The names of the language models that may read or word a mail, by role, in the order in which they are asked."""


def keyed(house: House, asked: Asked) -> House:
    """The house with the gate key of every intent that may ever answer by itself; none while a hosted model changes under its name."""
    if moving(asked):
        return replace(house, keys={})
    return replace(house, keys={intent.name: gate_key(makings(intent, house, asked)) for intent in candidates(house)})


def candidates(house: House) -> tuple[Intent, ...]:
    """The intents that could earn the right."""
    return tuple(intent for intent in house.intents.values() if intent.ceiling is Route.AUTO_SEND and intent.template)


def moving(asked: Asked) -> str:
    """The models that are named without the day of a snapshot, or ""."""
    return ", ".join(sorted({name for role in SPOKEN for name in asked.get(role, ()) if not DATED.search(name)}))


def makings(intent: Intent, house: House, asked: Asked) -> Makings:
    """The parts, each as a version or a digest."""
    spoken = {role: " or ".join(asked[role]) for role in SPOKEN if asked.get(role)}
    prompts = {role: house.prompts.by_name[role].version for role in spoken if role in house.prompts.by_name}
    letters = _letters(intent, house)
    quoted = {name: value for letter in letters.values() for name, value in _quoted(letter, intent, house)}
    return Makings(
        model="; ".join([house.model.version, *(f"{role} {version}" for role, version in sorted(spoken.items()))]),
        prompt="; ".join(f"{role} {version}" for role, version in sorted(prompts.items())) or "none",
        template=_digest([{name: letter.digest for name, letter in letters.items()}, quoted]),
        rules=tuple(sorted(rules(intent.name, house.rulebook))),
        threshold=intent.sure_from,
        linter=LINTER,
    )


def _letters(intent: Intent, house: House) -> Mapping[str, ReplyTemplate]:
    """Every template that may answer, in every language."""
    touching = [rule.then.template for rule in house.rulebook.rules if may_touch(rule, intent.name, house.rulebook)]
    names = {name for name in (intent.template, *touching) if name}
    return {name: letter for name, letter in sorted(house.voice.replies.items()) if name.partition(".")[0] in names}


def _quoted(letter: ReplyTemplate, intent: Intent, house: House) -> Iterator[tuple[str, object]]:
    """The values of ours that the letter takes from the policies, by slot; what the mail says itself is none of them."""
    company, prices = house.company, house.prices
    for name in sorted(letter.uses):
        plan = prices.plans.get(name.removeprefix("price_"))
        if name == "docs":
            yield name, {page: company.docs[page].model_dump(mode="json") for page in intent.docs}
        elif name == "times" and company.meetings:
            yield name, company.meetings.model_dump(mode="json")
        elif name == "price_note":
            yield name, dict(prices.note)
        elif name.startswith("price_") and plan:
            yield name, plan.model_dump(mode="json")
        elif name == "partnerships":
            yield name, house.people.partnerships
        elif name == "company" or name in type(company).model_fields:
            yield name, company.model_dump(mode="json")["name" if name == "company" else name]
    yield "forward_to", house.people.aliases().get(intent.forward_to or "", "")


def rules(intent: str, rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    """Name and digest of every rule that may speak of this intent, and of what all of them rest on."""
    asked = []
    for rule in rulebook.rules:
        if may_touch(rule, intent, rulebook):
            asked.append(whole(rule.when, rulebook))
            yield f"rule {rule.name}", _digest([asked[-1].model_dump(mode="json"), rule.then.model_dump(mode="json")])
    signals = sorted(
        json.dumps([each.flag, each.urgency, whole(each.when, rulebook).model_dump(mode="json")], sort_keys=True)
        for each in rulebook.signals
    )
    yield "signals", _digest(signals)
    yield "redaction", _digest([rulebook.redaction, rulebook.redaction_for_models])
    if rulebook.calendar and any(isinstance(leaf, OfficeOpen | Holiday) for condition in asked for leaf in leaves(condition)):
        yield "calendar", _digest(rulebook.calendar.model_dump(mode="json"))


def may_touch(rule: Rule, intent: str, rulebook: Rulebook) -> bool:
    """Whether the rule may speak of a mail with this intent: not where its structure excludes it."""
    return _with_intent(whole(rule.when, rulebook), intent) is not False


def whole(condition: Condition, rulebook: Rulebook) -> Condition:
    return written_out(condition, rulebook.conditions, rulebook.names.lists)


def _with_intent(condition: Condition, intent: str) -> bool | None:
    """What the condition is for every mail of this intent; None where that depends on the mail."""
    match condition:
        case IntentIs():
            return intent in condition.one_of
        case Not():
            inner = _with_intent(condition.of, intent)
            return None if inner is None else not inner
        case All() | Any():
            decides = isinstance(condition, Any)
            found = [_with_intent(inner, intent) for inner in condition.of]
            return decides if decides in found else None if None in found else not decides
        case _:
            return None


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
