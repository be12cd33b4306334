"""`python -m benchmarks.intents DATA [SEEDS]`: what `triage evaluate` says of public data, on parts that had no part in the fit.

DATA holds intents/banking77.train.jsonl.gz and intents/clinc150.{train,val}.jsonl.gz; each seed (default 1) is another split.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bot.evaluation.measure import evaluate
from bot.evaluation.rows import Row, read
from bot.model.near import groups
from pipeline.case import OUT_OF_SCOPE

TARGET, ALPHA = 0.98, 0.05
LEARNED = 0.7
"""The share of banking77's groups of near-duplicates that is learned from; the rest is the test part."""

Split = tuple[str, list[Row], list[Row]]


def banking(data: Path, seed: int) -> Split:
    rows = read(data / "intents" / "banking77.train.jsonl.gz")
    texts = [" ".join(row.parts) for row in rows]
    group = np.array(groups(texts, [" ".join(sorted(text.lower().split())) for text in texts]))
    known = np.random.RandomState(seed).rand(group.max() + 1)[group] < LEARNED
    parts = [[row for row, side in zip(rows, known, strict=True) if side == wanted] for wanted in (True, False)]
    return "banking77", parts[0], parts[1]


def clinc(data: Path, seed: int) -> Split:
    """All of the training part learns, of which one row in 151 is out of scope; of the test, one in ten is, and the rest is drawn."""
    train, test = (read(data / "intents" / f"clinc150.{part}.jsonl.gz") for part in ("train", "val"))
    return "clinc150", train, _outside(test) + _some(test, 9 * len(_outside(test)), np.random.RandomState(seed))


def _outside(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.labels["intent"] == OUT_OF_SCOPE]


def _some(rows: Sequence[Row], most: int, random: np.random.RandomState) -> list[Row]:
    ours = [row for row in rows if row.labels["intent"] != OUT_OF_SCOPE]
    return [ours[number] for number in random.permutation(len(ours))[:most]]


def lines(data: Path, seeds: int) -> Iterator[str]:
    for split in (banking, clinc):
        for seed in range(seeds):
            name, train, test = split(data, seed)
            report = evaluate(train, test, TARGET, ALPHA, lambda *_: None)
            f = report.fields["intent"]
            sure = "nothing certified" if f.precision is None else f"coverage {f.coverage:.3f} precision {f.precision:.4f}"
            strange = "" if f.out_of_scope_auroc is None else f" AUROC {f.out_of_scope_auroc:.3f}"
            latency = f"P50 {report.latency_ms_p50:.0f} ms"
            yield f"{name} {seed}: {len(train)} -> {len(test)}, accuracy {f.accuracy:.3f}, F1 {f.macro_f1:.3f}, {sure}{strange}, {latency}"


if __name__ == "__main__":
    for line in lines(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
