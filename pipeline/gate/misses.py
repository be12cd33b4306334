"""How many wrong answers reviewers let pass: measured with seeded known-bad drafts and with blind second looks."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.gate.promotion import ALPHA, Prior, ceiling

EXPECTED: Prior = (1.0, 9.0)
"""A bet that one error in ten is missed: it makes the bound tight there, and is no assumption."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A draft known to be bad was on the card; `approved` if the reviewer let it pass."""

    approved: bool


@dataclass(frozen=True, slots=True)
class Double:
    """A second person judged the same draft without seeing the first's verdict."""

    first_wrong: bool
    second_wrong: bool


@dataclass(frozen=True, slots=True)
class Misses:
    """Of so many errors that reviewers could have found, they missed these. `rate` is None where there were none."""

    trials: int
    missed: int
    rate: float | None
    at_most: float


def misses(looks: Iterable[Seed | Double], level: float = ALPHA) -> Misses:
    """Count each error that somebody else knew of as one trial of the reviewer, and bound the share missed.

    A second look counts only where the second person found an error: whether the first had found it too is then a fair trial.
    The bound holds at every look together, so that promotion may use the newest one; without a trial it is 1.0.
    `level` is the chance that it is ever below the truth, and adds to that of a wrong promotion: give the promise's own alpha.
    """
    trials = [found for look in looks if (found := _trial(look)) is not None]
    n, missed = len(trials), trials.count(False)
    return Misses(n, missed, missed / n if n else None, ceiling(missed, n, level, EXPECTED))


def _trial(look: Seed | Double) -> bool | None:
    """Whether the reviewer found the error; None where nobody else says that there was one."""
    if isinstance(look, Seed):
        return not look.approved
    return look.first_wrong if look.second_wrong else None
