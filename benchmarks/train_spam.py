"""`python -m benchmarks.train_spam DATA [--write] [--salt NAME]`: train the spam filter, and say what it finds in mail it never saw.

DATA holds mail/spamassassin.dev.tar.gz, tickets/ and intents/.
With --write the weights that were measured are shipped; another salt splits otherwise.
"""

import gzip
import json
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack  # type: ignore[import-untyped]  # it ships no types
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # it ships no types

from bot.mailbox.archives import mails
from bot.mailbox.mime import read
from bot.model.near import groups
from bot.model.spam.features import BUCKETS, buckets, readable
from bot.model.spam.filter import SHORTEST, WEIGHTS, SpamFilter, load, save
from pipeline.screening.spam import SURER, signs, suspect

CORPUS = Path("mail", "spamassassin.dev.tar.gz")
OTHER = {
    "tickets": ("tickets/synthetic_multilingual_text.jsonl.gz", "text"),
    "answers": ("tickets/synthetic_multilingual_text.jsonl.gz", "answer"),
    "IT tickets": ("tickets/it_tickets.dev.jsonl.gz", "text"),
    "banking questions": ("intents/banking77.train.jsonl.gz", "text"),
    "assistant questions": ("intents/clinc150.train.jsonl.gz", "text"),
}
"""Ham of other kinds: file and field."""
SALT = "spam"
TRAINED, CALIBRATED = 55, 65
"""Percent of the groups: those below the first train, those below the second calibrate, the rest is held out."""
FOLDS, STRICTNESS, MARGIN = 5, 30.0, 0.1
HARD = 30.0
"""How much more an advertisement that somebody asked for counts than other ham."""
LEARNED, TESTED = 500, 3000
"""Texts of each other kind."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail: where it comes from in the corpus, its features, and whether it is suspect or has plain signs of spam."""

    kind: str
    subject: str
    text: str
    domain: str
    suspect: bool
    signs: bool

    @property
    def spam(self) -> bool:
        return self.kind.startswith("spam")


def corpus(data: Path) -> list[Sample]:
    made = []
    for name, raw in mails(data / CORPUS):
        email = read(raw, name, datetime.now(UTC), frozenset())
        made.append(Sample(name.partition("/")[0], email.subject, email.text, email.sender.domain, suspect(email), bool(signs(email))))
    return made


def others(data: Path, file: str, field: str) -> list[Sample]:
    """Texts of another kind, in an order that has nothing to do with the file's."""
    with gzip.open(data / file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    told = {row[field]: row.get("subject") or "" for row in rows if row[field]}
    made = [Sample("other", subject if field == "text" else "", text, "", True, False) for text, subject in told.items()]
    return sorted(made, key=lambda sample: zlib.crc32(sample.text.encode()))[: LEARNED + TESTED]


def matrix(samples: Sequence[Sample]) -> csr_matrix:
    """One row a mail, as long as SpamFilter.score makes it."""
    rows = [buckets(sample.subject, sample.text, sample.domain) for sample in samples]
    lengths = np.array([len(row) for row in rows])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, SHORTEST)), lengths)
    return csr_matrix((values, np.concatenate(rows), np.concatenate([[0], np.cumsum(lengths)])), shape=(len(rows), BUCKETS))


def fit(rows: csr_matrix, spam: NDArray[np.bool_], count: Floats) -> tuple[Floats, float]:
    """Logistic regression over features scaled by how much each tells alone; weights and bias for the plain features."""
    seen = [1 + np.asarray((rows[which] > 0).sum(axis=0)).ravel() for which in (spam, ~spam)]
    told = np.log((seen[0] / seen[0].sum()) / (seen[1] / seen[1].sum()))
    model = LogisticRegression(C=STRICTNESS, solver="liblinear", dual=True, max_iter=300, tol=1e-2, random_state=0)
    model.fit(rows @ diags(told), spam, sample_weight=count)
    return model.coef_[0] * told, float(model.intercept_[0])


