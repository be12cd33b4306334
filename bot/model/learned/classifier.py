"""The classifier as a whole: fitted to labelled texts, with honest scores of the very rows that it learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.model.embedding import Vectors
from bot.model.learned.confidence import SHARPNESS, TINY, Trust, learn, signs
from bot.model.learned.ridge import Space, unseen, weights
from bot.model.learned.views import Examples, Views
from bot.model.learned.words import Floats
from pipeline.case import OUT_OF_SCOPE
from pipeline.gate.threshold import STRANGERS, Judged

FOLDS = 5
CHUNK = 1024
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answers:
    """Row by row the best label, never `out_of_scope`, how sure it is, and how much the text looks as if none fitted."""

    labels: tuple[str, ...]
    confidence: Floats
    strangeness: Floats


@dataclass(frozen=True, slots=True)
class Classifier:
    """A ridge over examples, and the trust in it. `which[i]` is the index in `labels` of example i, `scores[i]` what it says for each."""

    examples: Examples
    labels: tuple[str, ...]
    which: Whole
    scores: Vectors
    trust: Trust
    strange: Trust

    def answer(self, views: Views) -> Answers:
        """Answer new texts."""
        stranger = _stranger(self.labels)
        parts = []
        for start in range(0, len(views.meaning), CHUNK):
            likeness = self.examples.seen_from(views.take(np.arange(start, min(start + CHUNK, len(views.meaning)))))
            parts.append(signs(_centred(likeness @ self.scores, self.labels), likeness, self.which, stranger))
        best, seen = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Answers(
            tuple(self.labels[number] for number in best), _sure(self.trust, self.strange, seen, stranger), self.strange.of(seen)
        )

    def rank(self, views: Views) -> list[tuple[str, float]]:
        """Every label but `out_of_scope` with its chance, best first, for one text; what is missing to 1 is "none of these".

        The best has its confidence; the others share what it leaves by their scores, and none has more than it.
        """
        stranger, likeness = _stranger(self.labels), self.examples.seen_from(views)
        scores = _centred(likeness @ self.scores, self.labels)
        best, seen = signs(scores, likeness, self.which, stranger)
        sure, odds = (
            float(_sure(self.trust, self.strange, seen, stranger)[0]),
            np.exp(SHARPNESS * (scores[0] - scores[0].max())).astype(np.float64),
        )
        odds[best[0]] = 0
        chances = np.minimum(odds / max(odds.sum(), TINY) * (1 - sure), sure)
        chances[best[0]] = sure
        ranked = [(label, float(chance)) for label, chance in zip(self.labels, chances, strict=True) if label != OUT_OF_SCOPE]
        return sorted(ranked, key=lambda one: (-one[1], one[0] != self.labels[best[0]], one[0]))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A classifier, and for each row it learned from the judgement of one that did not see the row or its near-duplicates."""

    classifier: Classifier
    judged: tuple[Judged, ...]


def fit(space: Space, intents: Sequence[str]) -> Fitted:
    """Learn the label of each row of the space; at least two labels.

    The ridge's scores of a row are those that leave its group out, exactly. The trust in them is fitted in folds of whole groups for
    `judged`, and on all rows for the classifier.
    """
    labels = tuple(sorted(set(intents)))
    which = np.array([labels.index(intent) for intent in intents])
    targets = np.eye(len(labels), dtype=np.float32)[which] - 1 / len(labels)
    learned = weights(space, targets.astype(np.float32))
    best, seen = _honest_signs(space, _centred(unseen(space, targets.astype(np.float32), learned), labels), which, _stranger(labels))
    stranger = which == _stranger(labels) if _stranger(labels) is not None else np.zeros(len(which), bool)
    right, count = (best == which) & ~stranger, _counts(stranger)
    confidence = _in_folds(seen, right, stranger, count, space)
    classifier = Classifier(space.examples, labels, which, learned, learn(seen, right, count), learn(seen, stranger, count))
    judged = tuple(Judged(*row) for row in zip(confidence.tolist(), right.tolist(), stranger.tolist(), strict=True))
    return Fitted(classifier, judged)


def _stranger(labels: tuple[str, ...]) -> int | None:
    return labels.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in labels else None


def _centred(scores: Vectors, labels: tuple[str, ...]) -> Vectors:
    """The targets were centred so that a text like nothing known scores the same for each label."""
    return np.asarray(scores + 1 / len(labels), dtype=np.float32)


def _honest_signs(space: Space, scores: Vectors, which: Whole, stranger: int | None) -> tuple[Whole, Floats]:
    group = np.empty(len(which), dtype=np.int64)
    for number, members in enumerate(space.groups):
        group[members] = number
    parts = []
    for start in range(0, len(which), CHUNK):
        rows = slice(start, min(start + CHUNK, len(which)))
        likeness = space.likeness(rows.start, rows.stop)
        likeness[group[rows, None] == group[None, :]] = 0
        parts.append(signs(scores[rows], likeness, which, stranger))
    best, seen = (np.concatenate(column) for column in zip(*parts, strict=True))
    return best, seen


def _counts(stranger: NDArray[np.bool_]) -> Floats:
    """Strangers, where there are any but too few, count as if they were STRANGERS of all mail."""
    share = stranger.mean()
    weight = max(1.0, STRANGERS / (1 - STRANGERS) * (1 - share) / share) if 0 < share < 1 else 1.0
    return np.where(stranger, weight, 1.0)


def _sure(trust: Trust, strange: Trust, seen: Floats, stranger: int | None) -> Floats:
    """The chance to be right; it is at most the chance that any label fits, where the rows show what it looks like when none does."""
    chances = trust.of(seen)
    return chances if stranger is None else np.minimum(chances, 1 - strange.of(seen))


def _in_folds(seen: Floats, right: NDArray[np.bool_], stranger: NDArray[np.bool_], count: Floats, space: Space) -> Floats:
    """Each row's confidence by a trust that was fitted without its fold."""
    made = np.zeros(len(right))
    fold = np.empty(len(right), dtype=np.int64)
    for number, members in enumerate(space.groups):
        fold[members] = number % FOLDS
    for held in range(FOLDS):
        away = fold == held
        if away.any() and not away.all():
            trust, strange = (learn(seen[~away], truth[~away], count[~away]) for truth in (right, stranger))
            made[away] = _sure(trust, strange, seen[away], 0 if stranger.any() else None)
    return made
