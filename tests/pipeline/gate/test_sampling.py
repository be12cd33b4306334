"""Which answers people look at, what it tells of those that nobody looked at, and what reviewers let pass."""

import math
import os
import random

import pytest

from pipeline.gate.estimates import Answer, hajek, horvitz_thompson
from pipeline.gate.misses import Double, Seed, misses
from pipeline.gate.sampling import chance, doubled, draw, looked_at, seeded

SECRET = b"a key that only this test knows"
ROUNDS = 4000 if os.environ.get("TRIAGE_FULL") else 400


def test_the_first_two_hundred_are_all_looked_at_then_a_tenth_or_twenty_a_week() -> None:
    assert [chance(sent, 1000.0) for sent in (0, 199, 200)] == [1.0, 1.0, 0.1]
    assert [chance(500, weekly) for weekly in (10.0, 20.0, 40.0, 200.0, 5000.0)] == [1.0, 1.0, 0.5, 0.1, 0.1]
    assert [chance(500, 1000.0, suspicion) for suspicion in ("none", "novel", "suspected")] == [0.1, 0.5, 1.0]


def test_as_many_are_looked_at_as_was_said() -> None:
    looked = sum(looked_at(SECRET, f"<{number}@example.com>", 0.1) for number in range(20_000))
    assert looked == pytest.approx(2000, abs=4 * math.sqrt(20_000 * 0.1 * 0.9))


def test_a_draw_follows_from_key_purpose_and_message_alone() -> None:
    assert draw(SECRET, "look", "<1@example.com>") == draw(SECRET, "look", "<1@example.com>")
    others = {draw(SECRET, "seed", "<1@example.com>"), draw(b"another", "look", "<1@example.com>"), draw(SECRET, "look", "<2@example.com>")}
    assert draw(SECRET, "look", "<1@example.com>") not in others
    with pytest.raises(ValueError, match="secret"):
        draw(b"", "look", "<1@example.com>")


def test_one_review_in_twenty_shows_a_bad_draft_and_every_bad_draft_has_its_turn() -> None:
    bad = ["wrong price", "wrong person", "wrong date"]
    shown = [seeded(SECRET, f"<{number}@example.com>", bad) for number in range(20_000)]
    drafts = [draft for draft in shown if draft]
    assert len(drafts) == pytest.approx(1000, abs=4 * math.sqrt(20_000 * 0.05 * 0.95))
    assert min(drafts.count(draft) for draft in bad) > 250
    assert seeded(SECRET, "<1@example.com>", []) is None


def test_one_review_in_twenty_is_repeated_and_not_the_same_ones() -> None:
    messages = [f"<{number}@example.com>" for number in range(20_000)]
    twice = {message for message in messages if doubled(SECRET, message)}
    assert len(twice) == pytest.approx(1000, abs=4 * math.sqrt(20_000 * 0.05 * 0.95))
    both = sum(seeded(SECRET, message, ["bad"]) is not None for message in twice)
    assert both == pytest.approx(50, abs=30)


def test_misses_are_counted_where_somebody_else_knew_of_the_error() -> None:
    looks = (
        [Seed(False)] * 18
        + [Seed(True)] * 2
        + [Double(False, False)] * 50
        + [Double(True, False)] * 3
        + [Double(False, True), Double(True, True)]
    )
    found = misses(looks)
    assert (found.trials, found.missed) == (22, 3)
    assert found.rate == pytest.approx(3 / 22)
    assert 3 / 22 < found.at_most < 0.5


def test_reviewers_whom_nobody_measured_may_miss_everything() -> None:
    assert misses([]) == misses([Double(True, False)])
    assert (misses([]).rate, misses([]).at_most) == (None, 1.0)


def test_the_bound_of_the_miss_rate_holds_at_every_look_together() -> None:
    """True miss rate 15%; the bound is looked at after each of 200 seeds."""
    bounds = {
        (n, k): misses([Seed(True)] * k + [Seed(False)] * (n - k)).at_most for n in range(1, 201) for k in range(n + 1) if k < 0.15 * n
    }
    runs = random.Random(8)
    broken = 0
    for _ in range(ROUNDS):
        missed, low = 0, False
        for n in range(1, 201):
            missed += runs.random() < 0.15
            low = low or bounds.get((n, missed), 1.0) < 0.15
        broken += low
    assert broken / ROUNDS <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / ROUNDS)


def test_where_all_were_looked_at_the_estimate_is_the_share_and_clopper_and_pearsons_interval() -> None:
    answers = [Answer(1.0, number < 3) for number in range(200)]
    for estimate in (hajek(answers), horvitz_thompson(answers)):
        assert [estimate.rate, estimate.effective] == pytest.approx([0.015, 200])
        assert [estimate.low, estimate.high] == pytest.approx([0.0031, 0.0432], abs=1e-4)


def test_without_an_error_the_interval_still_says_how_little_is_known() -> None:
    answers = [Answer(1.0, False)] * 50 + [Answer(0.1, False)] * 10 + [Answer(0.1, None)] * 90
    assert (hajek(answers).rate, hajek(answers).low) == (0.0, 0.0)
    assert 3 / 60 < hajek(answers).high < 0.2
    assert (hajek([]).low, hajek([]).high) == (0.0, 1.0)


def test_the_estimates_are_unbiased_and_their_intervals_hold_the_truth() -> None:
    """Errors are commoner where less is looked at, so that the plain share of those looked at would be far off."""
    chance_, truth = random.Random(5), 0.5 * 0.01 + 0.5 * 0.07
    rates, totals, held = [], [], 0
    for _ in range(ROUNDS):
        answers = [_answer(chance_) for _ in range(1500)]
        estimate = hajek(answers)
        rates.append(estimate.rate)
        totals.append(horvitz_thompson(answers).rate)
        held += estimate.low <= truth <= estimate.high
    for found in (rates, totals):
        mean = sum(found) / ROUNDS
        error = math.sqrt(sum((rate - mean) ** 2 for rate in found)) / ROUNDS
        assert mean == pytest.approx(truth, abs=3 * error + 0.0005)
    assert held / ROUNDS >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / ROUNDS)


def _answer(runs: random.Random) -> Answer:
    probability, rate = (1.0, 0.01) if runs.random() < 0.5 else (0.2, 0.07)
    wrong = runs.random() < rate
    return Answer(probability, wrong if runs.random() < probability else None)
