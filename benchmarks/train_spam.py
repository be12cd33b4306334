"""`python -m benchmarks.train_spam DATA (--write | SALT...)`: train the spam filter, or say what it finds in mail it never saw.

DATA holds mail/, tickets/ and intents/. Each SALT splits the corpus in its own way: one side trains a filter, the other measures it.
With --write one is trained in the same way on the whole corpus, shipped, and measured on mail of other kinds.
"""

import gzip
import json
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack, vstack  # type: ignore[import-untyped]  # it ships no types
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # it ships no types

from bot.mailbox.archives import mails
from bot.mailbox.mime import read
from bot.model.near import groups
from bot.model.spam.features import BUCKETS, buckets, readable
from bot.model.spam.filter import SHORTEST, WEIGHTS, SpamFilter, load, save
from bot.model.spam.marks import MARKS, marks
from pipeline.email import Email
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
UNTRAINED = ("mail/bounces_flufl.tar.gz", "mail/mime_oddities.tar.gz")
"""Mail that no filter was trained on, whatever it is."""
TRAINED = 75
"""Percent of the groups that train where the rest is held out."""
FOLDS, STRICTNESS, MARGIN = 5, 30.0, 0.75
HARD = 100.0
"""How much more an advertisement that somebody asked for counts than other ham."""
LOUD = 0.3
"""What a mark counts among features that each count one by the root of their number."""
UNDOUBTED = 0.997
"""Share of the honest mail of the corpus that is not even doubted."""
LEARNED, TESTED = 500, 3000
"""Texts of each other kind."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail: where it comes from in the corpus, and whether it is suspect or has plain signs of spam."""

    kind: str
    email: Email
    suspect: bool
    signs: bool

    @property
    def spam(self) -> bool:
        return self.kind.startswith("spam")


def sample(kind: str, email: Email) -> Sample:
    return Sample(kind, email, suspect(email), bool(signs(email)))


def corpus(file: Path) -> list[Sample]:
    return [sample(name.partition("/")[0], read(raw, name, datetime.now(UTC), frozenset())) for name, raw in mails(file)]


def others(data: Path, file: str, field: str) -> list[Sample]:
    """Texts of another kind, in an order that has nothing to do with the file's."""
    blank = read(b"From: a@sender.invalid\nTo: b@us.invalid\nMessage-ID: <1@sender.invalid>\n\n", file, datetime.now(UTC), frozenset())
    with gzip.open(data / file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    told = {row[field]: row.get("subject") or "" if field == "text" else "" for row in rows if row[field]}
    first = sorted(told, key=lambda text: zlib.crc32(text.encode()))[: LEARNED + TESTED]
    return [sample("other", replace(blank, subject=told[text], text=text)) for text in first]


def matrix(samples: Sequence[Sample]) -> csr_matrix:
    """One row a mail, as long as SpamFilter.score makes it, and the marks at its end."""
    rows = [buckets(sample.email.subject, sample.email.text, sample.email.sender.domain) for sample in samples]
    lengths = np.array([len(row) for row in rows])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, SHORTEST)), lengths)
    words = csr_matrix((values, np.concatenate(rows), np.concatenate([[0], np.cumsum(lengths)])), shape=(len(rows), BUCKETS))
    return hstack((words, csr_matrix(np.array([marks(sample.email) for sample in samples]) * LOUD))).tocsr()


def fit(rows: csr_matrix, spam: Bools, count: Floats) -> tuple[Floats, float]:
    """Logistic regression over features scaled by how much each tells alone; weights and bias for the plain features and marks."""
    seen = [1 + np.asarray((rows[which] > 0).sum(axis=0)).ravel() for which in (spam, ~spam)]
    told = np.log((seen[0] / seen[0].sum()) / (seen[1] / seen[1].sum()))
    told[BUCKETS:] = 1
    model = LogisticRegression(C=STRICTNESS, solver="liblinear", dual=True, max_iter=300, tol=1e-2, random_state=0)
    model.fit(rows @ diags(told), spam, sample_weight=count)
    return model.coef_[0] * told, float(model.intercept_[0])


def bounds(scores: Floats, odd: Bools) -> tuple[float, float]:
    """From the scores of ham alone: threshold and doubt. No ham that could be filed comes within the margin of the first."""
    threshold = float(np.where(odd, scores, scores - SURER).max()) + MARGIN
    return threshold, float(np.quantile(scores, UNDOUBTED))


