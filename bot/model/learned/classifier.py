"""The classifier as a whole: fitted to labelled texts, with honest scores of the very rows that it learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.model.embedding import Vectors
from bot.model.learned.confidence import Trust, learn, signs
from bot.model.learned.ridge import Space, unseen, weights
from bot.model.learned.views import Floats, Views
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
    """A ridge over a space of examples, and the trust in it. `which[i]` is the index in `labels` of example i."""

    space: Space
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
            likeness = self.space.seen_from(views.take(np.arange(start, min(start + CHUNK, len(views.meaning)))))
            parts.append(signs(_centred(likeness @ self.scores, self.labels), likeness, self.which, stranger))
        best, seen = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Answers(tuple(self.labels[number] for number in best), self.trust.of(seen), self.strange.of(seen))


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
    learned = weights(space.inverse, targets.astype(np.float32))
    best, seen = _honest_signs(space, _centred(unseen(space, targets.astype(np.float32), learned), labels), which, _stranger(labels))
    stranger = which == _stranger(labels) if _stranger(labels) is not None else np.zeros(len(which), bool)
    right, count = (best == which) & ~stranger, _counts(stranger)
    confidence = _in_folds(seen, right, count, space)
    classifier = Classifier(space, labels, which, learned, learn(seen, right, count), learn(seen, stranger, count))
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
        rows = slice(start, start + CHUNK)
        likeness = np.where(group[rows, None] == group[None, :], np.float32(0), space.likeness[rows])
        parts.append(signs(scores[rows], likeness, which, stranger))
    best, seen = (np.concatenate(column) for column in zip(*parts, strict=True))
    return best, seen


def _counts(stranger: NDArray[np.bool_]) -> Floats:
    """Strangers, where there are any but too few, count as if they were STRANGERS of all mail."""
    share = stranger.mean()
    weight = max(1.0, STRANGERS / (1 - STRANGERS) * (1 - share) / share) if 0 < share < 1 else 1.0
    return np.where(stranger, weight, 1.0)


def _in_folds(seen: Floats, right: NDArray[np.bool_], count: Floats, space: Space) -> Floats:
    """Each row's confidence by a trust that was fitted without its fold."""
    made = np.zeros(len(right))
    fold = np.empty(len(right), dtype=np.int64)
    for number, members in enumerate(space.groups):
        fold[members] = number % FOLDS
    for held in range(FOLDS):
        away = fold == held
        if away.any() and not away.all():
            made[away] = learn(seen[~away], right[~away], count[~away]).of(seen[away])
    return made
