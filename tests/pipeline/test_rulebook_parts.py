"""Sums, hours, unknown facts, conflicts, and which changes can only lower routes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.case import Case, CaseId, Context, Route, Status
from pipeline.effects import Notify
from pipeline.plan import effects
from pipeline.policy import amounts
from pipeline.policy.calendar import Calendar
from pipeline.policy.compare import only_lowers
from pipeline.policy.rulebook import Rulebook
from tests.pipeline.letters import SUPPORT, house, mail
from tests.pipeline.test_route import decided

FIRST: dict[str, Any] = {"kind": "first_contact"}
SUPPORT_ONLY: dict[str, Any] = {"kind": "intent", "one_of": ["support"]}
BOTH: dict[str, Any] = {"kind": "intent", "one_of": ["support", "pricing"]}


def book(*rules: dict[str, Any], **more: Any) -> Rulebook:
    named = [{"name": f"r{number}", "why": "It is so.", **rule} for number, rule in enumerate(rules)]
    return Rulebook.model_validate({"rules": named, **more})


@pytest.mark.parametrize(
    ("text", "sum_of_money"),
    [
        ("It costs 1.200 €.", 1200),
        ("It costs 1.200,50 EUR", 1200.5),
        ("$1,200.50 in all", 1200.5),
        ("CHF 12'500", 12_500),
        ("12.50 euros or £9", 12.5),
        ("a deal of €2k", 2000),
        ("we would pay 1.5 million dollars", 1_500_000),
        ("3 Mio. EUR", 3_000_000),
        ("call 12500 or room 3", 0),
    ],
)
def test_the_largest_sum_is_read_the_careful_way(text: str, sum_of_money: float) -> None:
    assert amounts.largest(text) == sum_of_money


def test_hours_are_those_of_the_houses_own_zone() -> None:
    calendar = Calendar.model_validate(
        {"timezone": "Europe/London", "hours": {"mon": [{"start": "08:00", "end": "18:00"}]}, "holidays": ["2026-08-31"]}
    )
    assert calendar.is_open(datetime(2026, 7, 6, 7, 30, tzinfo=UTC)), "it is half past eight in London's summer"
    assert not calendar.is_open(datetime(2026, 1, 5, 7, 30, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 7, 7, 9, 0, tzinfo=UTC)), "no hours on a Tuesday"
    assert calendar.is_holiday(datetime(2026, 8, 31, 9, 0, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 8, 31, 9, 0, tzinfo=UTC))
    with pytest.raises(ValidationError, match="no time zone"):
        Calendar.model_validate({"timezone": "Mars/Base", "hours": {}})


def test_what_cannot_be_known_makes_us_careful_and_nothing_else() -> None:
    then = {"at_most": "human", "owner": "ops", "urgency": "urgent", "tags": ["gold"]}
    decision = decided(mail(), replace(house(), rulebook=book({"when": {"kind": "open_deal"}, "then": then})))
    assert (decision.would_be, decision.owner, decision.urgency, decision.tags) == (Route.HUMAN, "support", "normal", ())
    assert "could not look up" in decision.reasons[0].text
    harmless = decided(mail(), replace(house(), rulebook=book({"when": {"kind": "open_deal"}, "then": {"owner": "ops"}})))
    assert (harmless.would_be, harmless.owner) == (Route.AUTO_SEND, "support")


def test_a_second_approver_keeps_a_mail_from_going_out_by_itself() -> None:
    decision = decided(mail(), replace(house(), rulebook=book({"when": FIRST, "then": {"second_approver": True}})))
    assert (decision.would_be, decision.second_approver) == (Route.REVIEW, True)


def test_a_rule_may_choose_the_template_and_two_of_them_are_a_conflict() -> None:
    one, other = ({"when": FIRST, "then": {"template": name}} for name in ("pricing", "invoice"))
    chosen = decided(mail(), replace(house(), rulebook=book(one)))
    assert (chosen.template, chosen.would_be) == ("pricing", Route.AUTO_SEND)
    assert ("template:pricing" in dict(chosen.versions), "template:support" in dict(chosen.versions)) == (True, False)
    assert decided(mail(), replace(house(), rulebook=book(one, other))).route is Route.HUMAN


def test_teams_are_told_in_the_thread_once_each() -> None:
    told = [{"when": FIRST, "then": {"notify": ["ops", "legal"], "tags": ["late"]}}, {"when": FIRST, "then": {"notify": ["ops"]}}]
    decision = decided(mail(), replace(house(), rulebook=book(*told)))
    assert (decision.notify, decision.tags) == (("legal", "ops"), ("late",))
    case = Case(CaseId(1), 1, Status.REVIEW, SUPPORT, mail(), None, Context(False, False, 0), decision, None, None)
    assert [effect.key for effect in effects(case) if isinstance(effect, Notify)] == ["notify:1:team:legal", "notify:1:team:ops"]


REVIEW, HUMAN = {"at_most": "review"}, {"at_most": "human"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [{"when": FIRST, "then": REVIEW}], True),
        ([{"when": FIRST, "then": REVIEW}], [], False),
        ([{"when": FIRST, "then": REVIEW}], [{"when": FIRST, "then": HUMAN}], True),
        ([{"when": FIRST, "then": HUMAN}], [{"when": FIRST, "then": REVIEW}], False),
        ([{"when": SUPPORT_ONLY, "then": HUMAN}], [{"when": BOTH, "then": HUMAN}], True),
        ([{"when": BOTH, "then": HUMAN}], [{"when": SUPPORT_ONLY, "then": HUMAN}], False),
        ([{"when": {"kind": "not", "of": BOTH}, "then": HUMAN}], [{"when": {"kind": "not", "of": SUPPORT_ONLY}, "then": HUMAN}], True),
        ([{"when": {"kind": "all", "of": [FIRST, BOTH]}, "then": HUMAN}], [{"when": FIRST, "then": HUMAN}], True),
        ([{"when": FIRST, "then": HUMAN}], [{"when": {"kind": "any", "of": [BOTH, FIRST]}, "then": HUMAN}], True),
        ([{"when": FIRST, "then": {"owner": "ops"}}], [], False),
        ([{"when": FIRST, "then": {"second_approver": True}}], [{"when": FIRST, "then": REVIEW}], False),
        ([], [{"when": FIRST, "then": {"template": "pricing"}}], False),
        ([], [{"when": FIRST, "then": {"urgency": "high"}}], False),
        ([], [{"when": FIRST, "then": {"redact": "full"}}], False),
        ([{"when": FIRST, "then": {"tags": ["a"]}}], [], True),
    ],
)
def test_only_what_the_structure_shows_is_said_to_lower(old: list[dict[str, Any]], new: list[dict[str, Any]], expected: bool) -> None:
    assert only_lowers(book(*old), book(*new)) is expected


def test_a_longer_list_and_another_signal_are_told_apart() -> None:
    listed = {"when": {"kind": "sender", "one_of": ["list:odd"]}, "then": HUMAN}
    short, long = (book(listed, lists={"odd": entries}) for entries in (["@a.example"], ["@a.example", "@b.example"]))
    assert only_lowers(short, long)
    assert not only_lowers(long, short)
    assert not only_lowers(book(), book(signals=[{"flag": "legal", "when": FIRST}]))
