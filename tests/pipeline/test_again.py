"""The rulebook's promises: one more rule never raises a route, order never matters, and a record decides the same again."""

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.store.documents import INPUTS, TRIAGED, Inputs, dump
from bot.store.records import MADE
from pipeline.again import Record, decide_again, under
from pipeline.case import RUNGS, CaseId, Classification, Context, Decision, History, Route, Status
from pipeline.email import Address, Attachment, Email
from pipeline.errors import Temporary
from pipeline.flow import triage
from pipeline.gate.states import State
from pipeline.house import House
from pipeline.policy.compare import only_lowers
from pipeline.policy.rulebook import Rulebook
from pipeline.rights import Right, Rights
from pipeline.stages.route import route
from tests.pipeline.letters import AT, SUPPORT, house, mail, vouched

FULL = 10_000 if os.environ.get("TRIAGE_FULL") else 150
DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
WORDS = ["Our lawyers will sue you.", "My password is x.", "It costs 12,000 €.", "Everything is down for all our users.", "Hello there."]

LEAVES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"kind": "first_contact"},
        {"kind": "vip"},
        {"kind": "in_thread", "earlier": 1},
        {"kind": "in_thread", "earlier": 2},
        {"kind": "flag", "one_of": ["anger", "legal"]},
        {"kind": "flag", "one_of": ["legal"]},
        {"kind": "intent", "one_of": ["support"]},
        {"kind": "intent", "one_of": ["support", "pricing"]},
        {"kind": "authenticated", "one_of": ["pass"]},
        {"kind": "authenticated", "one_of": ["pass", "none"]},
        {"kind": "open_deal"},
        {"kind": "open_tickets", "at_least": 2},
        {"kind": "amount", "at_least": 1000},
        {"kind": "amount", "at_least": 20_000},
        {"kind": "confidence", "below": 0.7},
        {"kind": "confidence", "below": 0.9},
        {"kind": "office_open"},
        {"kind": "attachment", "name_ends": [".exe"]},
        {"kind": "sender", "one_of": ["list:friends"]},
        {"kind": "named", "name": "odd"},
        {"kind": "matches", "regex": "hello"},
    ]
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda of: {"kind": "all", "of": of}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda of: {"kind": "any", "of": of}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda of: {"kind": "not", "of": of}, inner),
    ),
    max_leaves=5,
).filter(lambda condition: nesting(condition) <= 6)
THEN = st.fixed_dictionaries(
    {},
    optional={
        "at_most": st.sampled_from(["review", "human"]),
        "owner": st.sampled_from(["sales", "ops"]),
        "urgency": st.sampled_from(["low", "urgent"]),
        "template": st.sampled_from(["support", "pricing"]),
        "second_approver": st.just(True),
        "respond_within": st.sampled_from(["1h", "2d"]),
        "tags": st.lists(st.sampled_from(["gold", "late"]), max_size=2),
        "notify": st.just(["legal"]),
    },
).filter(lambda then: any(then.values()))


def nesting(condition: dict[str, Any]) -> int:
    inner = condition.get("of", [])
    return 1 + max(map(nesting, inner if isinstance(inner, list) else [inner]), default=0)


@st.composite
def rules(draw: st.DrawFn, most: int = 5) -> list[dict[str, Any]]:
    made = draw(st.lists(st.tuples(CONDITIONS, THEN), max_size=most))
    return [{"name": f"r{number}", "why": "Because it is so.", "when": when, "then": then} for number, (when, then) in enumerate(made)]


def rulebook(made: list[dict[str, Any]]) -> Rulebook:
    return Rulebook.model_validate(
        {
            "rules": made,
            "lists": {"friends": ["@customer.example"]},
            "conditions": {"odd": {"kind": "not", "of": {"kind": "authenticated", "one_of": ["pass"]}}},
            "calendar": {"timezone": "Europe/Berlin", "hours": {"mon": [{"start": "10:00", "end": "12:00"}]}},
            "signals": [{"flag": "legal", "when": {"kind": "matches", "regex": "lawyers?"}, "urgency": "high"}],
        }
    )


@st.composite
def mails(draw: st.DrawFn) -> Email:
    text = " ".join(draw(st.lists(st.sampled_from(WORDS) | st.text(max_size=20), max_size=3)))
    files = draw(st.lists(st.sampled_from(["a.pdf", "b.exe"]), max_size=2))
    return mail(
        text,
        sender=Address("", draw(st.sampled_from(["a@customer.example", "ingrid.solberg@nordlift.example", "x@other.example"]))),
        authentication=vouched(draw(st.sampled_from(["pass", "fail", "none"]))),
        language=draw(st.sampled_from(["en", "de"])),
        attachments=tuple(Attachment(name, "application/pdf", 10) for name in files),
        received_at=AT + timedelta(hours=draw(st.integers(-50, 50))),
        quarantined=draw(st.sampled_from([None, None, None, "It could not be read."])),
        headers=draw(st.sampled_from([(), (), (("auto-submitted", "auto-replied"),), (("reply-to", "x@y.example"),)])),
    )


