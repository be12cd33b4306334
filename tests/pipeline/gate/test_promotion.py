"""The test that may be looked at every day: against scipy, its published numbers, and the laws its validity rests on."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special  # type: ignore[import-untyped]  # it ships no types

from pipeline.gate.beta import log_beta, log_incomplete, quantile
from pipeline.gate.bounds import fewest
from pipeline.gate.promotion import CAREFUL, PRIOR, Evidence, Progress, Terms, ceiling, fewest_labels, log_evidence, reported

TERMS = Terms()
counts = st.integers(0, 3000)
sizes = st.floats(0.3, 20_000)
shares = st.floats(1e-4, 1 - 1e-4)


@given(sizes, sizes, shares)
def test_the_incomplete_beta_function_is_scipys(a: float, b: float, x: float) -> None:
    expected = float(special.betainc(a, b, x))
    if expected > 1e-290:  # below, scipy's own has no digits left
        assert log_incomplete(a, b, x) - log_beta(a, b) == pytest.approx(math.log(expected), rel=1e-9, abs=1e-8)


def test_far_in_the_tail_there_are_still_digits() -> None:
    """The closed form for b = 1: x^a / a, where the function itself is too small for a float."""
    assert log_incomplete(5000, 1, 0.02) == pytest.approx(5000 * math.log(0.02) - math.log(5000))
    assert (log_incomplete(2, 3, 0.0), log_incomplete(2, 3, 1.0)) == (-math.inf, log_beta(2, 3))


@given(st.floats(0.5, 500), st.floats(0.5, 500), st.floats(0.01, 0.99))
def test_the_quantile_is_scipys(a: float, b: float, share: float) -> None:
    assert quantile(a, b, share) == pytest.approx(float(special.betaincinv(a, b, share)), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("errors", "n"), [(0, 50), (0, 171), (2, 440), (9, 300)])
def test_the_evidence_is_the_mean_of_the_likelihood_ratios(errors: int, n: int) -> None:
    def won(rate: float) -> float:
        ratio = (rate / 0.02) ** errors * ((1 - rate) / 0.98) ** (n - errors)
        return float(ratio * rate ** (PRIOR[0] - 1) * (1 - rate) ** (PRIOR[1] - 1))

    def staked(rate: float) -> float:
        return float(rate ** (PRIOR[0] - 1) * (1 - rate) ** (PRIOR[1] - 1))

    mean = integrate.quad(won, 0, 0.02)[0] / integrate.quad(staked, 0, 0.02)[0]
    assert log_evidence(errors, n, 0.02) == pytest.approx(math.log(mean), abs=1e-6)


@given(counts, counts, st.floats(0.02, 0.5))
def test_a_bet_is_fair_at_the_rate_and_loses_above_it(right: int, wrong: int, true: float) -> None:
    """What Ville's inequality asks for: after any labels, the mean of the next step is at most 1 while the rate is 0.02 or more."""
    now = log_evidence(wrong, right + wrong, 0.02)
    up, down = (math.exp(log_evidence(wrong + error, right + wrong + 1, 0.02) - now) for error in (1, 0))
    assert true * up + (1 - true) * down <= 1 + 1e-6


@pytest.mark.parametrize(
    ("alpha", "needed"), [(0.05, [171, 323, 440, 543, 640, 731]), (0.01, [258, 418, 541, 649, 750])], ids=["usual", "money"]
)
def test_the_labels_needed_are_the_published_ones(alpha: float, needed: list[int]) -> None:
    assert [fewest_labels(errors, 0.02, alpha) for errors in range(len(needed))] == needed
    assert (TERMS.alpha, CAREFUL.alpha) == (0.05, 0.01)


@pytest.mark.parametrize(
    ("missed", "fixed", "any_time"), [(0.0, 149, 171), (0.1, 165, 192), (0.2, 186, 217), (0.3, 213, 251), (0.5, 299, 358)]
)
def test_the_labels_needed_where_reviewers_miss_errors(missed: float, fixed: int, any_time: int) -> None:
    """`fixed` is what a single look needs, as published; `any_time` is the same correction in the test that may be looked at always."""
    allowed = reported(TERMS, missed)
    assert allowed == pytest.approx(0.02 * (1 - missed))
    assert fewest(1 - allowed, 0.05) == fixed
    assert fewest_labels(0, allowed, 0.05) == any_time
    assert Progress(Evidence(any_time), TERMS, missed).certified
    assert not Progress(Evidence(any_time - 1), TERMS, missed).certified


@pytest.mark.parametrize("errors", [0, 1, 2, 5, 12, 30])
def test_a_stricter_rate_never_needs_fewer_labels(errors: int) -> None:
    """So the miss rate's bound may move from day to day: while it is above the truth, nothing is promoted earlier than at the truth."""
    needed = [fewest_labels(errors, step / 4000, 0.05) for step in range(8, 81)]
    assert all(stricter >= looser for stricter, looser in pairwise(needed))


def test_progress_says_what_may_be_claimed_and_what_is_lacking() -> None:
    early = Progress(Evidence(100), TERMS, 0.1)
    assert (early.certified, early.needed) == (False, 192)
    assert 0.9 < early.surely < TERMS.target
    done = Progress(Evidence(192), TERMS, 0.1)
    assert done.surely >= TERMS.target
    assert Progress(Evidence(192).after(wrong=True), TERMS, 0.1).needed == 360


def test_where_nobody_measured_the_reviewers_nothing_is_ever_certified() -> None:
    blind = Progress(Evidence(100_000), TERMS, 1.0)
    assert (blind.certified, blind.needed, blind.surely) == (False, None, 0.0)


def test_no_labels_claim_nothing() -> None:
    assert ceiling(0, 0, 0.05) == 1.0
    assert Progress(Evidence(), TERMS, 0.0).surely == 0.0


@given(st.integers(0, 30), st.integers(1, 2000))
def test_certified_is_where_the_claim_reaches_the_target(wrong: int, right: int) -> None:
    shown = Progress(Evidence(right, wrong), TERMS, 0.15)
    assert shown.certified == (shown.surely >= TERMS.target - 1e-12)
