"""The model that needs no key: a classifier on this machine, learned from each intent's examples or from reviewed mail."""

import asyncio
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.model.embedding import Embedder, digest
from bot.model.gist import gists
from bot.model.learned import kept
from bot.model.learned.classifier import Classifier
from bot.model.learned.learning import Letter, learned
from bot.model.learned.views import views
from pipeline.case import OUT_OF_SCOPE
from pipeline.errors import Misconfigured
from pipeline.ports import IntentScore

MEASURED = frozenset({"en"})


class LocalModel:
    """The IntentModel of this machine."""

    def __init__(self, embedder: Embedder, classifier: Classifier, version: str) -> None:
        self._embedder = embedder
        self._classifier = classifier
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
            return [IntentScore(label, 0.0) for label in self._classifier.labels if label != OUT_OF_SCOPE]
        return [IntentScore(*ranked) for ranked in self._classifier.rank(views([parts], self._embedder))]


Labelled = tuple[list[Letter], list[str]]
"""Letters, and the label of each."""


def lettered(examples: Mapping[str, Sequence[str]]) -> Labelled:
    """The examples (by intent, `out_of_scope` among them) as the model reads them, in an order that does not depend on the mapping's."""
    pairs = [(gists("", text), name) for name, texts in sorted(examples.items()) for text in texts]
    return [letter for letter, _ in pairs], [name for _, name in pairs]


def load(examples: Mapping[str, Sequence[str]], cache: Path | None) -> LocalModel:
    """The model for these examples, from the cache where it was fitted before. Blocks."""
    embedder = Embedder()
    return LocalModel(embedder, fitted(examples, embedder, cache), version_of(examples))


def version_of(examples: Mapping[str, Sequence[str]]) -> str:
    """The version of the model that learned these examples and nothing else."""
    return f"local-{digest(json.dumps({name: list(said) for name, said in sorted(examples.items())}), kept.METHOD)}"


def fitted(examples: Mapping[str, Sequence[str]], embedder: Embedder, cache: Path | None) -> Classifier:
    """The classifier of these examples, from the cache where it was fitted before."""
    file = cache / f"{version_of(examples)}.npz" if cache else None
    classifier = _cached(file) if file else None
    if classifier is None:
        classifier = learned(*lettered(examples), embedder).classifier
        if file:
            _cache(file, classifier)
    return classifier


def _cached(file: Path) -> Classifier | None:
    try:
        return kept.read(file.read_bytes())
    except (OSError, Misconfigured):
        return None


def _cache(file: Path, classifier: Classifier) -> None:
    """Two programs may start at once, so each writes a file of its own."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}.part")
    fresh.write_bytes(kept.written(classifier))
    fresh.replace(file)
