"""The evidence for one intent as people see it before they decide: what was counted, what was not and why, and what may be promised."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.gate.demotion import Detector
from pipeline.gate.estimates import NOTHING, Estimate
from pipeline.gate.labels import Counted, Label, LeftOut, counted
from pipeline.gate.misses import Double, Misses, Seed, misses
from pipeline.gate.promotion import CAREFUL, Evidence, Progress, Terms
from pipeline.gate.states import Standing
from pipeline.gate.threshold import Certified, Judged, certify
from pipeline.policy.content import Intent


@dataclass(frozen=True, slots=True)
class Account:
    """`left_out` counts by reason; `earlier` is what the labels that are no evidence say of the threshold in force, `sure_from`.

    `detectors` are those of what people found wrong and of what they reverted, since the intent answers by itself; `estimate` is the share
    of wrong ones among its `answers` since then.
    """

    intent: str
    title: str
    standing: Standing
    progress: Progress
    left_out: Mapping[LeftOut, int]
    missed: Misses
    sure_from: float
    earlier: Certified
    detectors: tuple[Detector, Detector] = (Detector(), Detector())
    answers: int = 0
    estimate: Estimate = NOTHING


def terms(intent: Intent) -> Terms:
    """What is promised: money costs more evidence."""
    return CAREFUL if intent.careful else Terms()


def progress(found: Counted, missed: Misses, wanted: Terms, now: datetime) -> Progress:
    """How far these labels go."""
    wrong = sum(label.wrong(now) for label in found.labels)
    return Progress(Evidence(len(found.labels) - wrong, wrong), wanted, missed.at_most)


def account(
    intent: Intent, standing: Standing, labels: Sequence[tuple[Label, float]], looks: Sequence[Seed | Double], now: datetime
) -> Account:
    """`labels` come with the confidence of the answer; `looks` are the reviewers' trials."""
    wanted = terms(intent)
    found, missed = counted([label for label, _ in labels], standing.key, standing.counts_from, now), misses(looks, wanted.alpha)
    evidence = {label.case for label in found.labels}
    before = [(label, sure) for label, sure in labels if label.case not in evidence and label.verdict is not None and not label.seeded]
    apart = [(label, sure) for label, sure in before if label.key != standing.key or label.received_at < standing.counts_from]
    judged = [Judged(sure, not label.wrong(now)) for label, sure in apart]
    left = Counter(why for _, why in found.left_out)
    made = progress(found, missed, wanted, now)
    return Account(intent.name, intent.title, standing, made, left, missed, intent.sure_from, certify(judged, wanted.target, wanted.alpha))
