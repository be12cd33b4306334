"""`python -m benchmarks.refit DATA`: how long a mail takes while a process that gives way learns from 8,000 mails, and while none does.

DATA holds intents/banking77.train.jsonl.gz; the mail is judged by a classifier of 2,000 of its rows.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bot.evaluation.rows import Row, read
from bot.model.embedding import Embedder
from bot.model.learned.classifier import Classifier
from bot.model.learned.learning import learned
from bot.model.learned.views import views
from bot.refit.child import LEAST_NICE, NEWEST

KNOWN, MAILS = 2000, 300


def _learned(rows: list[Row]) -> Classifier:
    return learned([row.parts for row in rows], [row.labels["intent"] for row in rows], Embedder()).classifier


def _beside(rows: list[Row]) -> None:
    os.nice(LEAST_NICE)
    _learned(rows)


def _timed(classifier: Classifier, rows: list[Row], goes_on: Callable[[], bool]) -> Iterator[float]:
    """Milliseconds a mail, as long as it goes on."""
    embedder = Embedder()
    for row in rows:
        if not goes_on():
            return
        began = time.perf_counter()
        classifier.rank(views([row.parts], embedder))
        yield (time.perf_counter() - began) * 1000


def _told(name: str, took: list[float]) -> str:
    p50, p95, p99 = np.percentile(took, [50, 95, 99])
    return f"{name}: {len(took)} mails, P50 {p50:.1f} ms, P95 {p95:.1f} ms, P99 {p99:.1f} ms"


def lines(data: Path) -> Iterator[str]:
    rows = read(data / "intents" / "banking77.train.jsonl.gz")
    classifier = _learned(rows[:KNOWN])
    yield _told("alone", list(_timed(classifier, rows[:MAILS], lambda: True)))
    began = time.perf_counter()
    child = multiprocessing.get_context("spawn").Process(target=_beside, args=(rows[-NEWEST:],))
    child.start()
    yield _told("while learning", list(_timed(classifier, rows * 10, child.is_alive)))
    child.join()
    yield f"learning {NEWEST} mails took {time.perf_counter() - began:.0f} s"


if __name__ == "__main__":
    for line in lines(Path(sys.argv[1])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
