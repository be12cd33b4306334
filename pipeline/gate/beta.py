"""The incomplete beta function in logarithms, so that no count of labels is too large for it."""

import math

TINY = 1e-300
"""Stands for zero in a denominator."""
EXACT = 1e-15
STEPS = 100_000
HALVINGS = 60


def log_beta(a: float, b: float) -> float:
    """The logarithm of B(a, b), for a, b > 0."""
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def log_incomplete(a: float, b: float, x: float) -> float:
    """The logarithm of the integral of t^(a-1) (1-t)^(b-1) from 0 to x, for a, b > 0 and x in [0, 1]."""
    if x <= 0:
        return -math.inf
    if x >= 1:
        return log_beta(a, b)
    if x <= (a + 1) / (a + b + 2):
        return _log_left(a, b, x)
    total = log_beta(a, b)
    return total + math.log1p(-math.exp(_log_left(b, a, 1 - x) - total))


def share_below(a: float, b: float, x: float) -> float:
    """The chance that a Beta(a, b) value is at most x."""
    return math.exp(min(0.0, log_incomplete(a, b, x) - log_beta(a, b)))


def quantile(a: float, b: float, share: float) -> float:
    """The value that a Beta(a, b) value does not exceed with chance `share`, by halving."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if share_below(a, b, middle) < share else (low, middle)
    return high


def _log_left(a: float, b: float, x: float) -> float:
    return a * math.log(x) + b * math.log1p(-x) - math.log(a) + math.log(_fraction(a, b, x))


def _fraction(a: float, b: float, x: float) -> float:
    """Lentz's evaluation of the continued fraction (DLMF 8.17.22); quick where x is at most about the mean."""
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _apart(1 + even * d), _apart(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _apart(1 + odd * d), _apart(1 + odd / c)
        value *= d * c
        if abs(d * c - 1) < EXACT:
            return value
    raise ArithmeticError(f"The incomplete beta function did not settle for a={a}, b={b}, x={x}.")


def _apart(value: float) -> float:
    return value if abs(value) > TINY else TINY