@dataclass(frozen=True, slots=True)
class Lesson:
    """All that a filter may learn from: the corpus, the group of each of its mails, and short texts that are ham."""

    samples: Sequence[Sample]
    rows: csr_matrix
    group: NDArray[np.int64]
    plain: csr_matrix

    def fitted(self, which: Bools) -> tuple[Floats, float]:
        spam = np.array([s.spam for s in self.samples])[which]
        count = np.array([HARD if s.kind.startswith("hard") else 1.0 for s in self.samples])[which]
        more = self.plain.shape[0]
        stacked = vstack((self.rows[which], self.plain)).tocsr()
        return fit(stacked, np.append(spam, np.zeros(more, bool)), np.append(count, np.ones(more)))

    def train(self, which: Bools, file: Path) -> None:
        """Fit on these mails; set the bounds by their ham, each as a filter scores it that saw nothing like it."""
        scores = np.full(len(self.samples), np.nan)
        for fold in range(FOLDS):
            away = which & (self.side("fold") % FOLDS == fold)
            weights, bias = self.fitted(which & ~away)
            scores[away] = self.rows[away] @ weights + bias
        weights, bias = self.fitted(which)
        ham = which & ~np.array([s.spam for s in self.samples])
        found = bounds(scores[ham], np.array([s.suspect for s in self.samples])[ham])
        save(file, weights[:BUCKETS], weights[BUCKETS:] * LOUD, bias, found)

    def side(self, salt: str) -> NDArray[np.int64]:
        """For each mail a number below 100, the same for all of its group."""
        return np.array([zlib.crc32(f"{salt} {number}".encode()) % 100 for number in self.group])


@dataclass(frozen=True, slots=True)
class Found:
    """How many of how many mails the plain signs and the filter file, how many more they doubt, and how long one takes in ms."""

    mails: int
    filed: int
    doubted: int
    took: float

    @property
    def share(self) -> float:
        return self.filed / max(1, self.mails)

    def line(self, name: str) -> str:
        return (
            f"{name:<24}{self.mails:>7} mails {self.filed:>6} filed ({self.share:.1%}) {self.doubted:>5} doubted {self.took:6.1f} ms a mail"
        )


def found(model: SpamFilter, samples: Sequence[Sample]) -> Found:
    began = time.perf_counter()
    scores = [model.score(sample.email) for sample in samples]
    took = (time.perf_counter() - began) / max(1, len(samples)) * 1000
    pairs = zip(scores, samples, strict=True)
    filed = sum(sample.signs or score > model.threshold + (0.0 if sample.suspect else SURER) for score, sample in pairs)
    return Found(len(samples), filed, sum(score > model.doubt for score in scores) - filed, took)


def measured(lesson: Lesson, salts: Sequence[str]) -> Iterator[str]:
    """A line for each salt: what a filter trained on one side does with the other."""
    spams, hams = [], []
    for salt in salts:
        held = lesson.side(salt) >= TRAINED
        with tempfile.TemporaryDirectory() as folder:
            lesson.train(~held, file := Path(folder, "weights.npz"))
            model = load(file)
        aside = [sample for sample, away in zip(lesson.samples, held, strict=True) if away]
        spams.append(found(model, [sample for sample in aside if sample.spam]))
        hams.append(found(model, [sample for sample in aside if not sample.spam]))
        yield f"{spams[-1].line(f'{salt}: spam')}\n{hams[-1].line(f'{salt}: ham')}"
    shares = [one.share for one in spams]
    false, all_ham = sum(one.filed for one in hams), sum(one.mails for one in hams)
    yield f"{len(shares)} salts: spam found mean {np.mean(shares):.1%}, least {min(shares):.1%}; false {false} of {all_ham} ham"


def shipped(lesson: Lesson, data: Path, plain: dict[str, list[Sample]]) -> Iterator[str]:
    """The filter trained on the whole corpus is written; a line for each kind of mail that had no part in making it."""
    lesson.train(np.ones(len(lesson.samples), bool), WEIGHTS)
    model = load()
    yield f"{model.version}: {WEIGHTS.stat().st_size:,} bytes, threshold {model.threshold:.2f}, doubt {model.doubt:.2f}, {MARKS} marks"
    yield from (found(model, texts[LEARNED:]).line(name) for name, texts in plain.items())
    yield from (found(model, corpus(data / file)).line(Path(file).name.partition(".")[0]) for file in UNTRAINED)


def main(data: Path, salts: Sequence[str], *, write: bool) -> None:
    samples = corpus(data / CORPUS)
    group = groups([readable(sample.email.text) for sample in samples], [sample.email.subject for sample in samples])
    plain = {name: others(data, *where) for name, where in OTHER.items()}
    learned = matrix([text for texts in plain.values() for text in texts[:LEARNED]])
    lesson = Lesson(samples, matrix(samples), np.array(group), learned)
    for line in shipped(lesson, data, plain) if write else measured(lesson, salts):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [name for name in sys.argv[2:] if name != "--write"] or ["spam"], write="--write" in sys.argv)
