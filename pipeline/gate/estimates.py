"""The share of wrong answers among all that were sent by themselves, told from those that people looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.gate.beta import quantile

LEVEL = 0.05
"""The chance that an interval misses the truth, both ends together."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer sent by itself: `chance` is how likely it was to be looked at, `wrong` is None where nobody looked."""

    chance: float
    wrong: bool | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of wrong answers with its interval, and to how many plain labels (`effective`) the weighted ones amount."""

    rate: float
    low: float
    high: float
    effective: float


NOTHING = Estimate(0.0, 0.0, 1.0, 0.0)
"""What is known before anybody looked."""


def hajek(answers: Sequence[Answer], level: float = LEVEL) -> Estimate:
    """The mean of what was looked at, each weighted by 1 / chance. It is the figure to show: steadier than the other."""
    looked = _looked(answers)
    weights = sum(weight for weight, _ in looked)
    if not looked:
        return NOTHING
    rate = sum(weight * wrong for weight, wrong in looked) / weights
    variance = sum((weight * (wrong - rate)) ** 2 for weight, wrong in looked) / weights**2
    return _interval(rate, variance, looked, level)


def horvitz_thompson(answers: Sequence[Answer], level: float = LEVEL) -> Estimate:
    """The weighted errors as a share of all that was sent: without any bias, for it does not divide by what chance picked."""
    looked = _looked(answers)
    if not looked:
        return NOTHING
    rate = min(1.0, sum(weight * wrong for weight, wrong in looked) / len(answers))
    variance = sum((weight * wrong) ** 2 for weight, wrong in looked) / len(answers) ** 2 - rate**2 / len(answers)
    return _interval(rate, variance, looked, level)


def _looked(answers: Sequence[Answer]) -> list[tuple[float, bool]]:
    return [(1 / answer.chance, answer.wrong) for answer in answers if answer.wrong is not None]


def _interval(rate: float, variance: float, looked: Sequence[tuple[float, bool]], level: float) -> Estimate:
    """Korn and Graubard's: Clopper and Pearson's for as many plain labels as the weighted ones are worth, by the more careful count."""
    kish = sum(weight for weight, _ in looked) ** 2 / sum(weight**2 for weight, _ in looked)
    n = min(kish, rate * (1 - rate) / variance) if variance > 0 and 0 < rate < 1 else kish
    errors = rate * n
    low = quantile(errors, n - errors + 1, level / 2) if errors > 0 else 0.0
    high = quantile(errors + 1, n - errors, 1 - level / 2) if rate < 1 else 1.0
    return Estimate(rate, low, high, n)
