"""The conditions of rules, and the promise that no rule can make us less careful."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pipeline.case import RUNGS, Context
from pipeline.policy.evaluate import ruling, signals
from pipeline.policy.facts import FLAGS, Customer, Facts
from pipeline.policy.language import DEEPEST, Condition
from pipeline.policy.rulebook import MOST_RULES, Rulebook
from pipeline.policy.truth import Truth, holds
from pipeline.stages.enrich import facts
from tests.pipeline.letters import SUPPORT, attached, mail, policies, vouched

FACTS = replace(
    facts(mail("Hello there, it costs 1.200 €", "Order 7"), SUPPORT),
    intent="support",
    confidence=0.8,
    flags=("anger",),
    cautions=frozenset(("display_name",)),
    customer=Customer(open_deal=True, open_tickets=2),
)
NAMES = Rulebook.model_validate(
    {
        "lists": {"all": ["list:some", "@other.example"], "some": ["@customer.example"]},
        "conditions": {"friends": {"kind": "sender", "one_of": ["list:all"]}},
        "calendar": {"timezone": "Europe/London", "hours": {"mon": [{"start": "08:00", "end": "18:00"}]}},
    }
).names
READ: TypeAdapter[Condition] = TypeAdapter(Condition)


def says(facts: Facts = FACTS, **condition: Any) -> Truth:
    return holds(READ.validate_python(condition), facts, NAMES)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"kind": "sender", "one_of": ["aoife@customer.example"]}, True),
        ({"kind": "sender", "one_of": ["@customer.example"]}, True),
        ({"kind": "sender", "one_of": ["@example"]}, False),
        ({"kind": "authenticated", "one_of": ["pass"]}, True),
        ({"kind": "vip"}, False),
        ({"kind": "first_contact"}, True),
        ({"kind": "in_thread"}, False),
        ({"kind": "mailbox", "one_of": [SUPPORT]}, True),
        ({"kind": "matches", "where": "subject", "regex": "^ORDER \\d$"}, True),
        ({"kind": "matches", "where": "reply", "regex": "order"}, False),
        ({"kind": "matches", "regex": "order|nothing"}, True),
        ({"kind": "intent", "one_of": ["pricing"]}, False),
        ({"kind": "urgency", "one_of": ["normal"]}, True),
        ({"kind": "flag", "one_of": ["legal", "anger"]}, True),
        ({"kind": "caution", "one_of": ["display_name", "sender_name"]}, True),
        ({"kind": "caution", "one_of": ["lookalike_domain"]}, False),
        ({"kind": "language", "one_of": ["de"]}, False),
        ({"kind": "attachment"}, False),
        ({"kind": "confidence", "below": 0.9}, True),
        ({"kind": "confidence", "below": 0.7}, False),
        ({"kind": "amount", "at_least": 1000}, True),
        ({"kind": "amount", "at_least": 2000}, False),
        ({"kind": "open_deal"}, True),
        ({"kind": "open_deal", "at_least": 5000}, None),
        ({"kind": "lifecycle", "one_of": ["customer"]}, None),
        ({"kind": "open_tickets", "at_least": 3}, False),
        ({"kind": "office_open"}, True),
        ({"kind": "holiday"}, False),
        ({"kind": "named", "name": "friends"}, True),
        ({"kind": "sender", "one_of": ["list:all"]}, True),
        ({"kind": "not", "of": {"kind": "vip"}}, True),
        ({"kind": "not", "of": {"kind": "lifecycle", "one_of": ["lead"]}}, None),
        ({"kind": "all", "of": [{"kind": "lifecycle", "one_of": ["lead"]}, {"kind": "vip"}]}, False),
        ({"kind": "any", "of": [{"kind": "lifecycle", "one_of": ["lead"]}, {"kind": "vip"}]}, None),
        ({"kind": "any", "of": [{"kind": "lifecycle", "one_of": ["lead"]}, {"kind": "first_contact"}]}, True),
        ({"kind": "all", "of": [{"kind": "first_contact"}, {"kind": "vip"}]}, False),
        ({"kind": "any", "of": [{"kind": "first_contact"}, {"kind": "vip"}]}, True),
    ],
)
def test_each_condition_reads_its_fact(condition: dict[str, Any], expected: bool) -> None:
    assert says(**condition) is expected


def test_every_kind_of_condition_is_covered_here() -> None:
    union = get_args(get_args(Condition)[0])
    assert len(union) == 24  # one more kind needs one more row above


def test_an_attachment_is_found_by_its_type() -> None:
    calendar = facts(mail(attachments=attached("text/calendar")), SUPPORT)
    assert says(calendar, kind="attachment", media_types=["text/calendar"])
    assert not says(calendar, kind="attachment", media_types=["image/"])


@pytest.mark.parametrize("regex", ["(?=x)", r"(a)\1", "(a", "a{1001}", "x" * 257])
def test_a_pattern_that_is_not_linear_or_too_long_is_refused(regex: str) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python({"kind": "matches", "regex": regex})


@pytest.mark.parametrize(
    ("regex", "place"),
    [
        ("(a+)+$", "(a+)+"),
        ("x(?:(a*)b)*", "(?:(a*)b)*"),
        (r"((\w+\s){2,}){3,}", r"(\w+\s){2,}"),
        ("([+]a+)*?", "([+]a+)*"),
    ],
)
def test_a_repetition_of_a_repetition_is_refused_with_its_place(regex: str, place: str) -> None:
    with pytest.raises(ValidationError, match="repeats without end") as refused:
        READ.validate_python({"kind": "matches", "regex": regex})
    assert f'"{place}' in str(refused.value)


@pytest.mark.parametrize("regex", ["(a+){0,20}", "(a{2,5})+", "a+(b)+", r"(\(a+\))", "([+*])+", "(a|b)*c+", r"\Q(a+)+\E"])
def test_a_bounded_repetition_is_no_danger(regex: str) -> None:
    assert READ.validate_python({"kind": "matches", "regex": regex}).kind == "matches"


def test_text_that_is_no_unicode_can_be_searched() -> None:
    assert says(facts(mail("broken \ud800 text"), SUPPORT), kind="matches", regex="text")


def rule(name: str, **then: object) -> dict[str, Any]:
    return {"name": name, "why": "Because.", "when": {"kind": "first_contact"}, "then": then}


def test_a_rule_needs_a_consequence_and_a_name_of_its_own() -> None:
    with pytest.raises(ValidationError, match="nothing follows"):
        Rulebook.model_validate({"rules": [rule("a")]})
    with pytest.raises(ValidationError, match="two rules are called a"):
        Rulebook.model_validate({"rules": [rule("a", at_most="human"), rule("a", at_most="review")]})
    with pytest.raises(ValidationError, match="input_value='auto_send'"):
        Rulebook.model_validate({"rules": [rule("a", at_most="auto_send")]})


def test_size_and_depth_are_limited() -> None:
    with pytest.raises(ValidationError, match=str(MOST_RULES)):
        Rulebook.model_validate({"rules": [rule(f"r{n}", at_most="human") for n in range(MOST_RULES + 1)]})
    nested: dict[str, object] = {"kind": "vip"}
    for _ in range(DEEPEST):
        nested = {"kind": "not", "of": nested}
    with pytest.raises(ValidationError, match="deep"):
        Rulebook.model_validate({"rules": [{**rule("a", at_most="human"), "when": nested}]})


def test_a_signal_cannot_read_what_is_not_known_yet() -> None:
    with pytest.raises(ValidationError, match="before the intent is known"):
        Rulebook.model_validate({"signals": [{"flag": "anger", "when": {"kind": "intent", "one_of": ["support"]}}]})


def test_flags_come_from_a_closed_list_in_canonical_order() -> None:
    angry = "This is unacceptable, our lawyers will be in touch. We cannot work, everything is down."
    found = signals(policies().rulebook, facts(mail(angry), SUPPORT))
    assert found.flags == ("legal", "anger", "outage")
    assert list(found.flags) == sorted(found.flags, key=FLAGS.index)
    assert found.urgency == "urgent"
    with pytest.raises(ValidationError):
        Rulebook.model_validate({"signals": [{"flag": "approved_by_boss", "when": {"kind": "vip"}}]})


ROUTES = st.sampled_from(["review", "human", None])
CONDITIONS = st.sampled_from(
    [{"kind": "first_contact"}, {"kind": "vip"}, {"kind": "not", "of": {"kind": "vip"}}, {"kind": "flag", "one_of": ["anger"]}]
)


@st.composite
def rulebooks(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for number in range(draw(st.integers(0, 6))):
        then = {
            "at_most": draw(ROUTES),
            "urgency": draw(st.sampled_from(["low", "high", "urgent"])),
            "owner": draw(st.sampled_from(["sales", "ops"])),
        }
        made.append({"name": f"r{number}", "why": "Because.", "when": draw(CONDITIONS), "then": {k: v for k, v in then.items() if v}})
    return made


@settings(max_examples=150, deadline=None)
@given(rules=rulebooks(), random=st.randoms())
def test_order_never_matters_and_one_more_rule_never_raises_a_route(rules: list[dict[str, Any]], random: Any) -> None:
    shuffled = random.sample(rules, len(rules))
    whole = ruling(Rulebook.model_validate({"rules": rules}), FACTS)
    assert ruling(Rulebook.model_validate({"rules": shuffled}), FACTS) == whole
    if rules:
        fewer = ruling(Rulebook.model_validate({"rules": rules[1:]}), FACTS)
        assert {reason.name for reason in fewer.reasons} <= {reason.name for reason in whole.reasons}
        lowest = [max((RUNGS.index(reason.at_most) for reason in one.reasons), default=0) for one in (fewer, whole)]
        assert lowest[0] <= lowest[1]


def test_a_vip_counts_only_where_the_mail_is_authenticated() -> None:
    people = policies().people
    assert says(facts(mail(), SUPPORT, Context(vip=True, known=True, earlier=2)), kind="vip")
    forged = mail(sender=mail().sender.__class__("Ingrid", people.vips[0]), authentication=vouched("fail"))
    assert not people.is_vip(forged)
