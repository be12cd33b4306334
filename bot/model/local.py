"""The model that needs no key: sentence embeddings, and a classifier fitted over each intent's examples."""

import asyncio
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.model.embedding import Embedder, Vectors, digest
from pipeline.case import OUT_OF_SCOPE
from pipeline.ports import IntentScore

MEASURED = frozenset({"en"})
CLASSIFIER = "sklearn.linear_model"
"""Imported on a cold start only, beside the embedding: it takes more than a second."""
STRICTNESS = 30.0
"""Inverse of the classifier's regularisation; chosen by leave-one-out over the examples."""
NEAR, FAR = 0.45, 0.2
"""Cosine to the nearest examples: from NEAR on a mail is believed, at FAR it resembles nothing we know."""
NEIGHBOURS = 3
HEAD, TAIL = 600, 500
"""Characters read from the start and, of longer mails, from the end: the question often stands there."""
_HELLO = (
    r"hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|guten (?:tag|morgen)|hallo|liebe[rs]?|sehr geehrte"
    r"|bonjour|salut|hola|buen[oa]s"
)
_GREETING = re.compile(rf"^\s*(?:{_HELLO})\b[^\n]{{0,60}}\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned: the examples' vectors and labels, and one linear classifier over them (row i speaks for `labels[i]`)."""

    labels: tuple[str, ...]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    examples: Vectors
    nearest_of: NDArray[np.int64]


class LocalModel:
    """The IntentModel of this machine."""

    def __init__(self, embedder: Embedder, fitted: Fitted, version: str) -> None:
        self._embedder = embedder
        self._fitted = fitted
        self._version = version

    @property
    def version(self) -> str:
        return self._version

    @property
    def languages(self) -> frozenset[str]:
        return MEASURED

    async def rank(self, subject: str, text: str) -> Sequence[IntentScore]:
        """Every intent with its probability, best first; what is missing to 1 is "none of these"."""
        return await asyncio.to_thread(self.rank_now, subject, text)

    def rank_now(self, subject: str, text: str) -> Sequence[IntentScore]:
        parts = gists(subject, text)
        if not parts:
            return [IntentScore(label, 0.0) for label in self._fitted.labels if label != OUT_OF_SCOPE]
        mean = self._embedder.embed(parts).sum(axis=0)
        return scores(self._fitted, mean / np.linalg.norm(mean))


def gists(subject: str, text: str) -> list[str]:
    """What the model reads: subject and newest text without greeting; of a long mail its start and its end; nothing of an empty one."""
    topic = re.sub(r"^(?:(?:re|aw|fwd?|wg|tr|sv)\s*:\s*)+", "", subject, flags=re.IGNORECASE).strip()
    body = " ".join(_GREETING.sub("", text).split())
    whole = ". ".join(part for part in (topic, body) if part)
    if len(whole) <= HEAD + TAIL // 5:
        return [whole] if whole else []
    return [whole[:HEAD], f"{topic}. {whole[-TAIL:]}"]


def scores(fitted: Fitted, vector: Vectors) -> list[IntentScore]:
    """The probabilities for one vector, scaled down where no example is near."""
    logits = fitted.weights @ vector + fitted.bias
    odds = np.exp(logits - logits.max())
    chances = odds / odds.sum() * trust(fitted, vector)
    ranked = [IntentScore(label, float(chance)) for label, chance in zip(fitted.labels, chances, strict=True) if label != OUT_OF_SCOPE]
    return sorted(ranked, key=lambda score: (-score.score, score.intent))


def trust(fitted: Fitted, vector: Vectors) -> float:
    """How far a text may be believed at all, in [0, 1], by its mean cosine to the nearest examples of the intents."""
    ours = fitted.nearest_of != fitted.labels.index(OUT_OF_SCOPE)
    near = np.sort(fitted.examples[ours] @ vector)[-NEIGHBOURS:].mean()
    return float(np.clip((near - FAR) / (NEAR - FAR), 0.0, 1.0))


def load(examples: Mapping[str, Sequence[str]], cache: Path | None) -> LocalModel:
    """The model for these examples (by intent, `out_of_scope` among them), from the cache where it was fitted before. Blocks."""
    version = digest(json.dumps({name: list(said) for name, said in sorted(examples.items())}), f"{STRICTNESS} {NEAR} {FAR} {NEIGHBOURS}")
    embedder = Embedder()
    kept = cache / f"local-model-{version}.npz" if cache else None
    fitted = _read(kept) if kept else None
    if fitted is None:
        fitted = fit(embedder, examples)
        if kept:
            _write(kept, fitted)
    return LocalModel(embedder, fitted, f"local-{version}")


def fit(embedder: Embedder, examples: Mapping[str, Sequence[str]]) -> Fitted:
    """Embed the examples and fit the classifier over them."""
    labels = tuple(sorted({*examples, OUT_OF_SCOPE}))
    pairs = [(" ".join(text.split()), labels.index(name)) for name in labels for text in examples.get(name, ())]
    with ThreadPoolExecutor(1) as beside:
        beside.submit(import_module, CLASSIFIER)
        vectors = embedder.embed([text for text, _ in pairs])
    return fit_vectors(labels, vectors, np.array([label for _, label in pairs]))


def fit_vectors(labels: tuple[str, ...], vectors: Vectors, which: NDArray[np.int64]) -> Fitted:
    """Fit the classifier: row i of `vectors` is an example of `labels[which[i]]`."""
    logistic = import_module(CLASSIFIER).LogisticRegression
    classifier = logistic(C=STRICTNESS, class_weight="balanced", max_iter=1000).fit(vectors, which)
    return Fitted(labels, classifier.coef_, classifier.intercept_, vectors, which)


def _read(kept: Path) -> Fitted | None:
    try:
        with np.load(kept, allow_pickle=False) as stored:
            labels = tuple(str(label) for label in stored["labels"])
            return Fitted(labels, stored["weights"], stored["bias"], stored["examples"], stored["nearest_of"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _write(kept: Path, fitted: Fitted) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".part.npz")
    f = fitted
    np.savez(fresh, labels=np.array(f.labels), weights=f.weights, bias=f.bias, examples=f.examples, nearest_of=f.nearest_of)
    fresh.replace(kept)
