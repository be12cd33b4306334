"""The one way from labelled letters to a classifier: `triage evaluate`, the shipped examples and the refit all take it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from bot.model.embedding import Embedder
from bot.model.learned.classifier import Fitted, fit
from bot.model.learned.confidence import LEARNER
from bot.model.learned.ridge import Space, space
from bot.model.learned.views import Views, views
from bot.model.near import groups

Letter = Sequence[str]
"""The parts of a mail that are read (bot/model/gist.py)."""


def learned(letters: Sequence[Letter], labels: Sequence[str], embedder: Embedder) -> Fitted:
    """Read and learn; letter i is one of `labels[i]`, of which there are at least two."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(import_module, LEARNER)
        seen = views(letters, embedder)
    return fit(compared(letters, seen), labels)


def compared(letters: Sequence[Letter], seen: Views) -> Space:
    """The space of these letters, with near-duplicates in one group."""
    texts = [" ".join(parts) for parts in letters]
    return space(seen, groups(texts, [" ".join(sorted(text.lower().split())) for text in texts]))
