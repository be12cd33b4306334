"""The local model of the moment: the learned one that the database calls live, or else the one of the shipped examples."""

import asyncio
import logging

from bot.model.embedding import Embedder
from bot.model.learned import kept
from bot.model.local import LocalModel
from bot.store.models import Models
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.ports import IntentModel

log = logging.getLogger(__name__)


class LiveModel:
    """Swapped between two mails, never within one: who judges a mail takes `current` once and keeps it."""

    def __init__(self, shipped: IntentModel, models: Models) -> None:
        self._shipped = shipped
        self._models = models
        self._current = shipped
        self._embedder: Embedder | None = None

    @property
    def current(self) -> IntentModel:
        return self._current

    @property
    def shipped(self) -> str:
        """The version of the shipped examples' model."""
        return self._shipped.version

    async def look(self) -> None:
        """Take what is live now; while the database is away, all stays as it is."""
        try:
            live = await self._models.live(self.shipped)
            if live is None:
                self._take(self._shipped)
            elif live.version != self._current.version:
                await self._change(live.version)
        except Temporary as away:
            log.warning("Which classifier is live cannot be seen now, so %s goes on: %s", self._current.version, away)

    async def _change(self, version: str) -> None:
        try:
            data = await self._models.fitted(version)
            if data is not None:
                self._take(await asyncio.to_thread(self._built, data, version))
        except (Misconfigured, Permanent) as broken:
            log.error("The classifier %s cannot be used, so the shipped examples judge: %s", version, broken)
            self._take(self._shipped)
            await self._models.forget(version)

    def _built(self, data: bytes, version: str) -> IntentModel:
        classifier = kept.checked(data, version)
        self._embedder = self._embedder or Embedder()
        return LocalModel(self._embedder, classifier, version)

    def _take(self, model: IntentModel) -> None:
        if model.version != self._current.version:
            log.info("%s judges from now on, not %s.", model.version, self._current.version)
        self._current = model
