"""What may be promised from labelled rows: the published numbers, and how often a certificate is wrong."""

import math
import random
from itertools import pairwise

import pytest

from pipeline.gate.bounds import at_most, fewest, upper
from pipeline.gate.threshold import Judged, certify

TARGET, ALPHA = 0.98, 0.05


@pytest.mark.parametrize(
    ("target", "alpha", "errors", "n"),
    [(0.95, 0.05, 0, 59), (0.98, 0.05, 0, 149), (0.98, 0.05, 1, 236), (0.98, 0.05, 3, 386), (0.98, 0.01, 0, 228), (0.99, 0.05, 2, 628)],
)
def test_the_fewest_rows_are_those_of_clopper_and_pearson(target: float, alpha: float, errors: int, n: int) -> None:
    assert fewest(target, alpha, errors) == n


def test_the_bound_is_where_so_few_errors_have_a_chance_of_alpha() -> None:
    assert upper(0, 149, ALPHA) == pytest.approx(1 - ALPHA ** (1 / 149))
    assert at_most(7, 900, upper(7, 900, ALPHA)) == pytest.approx(ALPHA)
    assert upper(5, 5, ALPHA) == 1.0
    assert all(first < second for first, second in pairwise(upper(errors, 50, ALPHA) for errors in range(50)))


def test_too_few_rows_certify_nothing_and_say_how_many_it_takes() -> None:
    certified = certify([Judged(0.99, True)] * 148, TARGET, ALPHA)
    assert certified.threshold is None
    assert "149" in certified.why
    assert certify([Judged(0.99, True)] * 149, TARGET, ALPHA).threshold == 0.99


def test_too_many_errors_certify_nothing_and_say_so() -> None:
    certified = certify([Judged(0.9, number % 10 != 0) for number in range(500)], TARGET, ALPHA)
    assert certified.threshold is None
    assert "errors" in certified.why


def test_the_threshold_stands_where_errors_begin() -> None:
    rows = [Judged(0.95, True)] * 600 + [Judged(0.5, number % 2 == 0) for number in range(400)]
    assert certify(rows, TARGET, ALPHA).threshold == 0.95


def test_few_strangers_count_as_a_tenth_of_the_mail() -> None:
    ours = [Judged(0.95, True)] * 2000
    assert certify(ours, TARGET, ALPHA).threshold == 0.95
    assert certify([*ours, *[Judged(0.1, False, True)] * 100], TARGET, ALPHA).threshold == 0.95
    assert certify([*ours, *[Judged(0.96, False, True)] * 20, *[Judged(0.1, False, True)] * 80], TARGET, ALPHA).threshold is None
    assert certify([*ours, *[Judged(0.1, False, True)] * 10], TARGET, ALPHA).threshold is None


def test_a_certificate_is_wrong_no_more_often_than_alpha() -> None:
    """A confidence is the chance to be right, and follows a known law, so that precision above a threshold is known exactly."""
    chance = random.Random(4)
    trials, wrong, some = 100, 0, 0
    for _ in range(trials):
        certified = certify([_drawn(chance) for _ in range(2500)], TARGET, ALPHA)
        if certified.threshold is not None:
            some += 1
            wrong += 1 - (1 - certified.threshold) / 3 < TARGET
    assert some > trials * 0.6
    assert wrong / trials <= ALPHA + 3 * math.sqrt(ALPHA * (1 - ALPHA) / trials)


def _drawn(chance: random.Random) -> Judged:
    """Of all rows with a confidence of at least t, a share of 1 - (1 - t) / 3 is right."""
    confidence = 1 - chance.random() ** 2
    return Judged(confidence, chance.random() < confidence)
