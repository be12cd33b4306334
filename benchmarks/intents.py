"""`python -m benchmarks.intents DATA [SEEDS [NAME ...]]`: how good the local model is on the shipped examples, and on public data.

Each shipped example is judged by a classifier that did not see it; of public data `triage evaluate` tells, on parts that had no part in
the fit. DATA holds intents/banking77.train.jsonl.gz, intents/clinc150.{train,val}.jsonl.gz and tickets/it_tickets.dev.jsonl.gz; each seed
(default 1) is another split. NAME: shipped, banking77, clinc150, tickets (default: all).
"""

import gzip
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bot.evaluation.measure import FieldFigures, evaluate
from bot.evaluation.rows import Row, read
from bot.house import read_policies, shipped_examples
from bot.model.embedding import Embedder
from bot.model.gist import gists
from bot.model.learned.learning import learned
from bot.model.local import lettered
from bot.model.near import groups
from bot.settings import ROOT
from pipeline.case import OUT_OF_SCOPE
from pipeline.stages.classify import THRESHOLD

TARGET, ALPHA = 0.98, 0.05
LEARNED = 0.7
"""The share of the groups of near-duplicates that is learned from where a file has no test part of its own; the rest is that."""

Split = tuple[list[Row], list[Row]]


def banking(data: Path, seed: int) -> Split:
    return _split(read(data / "intents" / "banking77.train.jsonl.gz"), seed)


def tickets(data: Path, seed: int) -> Split:
    """Real IT tickets without their stop words; the category stands for the intent."""
    with gzip.open(data / "tickets" / "it_tickets.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        given = [json.loads(line) for line in lines]
    labels = [{"intent": one["category"], "urgency": one["urgency"], "owner": one["owner"]} for one in given]
    letters = [gists(one["subject"], one["text"]) for one in given]
    return _split([Row(tuple(letter), said) for letter, said in zip(letters, labels, strict=True) if letter], seed)


def _split(rows: Sequence[Row], seed: int) -> Split:
    texts = [" ".join(row.parts) for row in rows]
    group = np.array(groups(texts, [" ".join(sorted(text.lower().split())) for text in texts]))
    known = np.random.RandomState(seed).rand(group.max() + 1)[group] < LEARNED
    return [row for row, side in zip(rows, known, strict=True) if side], [row for row, side in zip(rows, known, strict=True) if not side]


def clinc(data: Path, seed: int) -> Split:
    """All of the training part learns, of which one row in 151 is out of scope; of the test, one in ten is, and the rest is drawn."""
    train, test = (read(data / "intents" / f"clinc150.{part}.jsonl.gz") for part in ("train", "val"))
    return train, _outside(test) + _some(test, 9 * len(_outside(test)), np.random.RandomState(seed))


def _outside(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.labels["intent"] == OUT_OF_SCOPE]


def _some(rows: Sequence[Row], most: int, random: np.random.RandomState) -> list[Row]:
    ours = [row for row in rows if row.labels["intent"] != OUT_OF_SCOPE]
    return [ours[number] for number in random.permutation(len(ours))[:most]]


def shipped() -> str:
    judged = learned(*lettered(shipped_examples(read_policies(ROOT / "policies"))), Embedder()).judged
    ours, strangers = ([row for row in judged if row.stranger is outside] for outside in (False, True))
    answered = [row for row in ours if row.confidence >= THRESHOLD]
    taken_in = sum(row.confidence >= THRESHOLD for row in strangers)
    right = sum(row.right for row in answered) / len(answered)
    share = len(answered) / len(ours)
    return f"shipped: of {len(ours)} {share:.3f} answered, {right:.3f} right; of {len(strangers)} that fit nothing {taken_in} answered"


SPLITS: Mapping[str, Callable[[Path, int], Split]] = {"banking77": banking, "clinc150": clinc, "tickets": tickets}


def lines(data: Path, seeds: int, names: Sequence[str]) -> Iterator[str]:
    if "shipped" in names:
        yield shipped()
    for name in (name for name in SPLITS if name in names):
        found: dict[str, list[FieldFigures]] = {}
        for seed in range(seeds):
            began, (train, test) = time.process_time(), SPLITS[name](data, seed)
            report = evaluate(train, test, TARGET, ALPHA, lambda *_: None)
            for field, figures in report.fields.items():
                found.setdefault(field, []).append(figures)
                yield f"{name} {seed} {field}: {len(train)} -> {len(test)}, {told(figures)}"
            took, most = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            yield f"{name} {seed}: {took:.0f} s of CPU, P50 {report.latency_ms_p50:.0f} ms a mail, at most {most:.1f} GB so far"
        yield from (f"{name} {field}, {seeds} splits: {together(of)}" for field, of in found.items() if seeds > 1)


def told(f: FieldFigures) -> str:
    sure = "nothing certified" if f.precision is None else f"coverage {f.coverage:.3f} precision {f.precision:.4f}"
    strange = "" if f.out_of_scope_auroc is None else f" AUROC {f.out_of_scope_auroc:.3f}"
    return f"accuracy {f.accuracy:.3f}, F1 {f.macro_f1:.3f}, {sure}{strange}"


def together(figures: Sequence[FieldFigures]) -> str:
    right = [f.precision for f in figures if f.precision is not None]
    sure = f"precision mean {np.mean(right):.4f}, worst {min(right):.4f}" if right else "nothing certified"
    return f"accuracy {np.mean([f.accuracy for f in figures]):.3f}, coverage mean {np.mean([f.coverage for f in figures]):.3f}, {sure}"


if __name__ == "__main__":
    for line in lines(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1, sys.argv[3:] or ("shipped", *SPLITS)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
