"""The gate key changes with what an intent's answers come from, and with nothing else."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import pytest

from pipeline.case import Route
from pipeline.gate.key import changed
from pipeline.gate.makings import LINTER, candidates, keyed, makings, may_touch, moving
from pipeline.house import House
from pipeline.policy.rulebook import Rule
from pipeline.voice import Voice
from tests.pipeline.letters import ROOT, house

LINTING = ("stages/lint.py", "faithful.py", "atoms.py", "weighty.py", "lexicon.py", "letter.py")
OF_LINTER_2 = "a4b6168e4009618b"
"""The digest of these files while LINTER is "2"."""


def rule(when: Mapping[str, object], name: str = "new", **then: object) -> Rule:
    return Rule.model_validate({"name": name, "why": "For a reason.", "when": when, "then": then or {"at_most": "human"}})


def with_rules(*more: Rule) -> House:
    whole = house()
    return replace(whole, rulebook=whole.rulebook.model_copy(update={"rules": (*whole.rulebook.rules, *more)}))


def keys(of: House, asked: Mapping[str, tuple[str, ...]] | None = None) -> Mapping[str, str]:
    return keyed(of, asked or {}).keys


def moved(of: House) -> set[str]:
    """The intents whose key is another than before."""
    before, after = keys(house()), keys(of)
    return {name for name in before if before[name] != after[name]}


ALL = set(keys(house()))


def test_every_intent_that_may_earn_the_right_has_a_key_and_no_other() -> None:
    assert (
        {intent.name for intent in candidates(house())}
        == ALL
        == {name for name, one in house().intents.items() if one.ceiling is Route.AUTO_SEND}
    )


def test_the_order_of_rules_and_how_often_it_is_asked_do_not_matter() -> None:
    whole = house()
    backwards = replace(whole, rulebook=whole.rulebook.model_copy(update={"rules": whole.rulebook.rules[::-1]}))
    assert moved(backwards) == moved(whole) == set()


@pytest.mark.parametrize(
    ("when", "touched"),
    [
        ({"kind": "intent", "one_of": ["pricing"]}, {"pricing"}),
        ({"kind": "not", "of": {"kind": "intent", "one_of": ["pricing"]}}, ALL - {"pricing"}),
        ({"kind": "all", "of": [{"kind": "vip"}, {"kind": "intent", "one_of": ["invoice", "support"]}]}, {"invoice", "support"}),
        ({"kind": "any", "of": [{"kind": "vip"}, {"kind": "intent", "one_of": ["invoice"]}]}, ALL),
        ({"kind": "vip"}, ALL),
        ({"kind": "intent", "one_of": ["legal"]}, set()),
    ],
)
def test_a_rule_moves_the_keys_of_those_that_it_may_touch(when: dict[str, object], touched: set[str]) -> None:
    assert moved(with_rules(rule(when))) == touched
    assert {name for name in ALL if may_touch(rule(when), name, house().rulebook)} == touched


def test_a_price_moves_the_letters_that_quote_it() -> None:
    whole = house()
    name, plan = next(iter(whole.prices.plans.items()))
    other = plan.model_copy(update={"paragraph": {**plan.paragraph, "en": "It costs nothing."}})
    cheaper = replace(whole, prices=whole.prices.model_copy(update={"plans": {**whole.prices.plans, name: other}}))
    quoting = {one.name for one in candidates(whole) if f"price_{name}" in whole.voice.replies[str(one.template)].uses}
    assert quoting
    assert moved(cheaper) == quoting


def test_a_template_in_any_language_moves_its_intent_alone() -> None:
    whole = house()
    german = next(name for name in whole.voice.replies if name.endswith(".de") and name.partition(".")[0] in {"pricing", "support"})
    replies = {**whole.voice.replies, german: replace(whole.voice.replies[german], digest="another")}
    touched = {one.name for one in candidates(whole) if one.template == german.partition(".")[0]}
    assert moved(replace(whole, voice=Voice(replies))) == touched


def test_model_threshold_and_redaction_move_keys_and_an_unrelated_caption_does_not() -> None:
    whole = house()
    surer = whole.intents["pricing"].model_copy(update={"sure_from": 0.97})
    assert moved(replace(whole, intents={**whole.intents, "pricing": surer})) == {"pricing"}
    assert moved(replace(whole, rulebook=whole.rulebook.model_copy(update={"redaction": "full"}))) == ALL
    assert moved(replace(whole, rulebook=whole.rulebook.model_copy(update={"dry_run": False}))) == set()
    titled = whole.intents["pricing"].model_copy(update={"title": "Money", "hold": "5m", "worth_minutes": 9})
    assert moved(replace(whole, intents={**whole.intents, "pricing": titled})) == set()


def test_a_hosted_model_needs_a_dated_name() -> None:
    dated, undated = {"classify": ("openai/gpt-4o-2024-08-06",)}, {"classify": ("openai/gpt-4o-mini", "anthropic/claude-haiku-20261001")}
    assert keys(house(), dated) != keys(house())
    assert keys(house(), undated) == {}
    assert moving(undated) == "openai/gpt-4o-mini"
    assert moving({"summary": ("openai/gpt-4o-mini",)}) == ""
    one = candidates(house())[0]
    assert changed(makings(one, house(), {}), makings(one, house(), dated)) == ("model", "prompt")


def test_the_linters_version_is_raised_when_the_linter_changes() -> None:
    source = "\n".join((ROOT / "pipeline" / name).read_text() for name in LINTING)
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    assert (LINTER, digest) == ("2", OF_LINTER_2), "Put the new digest here; where a text may pass now that did not, raise LINTER as well."
