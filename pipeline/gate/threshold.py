"""From which confidence on answers may be believed: fixed-sequence testing with exact bounds, from strict to loose."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.gate.bounds import fewest, upper

STRANGERS = 0.1
"""The share of mail that no intent fits, at the least, wherever there are rows that show what such mail looks like."""
STEP = 0.01
"""The share of the rows by which the sequence loosens."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled row, scored by a model that did not see it. A stranger is a row that no intent fits: answering it is an error."""

    confidence: float
    right: bool
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Certified:
    """What may be promised. `threshold` is None where nothing can be: then `why` says so. `answered` counts the rows at or above it."""

    threshold: float | None
    answered: int
    errors: int
    n: int
    why: str


def certify(rows: Sequence[Judged], target: float, alpha: float) -> Certified:
    """The loosest threshold whose precision is at least `target`, wrong with a chance of at most alpha (both in (0, 1)).

    The first test is where the confidences alone promise the tightest bound; the tests loosen from there and stop at the first that
    fails, so that many cost no more than one. Where the rows hold fewer strangers than STRANGERS,
    the error is bounded for each kind of mail at alpha / 2, and joined as if that share of the mail were strangers.
    """
    need = fewest(target, alpha)
    ours = sorted((row for row in rows if not row.stranger), key=lambda row: -row.confidence)
    strangers = sorted(row.confidence for row in rows if row.stranger)
    if len(ours) < need:
        return Certified(None, 0, 0, len(rows), f"{len(ours)} rows to calibrate with: even without an error {need} are needed")
    wrong, doubt = list(accumulate(not row.right for row in ours)), list(accumulate(1 - row.confidence for row in ours))
    counts = list(_counts(ours, need))
    expected = {count: _bound(count, math.ceil(doubt[count - 1]), 0, len(ours), len(strangers), target, alpha) for count in counts}
    start = min(counts, key=lambda count: (expected[count], count), default=0)
    best, failed = None, "no row has any confidence"
    for count in counts[counts.index(start) :] if counts else ():
        threshold = ours[count - 1].confidence
        accepted = sum(confidence >= threshold for confidence in strangers)
        errors = wrong[count - 1] + accepted
        if _bound(count, wrong[count - 1], accepted, len(ours), len(strangers), target, alpha) > 1 - target:
            failed = f"{errors} errors in the {count + accepted} surest answers are too many"
            break
        best = Certified(threshold, count + accepted, errors, len(rows), "")
    return best or Certified(None, 0, 0, len(rows), failed)


def _counts(ours: Sequence[Judged], need: int) -> Iterator[int]:
    """How many of the surest rows each test would answer; rows of one confidence are answered together."""
    n, at = len(ours), need
    keys = [-row.confidence for row in ours]
    while at <= n:
        at = bisect_right(keys, keys[at - 1])
        if ours[at - 1].confidence <= 0:
            return
        yield at
        step = max(1, round(n * STEP))
        at = n if at < n < at + step else at + step


def _bound(count: int, wrong: int, accepted: int, ours: int, strangers: int, target: float, alpha: float) -> float:
    """The upper bound at level alpha of the share of errors among what is answered; 1.0 where it is hopeless."""
    if wrong + accepted > (1 - target) * (count + accepted):
        return 1.0
    if not strangers or strangers / (ours + strangers) >= STRANGERS:
        return upper(wrong + accepted, count + accepted, alpha)
    kept = (1 - STRANGERS) * count / ours
    amiss = kept * upper(wrong, count, alpha / 2) + STRANGERS * upper(accepted, strangers, alpha / 2)
    return amiss / (kept + STRANGERS * accepted / strangers)
