"""Fit on one part, certify on it, and look at the other part once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score  # type: ignore[import-untyped]  # it ships no types

from bot.evaluation.rows import FIELDS, Row
from bot.model.embedding import Embedder
from bot.model.learned.classifier import Answers, Classifier, Fitted, fit
from bot.model.learned.learning import compared
from bot.model.learned.ridge import Space
from bot.model.learned.views import Views, views
from pipeline.case import OUT_OF_SCOPE
from pipeline.errors import Misconfigured
from pipeline.gate.threshold import Certified, certify

LARGEST = 20_000
"""Rows that are learned from: memory and time grow with their square and cube."""
TIMED = 200
"""Test mails that are read one at a time, as a worker does, to time them."""
Say = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label in the test part: its rows, how many were answered at the threshold, and how many of the answers were right."""

    rows: int
    found: int
    answered: int
    right: int


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """What was measured for one field. `precision` and `threshold` are None where nothing is answered; `why` then says so."""

    accuracy: float
    macro_f1: float
    coverage: float
    precision: float | None
    threshold: float | None
    certified_errors: int
    calibration_n: int
    test_n: int
    out_of_scope_auroc: float | None
    unseen: tuple[str, ...]
    why: str
    labels: dict[str, LabelFigures]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of each field that both parts have. Latencies in ms a mail; the local model costs nothing a mail."""

    fields: dict[str, FieldFigures]
    latency_ms_p50: float
    latency_ms_p95: float
    fit_seconds: float
    cost_usd: float = 0.0


def evaluate(train: Sequence[Row], test: Sequence[Row], target: float, alpha: float, say: Say) -> Report:
    """Measure every field; the test part is looked at after the threshold stands. Raises Misconfigured where nothing can be learned."""
    embedder, train = Embedder(), _newest(train)
    seen, new = _read(train, embedder, say, "Reading the training part"), _read(test, embedder, say, "Reading the test part")
    figures: dict[str, FieldFigures] = {}
    timing: tuple[float, float] | None = None
    began, known, learned = time.perf_counter(), None, list[int]()
    for field in FIELDS:
        having, asked = _having(train, field), _having(test, field)
        if not having or not asked:
            continue
        if known is None or having != learned:
            say(f"Comparing {len(having)} rows", 0, 0)
            known, learned = compared([train[row].parts for row in having], seen.take(np.array(having))), having
        say(f"Learning {field}", 0, 0)
        fitted = _fit(known, [train[row].labels[field] for row in having], field)
        truth = [test[row].labels[field] for row in asked]
        figures[field] = judge(certify(fitted.judged, target, alpha), fitted, fitted.classifier.answer(new.take(np.array(asked))), truth)
        timing = timing or _timed(embedder, fitted.classifier, test)
    assert timing is not None
    return Report(figures, *timing, time.perf_counter() - began)


def judge(certified: Certified, fitted: Fitted, answers: Answers, truth: Sequence[str]) -> FieldFigures:
    """What the answers are worth where the truth is known."""
    wanted, best = np.array(truth, dtype=object), np.array(answers.labels, dtype=object)
    outside = wanted == OUT_OF_SCOPE
    said = np.where(answers.strangeness >= 0.5, OUT_OF_SCOPE, best) if OUT_OF_SCOPE in fitted.classifier.labels else best
    answered = answers.confidence >= certified.threshold if certified.threshold is not None else np.zeros(len(wanted), bool)
    right = answered & (best == wanted)
    mixed = bool(outside.any() and not outside.all())
    strange = answers.strangeness if OUT_OF_SCOPE in fitted.classifier.labels else -answers.confidence
    return FieldFigures(
        accuracy=float((said == wanted).mean()),
        macro_f1=float(f1_score(wanted.tolist(), said.tolist(), labels=sorted(set(truth)), average="macro", zero_division=0)),
        coverage=float(answered.mean()),
        precision=float(right.sum() / answered.sum()) if answered.any() else None,
        threshold=certified.threshold,
        certified_errors=certified.errors,
        calibration_n=certified.n,
        test_n=len(truth),
        out_of_scope_auroc=float(roc_auc_score(outside, strange)) if mixed else None,
        unseen=tuple(sorted(set(truth) - set(fitted.classifier.labels) - {OUT_OF_SCOPE})),
        why=certified.why,
        labels={
            label: LabelFigures(*(int(part[wanted == label].sum()) for part in (wanted == wanted, said == wanted, answered, right)))
            for label in sorted(set(truth))
        },
    )


def _read(rows: Sequence[Row], embedder: Embedder, say: Say, what: str) -> Views:
    done = 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        say(what, done, len(rows))

    return views([row.parts for row in rows], embedder, progress)


def _newest(rows: Sequence[Row]) -> Sequence[Row]:
    """The last rows of a file are the newest where it was written as mail came."""
    return rows[-LARGEST:]


def _having(rows: Sequence[Row], field: str) -> list[int]:
    return [number for number, row in enumerate(rows) if field in row.labels]


def _fit(known: Space, labels: Sequence[str], field: str) -> Fitted:
    if len(set(labels) - {OUT_OF_SCOPE}) < 2:
        raise Misconfigured(f"the field {field} of the training file", "it has fewer than two labels. Add rows with another one.")
    return fit(known, labels)


def _timed(embedder: Embedder, classifier: Classifier, test: Sequence[Row]) -> tuple[float, float]:
    took = []
    for row in test[:: max(1, len(test) // TIMED)][:TIMED]:
        began = time.perf_counter()
        classifier.answer(views([row.parts], embedder))
        took.append((time.perf_counter() - began) * 1000)
    return float(np.percentile(took, 50)), float(np.percentile(took, 95))
