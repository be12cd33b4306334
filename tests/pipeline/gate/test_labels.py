"""What counts as evidence, and under which key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from pipeline.case import Outcome, OutcomeKind
from pipeline.gate.key import Makings, changed, gate_key
from pipeline.gate.labels import Fate, Label, LeftOut, counted, fate, verdict

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = T0 + timedelta(days=30)
DRAFT = (
    "Hello Mara, thank you for writing to us about your plan. The Team plan costs 49 euros a month, and you can see all its limits at "
    "https://example.com/plans whenever you like. Write to billing@example.com if anything on your invoice looks odd. Kind regards."
)
MAKINGS = Makings("gpt-5-2026-01-15", "p7", "pricing@3", (("vip", "2"), ("amounts", "1")), 0.91, "lint@4")
FIRST = Label(1, "k1", "t1", "mara@example.org", T0, 0, True, "right", T0 + timedelta(hours=1))


def _outcome(kind: OutcomeKind) -> Outcome:
    return Outcome(kind, "U0ANA", "Ana", T0, 1.0, "")


@pytest.mark.parametrize(
    ("kind", "sent", "became", "said"),
    [
        ("sent_as_is", DRAFT, "sent_as_is", "right"),
        ("sent_edited", DRAFT.replace("Hello Mara", "Dear Mara"), "small_edit", "right"),
        ("sent_edited", DRAFT.replace("49", "59"), "big_edit", "wrong"),
        ("sent_edited", DRAFT.replace("you can see", "you cannot see"), "big_edit", "wrong"),
        ("sent_edited", DRAFT.replace("/plans", "/prices"), "big_edit", "wrong"),
        ("sent_edited", DRAFT.replace("billing@", "sales@"), "big_edit", "wrong"),
        ("sent_edited", "Something else entirely.", "big_edit", "wrong"),
        ("rejected", "", "rejected", "wrong"),
        ("taken_over", "", "taken_over", "wrong"),
        ("answered_by_hand", "We called you.", "answered_by_hand", "wrong"),
        ("answered_by_hand", DRAFT, "small_edit", "right"),
        ("auto_sent", DRAFT, "not_judged", None),
        ("failed", DRAFT, "not_judged", None),
        ("unknown", DRAFT, "not_judged", None),
    ],
)
def test_what_a_click_says_of_the_draft(kind: OutcomeKind, sent: str, became: Fate, said: str | None) -> None:
    assert fate(_outcome(kind), DRAFT, sent) == became
    assert verdict(became) == said


@pytest.mark.parametrize(
    ("label", "why"),
    [
        (replace(FIRST, key="k0"), "other_key"),
        (replace(FIRST, received_at=T0 - timedelta(days=2)), "before"),
        (replace(FIRST, would_go=False), "other_population"),
        (replace(FIRST, earlier=1), "not_first"),
        (replace(FIRST, seeded=True), "seeded"),
        (replace(FIRST, verdict=None), "not_judged"),
        (replace(FIRST, judged_at=None), "not_judged"),
        (replace(FIRST, revealed_at=T0), "not_blind"),
        (replace(FIRST, judged_at=LATER - timedelta(hours=71)), "open"),
    ],
)
def test_what_is_no_evidence(label: Label, why: LeftOut) -> None:
    assert counted([FIRST], "k1", T0, LATER).labels == (FIRST,)
    assert counted([label], "k1", T0 - timedelta(days=1), LATER).left_out == ((label, why),)


def test_an_error_counts_at_once_and_a_late_complaint_makes_a_label_wrong() -> None:
    fresh = replace(FIRST, judged_at=LATER - timedelta(hours=1))
    assert counted([replace(fresh, verdict="wrong")], "k1", T0, LATER).labels
    assert not counted([fresh], "k1", T0, LATER).labels
    complained = replace(fresh, complained_at=LATER)
    assert counted([complained], "k1", T0, LATER).labels == (complained,)
    assert complained.wrong(LATER)
    assert not complained.wrong(LATER - timedelta(minutes=1))


def test_a_label_taken_before_it_was_revealed_is_blind() -> None:
    assert counted([replace(FIRST, revealed_at=T0 + timedelta(hours=2))], "k1", T0, LATER).labels


def test_of_one_sender_and_day_or_one_thread_the_first_counts_whatever_was_said_of_it() -> None:
    again = replace(FIRST, case=2, thread="t2", sender="Mara@Example.org", received_at=T0 + timedelta(hours=3), verdict="wrong")
    next_day = replace(again, case=3, thread="t3", received_at=T0 + timedelta(days=1))
    same_thread = replace(FIRST, case=4, sender="ben@example.org", received_at=T0 + timedelta(days=2))
    labels = [FIRST, again, next_day, same_thread]
    Random(3).shuffle(labels)
    found = counted(labels, "k1", T0, LATER)
    assert found.labels == (FIRST, next_day)
    assert found.left_out == ((again, "repeat"), (same_thread, "repeat"))
    unjudged = counted([replace(FIRST, verdict=None), again], "k1", T0, LATER)
    assert not unjudged.labels


def test_the_key_changes_with_each_part_and_with_nothing_else() -> None:
    others = [
        replace(MAKINGS, model="gpt-5-2026-03-01"),
        replace(MAKINGS, prompt="p8"),
        replace(MAKINGS, template="pricing@4"),
        replace(MAKINGS, rules=(("vip", "3"), ("amounts", "1"))),
        replace(MAKINGS, threshold=0.92),
        replace(MAKINGS, linter="lint@5"),
    ]
    assert len({gate_key(makings) for makings in [MAKINGS, *others]}) == 7
    assert [changed(MAKINGS, other) for other in others] == [
        ("model",),
        ("prompt",),
        ("template",),
        ("rules",),
        ("threshold",),
        ("linter",),
    ]
    turned = replace(MAKINGS, rules=MAKINGS.rules[::-1])
    assert (gate_key(turned), changed(MAKINGS, turned)) == (gate_key(MAKINGS), ())


def test_parts_cannot_run_into_each_other() -> None:
    assert gate_key(replace(MAKINGS, prompt="a", template="bc")) != gate_key(replace(MAKINGS, prompt="ab", template="c"))


@pytest.mark.parametrize(
    ("makings", "says"),
    [
        (replace(MAKINGS, model="gpt-latest"), "dated snapshot"),
        (replace(MAKINGS, prompt=" "), "prompt"),
        (replace(MAKINGS, threshold=1.5), "threshold"),
    ],
)
def test_what_moves_or_is_missing_makes_no_key(makings: Makings, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        gate_key(makings)
