"""Exact binomial statistics: how likely so few errors are, and how many errors a share of them still allows."""

import math

STEPS = 40
"""Halvings of a bound: to about twelve digits."""


def at_most(errors: int, n: int, rate: float) -> float:
    """The chance of at most so many errors in n, where each is one with chance `rate`."""
    if errors >= n or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    log_rate, log_rest, log_n = math.log(rate), math.log1p(-rate), math.lgamma(n + 1)
    terms = [log_n - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * log_rate + (n - k) * log_rest for k in range(errors + 1)]
    most = max(terms)
    return min(1.0, math.exp(most) * math.fsum(math.exp(term - most) for term in terms))


def upper(errors: int, n: int, alpha: float) -> float:
    """Clopper and Pearson's one-sided upper bound of an error rate at level alpha; 1.0 where nothing was seen."""
    if errors >= n:
        return 1.0
    low, high = errors / n, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(errors, n, middle) > alpha else (low, middle)
    return high


def fewest(target: float, alpha: float, errors: int = 0) -> int:
    """The least n at which so many errors still certify a precision of `target` (both in (0, 1)) at level alpha."""
    n = errors + 1
    while at_most(errors, n, 1 - target) > alpha:
        n += max(1, n // 1000)
    return n