def decided(by: House, book: Rulebook, email: Email, seen: Classification, context: Context) -> Decision:
    return route(email, SUPPORT, seen, context, replace(by, rulebook=book))


CONTEXTS = st.builds(Context, st.booleans(), st.booleans(), st.integers(0, 3))
SEEN = st.builds(
    Classification,
    st.sampled_from(["support", "pricing", "complaint", "out_of_scope"]),
    st.sampled_from(["low", "normal", "urgent"]),
    st.just("support"),
    st.sampled_from([(), ("legal",), ("anger", "legal")]),
    st.sampled_from([0.3, 0.8, 0.99]),
    st.just("invoice"),
    st.just("scripted-1"),
)


@settings(max_examples=FULL, deadline=None)
@given(made=rules(), email=mails(), seen=SEEN, context=CONTEXTS, random=st.randoms())
def test_one_more_rule_never_raises_a_route_and_order_never_matters(
    made: list[dict[str, Any]], email: Email, seen: Classification, context: Context, random: Any
) -> None:
    by = house()
    whole = decided(by, rulebook(made), email, seen, context)
    assert decided(by, rulebook(random.sample(made, len(made))), email, seen, context) == whole
    for left_out in range(len(made)):
        fewer = decided(by, rulebook(made[:left_out] + made[left_out + 1 :]), email, seen, context)
        assert RUNGS.index(fewer.route) <= RUNGS.index(whole.route)
        assert RUNGS.index(fewer.would_be) <= RUNGS.index(whole.would_be)
        assert whole.second_approver >= fewer.second_approver


@settings(max_examples=FULL, deadline=None)
@given(old=rules(3), new=rules(3), kept=st.booleans(), email=mails(), seen=SEEN, context=CONTEXTS)
def test_what_can_only_lower_lowers(
    old: list[dict[str, Any]], new: list[dict[str, Any]], kept: bool, email: Email, seen: Classification, context: Context
) -> None:
    more = [*old, *({**rule, "name": f"n{number}"} for number, rule in enumerate(new))] if kept else new
    before, after = rulebook(old), rulebook(more)
    if only_lowers(before, after):
        was, now = (decided(house(), book, email, seen, context) for book in (before, after))
        assert RUNGS.index(was.would_be) <= RUNGS.index(now.would_be)
        assert was.urgency == now.urgency


@settings(max_examples=FULL, deadline=None)
@given(
    made=rules(),
    email=mails(),
    score=st.floats(0, 1),
    intent=st.sampled_from(["support", "pricing", "complaint"]),
    fails=st.booleans(),
    history=st.builds(History, st.integers(0, 2), st.none(), st.booleans(), st.booleans(), st.booleans()),
    state=st.sampled_from([None, *State]),
    kept=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
async def test_a_record_decides_the_same_again_byte_for_byte(
    made: list[dict[str, Any]],
    email: Email,
    score: float,
    intent: str,
    fails: bool,
    history: History,
    state: State | None,
    kept: tuple[bool, bool, bool],
) -> None:
    """Whatever the gate said then, and whatever it would say today."""
    dry, paused, rekeyed = kept
    failure = Temporary("The model is busy.") if fails else None
    by = replace(house(intent, score, failure), rulebook=rulebook(made).model_copy(update={"dry_run": dry}), keys={intent: "k1"})
    held = {intent: Right(state, "k0" if rekeyed else "k1")} if state else {}
    by = replace(by, rights=Rights(held, "Ana paused it." if paused else ""))
    triaged = await triage(email, SUPPORT, history, by, AT, lambda: 0.0, CaseId(7))
    inputs = INPUTS.validate_json(dump(INPUTS, Inputs(email, SUPPORT, history, AT)))
    stored = MADE.validate_json(dump(TRIAGED, triaged))
    record = Record(inputs.email, inputs.mailbox, inputs.history, inputs.now, stored.classification, stored.context, stored.decision)
    silent = replace(house(failure=Temporary("Nobody is asked.")), rulebook=by.rulebook)
    assert (triaged.status is Status.SCHEDULED) == (triaged.sends_at is not None) == (triaged.decision.route is Route.AUTO_SEND)
    assert dump(DECISION, decide_again(record, silent)) == dump(DECISION, triaged.decision)
    if triaged.classification:
        assert dump(DECISION, under(record, silent)) == dump(DECISION, triaged.decision)