def bounds(scores: Floats, odd: NDArray[np.bool_]) -> tuple[float, float]:
    """From the scores of ham alone: threshold and doubt. No ham that could be filed comes within the margin of the first."""
    threshold = float(np.where(odd, scores, scores - SURER).max()) + MARGIN
    return threshold, float(np.quantile(scores, 0.99))


def train(samples: Sequence[Sample], side: NDArray[np.int64], plain: Sequence[Sample], file: Path) -> None:
    """Fit on the training part; set the bounds by the calibration part, and by the training part as folds without it see it."""
    spam, odd = np.array([s.spam for s in samples]), np.array([s.suspect for s in samples])
    count = np.array([HARD if s.kind.startswith("hard") else 1.0 for s in samples])
    rows, more = matrix(samples), matrix(plain)
    scores = np.full(len(samples), np.nan)

    def fitted(which: NDArray[np.bool_]) -> tuple[Floats, float]:
        stacked = vstack((rows[which], more)).tocsr()
        return fit(stacked, np.append(spam[which], np.zeros(len(plain), bool)), np.append(count[which], np.ones(len(plain))))

    training = side < TRAINED
    for fold in range(FOLDS):
        away = training & (side % FOLDS == fold)
        weights, bias = fitted(training & ~away)
        scores[away] = rows[away] @ weights + bias
    weights, bias = fitted(training)
    calibrating = (side >= TRAINED) & (side < CALIBRATED)
    scores[calibrating] = rows[calibrating] @ weights + bias
    ham = (side < CALIBRATED) & ~spam
    save(file, weights, bias, bounds(scores[ham], odd[ham]))


def report(model: SpamFilter, samples: Sequence[Sample], plain: dict[str, list[Sample]]) -> Iterator[str]:
    """What plain signs and the filter together find in mail that had no part in making it."""
    for kind in sorted({sample.kind for sample in samples}):
        yield _line(kind, model, [sample for sample in samples if sample.kind == kind])
    yield _line("all spam", model, [sample for sample in samples if sample.spam])
    yield _line("all ham", model, [sample for sample in samples if not sample.spam])
    for name, texts in plain.items():
        yield _line(name, model, texts)


def _line(name: str, model: SpamFilter, samples: Sequence[Sample]) -> str:
    began = time.perf_counter()
    scores = [model.score(sample.subject, sample.text, sample.domain) for sample in samples]
    took = (time.perf_counter() - began) / len(samples) * 1000
    pairs = zip(scores, samples, strict=True)
    found = sum(sample.signs or score > model.threshold + (0.0 if sample.suspect else SURER) for score, sample in pairs)
    doubted = sum(score > model.doubt for score in scores) - found
    return f"{name:<22}{len(samples):>7} mails {found:>6} found ({found / len(samples):.1%}) {doubted:>5} doubted {took:6.1f} ms a mail"


def main(data: Path, salt: str, *, write: bool) -> None:
    samples = corpus(data)
    group = groups([readable(sample.text) for sample in samples], [sample.subject for sample in samples])
    side = np.array([zlib.crc32(f"{salt} {number}".encode()) % 100 for number in group])
    plain = {name: others(data, *where) for name, where in OTHER.items()}
    with tempfile.TemporaryDirectory() as folder:
        file = WEIGHTS if write else Path(folder, "weights.npz")
        train(samples, side, [text for texts in plain.values() for text in texts[:LEARNED]], file)
        model = load(file)
        held = [sample for sample, where in zip(samples, side, strict=True) if where >= CALIBRATED]
        sizes = f"{file.stat().st_size:,} bytes, {len(set(group))} groups"
        sys.stdout.write(f"{model.version}: {sizes}, threshold {model.threshold:.2f}, doubt {model.doubt:.2f}\n")
        unseen = {name: texts[LEARNED:] for name, texts in plain.items()}
        for line in report(model, held, unseen):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    salts = sys.argv[1 + sys.argv.index("--salt") :] if "--salt" in sys.argv else [SALT]
    main(Path(sys.argv[1]), salts[0], write="--write" in sys.argv)
