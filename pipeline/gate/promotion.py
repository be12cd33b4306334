"""When an intent has shown enough to answer by itself: a test that may be looked at after every label."""

import math
from dataclasses import dataclass

from pipeline.gate.beta import log_incomplete

Prior = tuple[float, float]
"""The two parameters of a beta distribution: where a bet on the error rate expects it."""

PRIOR: Prior = (0.5, 100.0)
HALVINGS = 50
ALPHA = 0.05
MONEY_ALPHA = 0.01
"""For intents that touch money or very important customers."""
TARGET = 0.98
"""The share of right answers that is promised."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is promised: a share of right answers, and the chance (both in (0, 1)) that the promise is given wrongly, ever."""

    target: float = TARGET
    alpha: float = ALPHA


CAREFUL = Terms(alpha=MONEY_ALPHA)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The labels of one intent under one gate key. The test needs no more than these two counts, in whatever order they came."""

    right: int = 0
    wrong: int = 0

    @property
    def n(self) -> int:
        """All labels."""
        return self.right + self.wrong

    def after(self, wrong: bool) -> "Evidence":
        """With one label more."""
        return Evidence(self.right + (not wrong), self.wrong + wrong)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an intent has come, where reviewers miss at most this share of the errors (in [0, 1]; 1.0 where nobody measured it)."""

    evidence: Evidence
    terms: Terms
    missed_at_most: float

    @property
    def log_e(self) -> float:
        """The evidence for the promise, in logarithms: it suffices from log(1 / alpha) on."""
        return log_evidence(self.evidence.wrong, self.evidence.n, reported(self.terms, self.missed_at_most))

    @property
    def certified(self) -> bool:
        """The promise may be given."""
        return self.log_e >= -math.log(self.terms.alpha)

    @property
    def needed(self) -> int | None:
        """The number of labels that suffices if no further error comes; None where nothing could ever suffice."""
        allowed = reported(self.terms, self.missed_at_most)
        return fewest_labels(self.evidence.wrong, allowed, self.terms.alpha) if allowed > 0 else None

    @property
    def surely(self) -> float:
        """The share of right answers that may be claimed now."""
        seen = ceiling(self.evidence.wrong, self.evidence.n, self.terms.alpha)
        return 1 - min(1.0, seen / (1 - self.missed_at_most)) if self.missed_at_most < 1 else 0.0


def reported(terms: Terms, missed_at_most: float) -> float:
    """The share of errors that reviewers may report at the most, where they miss up to `missed_at_most` of them."""
    return (1 - terms.target) * (1 - missed_at_most)


def log_evidence(errors: int, n: int, rate: float, prior: Prior = PRIOR) -> float:
    """The logarithm of the evidence (an e-value) against "the error rate is `rate` or more", after so many errors in n labels.

    It is what a bet on lower rates, spread as `prior`, would have won. If the rate is `rate` or more, the chance that it ever reaches
    1 / alpha is at most alpha (Ville), however often it is looked at. Minus infinity where `rate` is 0.
    """
    if rate <= 0:
        return -math.inf
    if rate >= 1:
        return math.inf
    a, b = prior
    won = log_incomplete(errors + a, n - errors + b, rate) - log_incomplete(a, b, rate)
    return won - errors * math.log(rate) - (n - errors) * math.log1p(-rate)


def fewest_labels(errors: int, rate: float, alpha: float) -> int:
    """The least number of labels, with so many errors among them, that shows a rate below `rate` (in (0, 1)) at level alpha."""
    enough, high = -math.log(alpha), errors + 1
    while log_evidence(errors, high, rate) < enough:
        high *= 2
    low = errors
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if log_evidence(errors, middle, rate) < enough else (low, middle)
    return high


def ceiling(errors: int, n: int, alpha: float, prior: Prior = PRIOR) -> float:
    """The least rate that the labels speak against: a bound from above that holds at every look together, wrong with chance alpha."""
    if n == 0:
        return 1.0
    enough, low, high = -math.log(alpha), errors / n, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if log_evidence(errors, n, middle, prior) < enough else (low, middle)
    return high
