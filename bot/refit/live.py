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
        self._changing = asyncio.Lock()

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
            async with self._changing:
                self._take(await self._of(self._shipped))
        except Temporary as away:
            log.warning("Which classifier is live cannot be seen now, so %s goes on: %s", self._current.version, away)

    async def ship(self, shipped: IntentModel) -> None:
        """From now on these examples are shipped, and what learned others judges no more. Temporary while the database is away."""
        async with self._changing:
            model = await self._of(shipped)
            self._shipped = shipped
            self._take(model)

    async def _of(self, shipped: IntentModel) -> IntentModel:
        """What is live where these examples are shipped."""
        live = await self._models.live(shipped.version)
        if live is None:
            return shipped
        return self._current if live.version == self._current.version else await self._learned(live.version, shipped)

    async def _learned(self, version: str, shipped: IntentModel) -> IntentModel:
        try:
            data = await self._models.fitted(version)
            return shipped if data is None else await asyncio.to_thread(self._built, data, version)
        except (Misconfigured, Permanent) as broken:
            log.error("The classifier %s cannot be used, so the shipped examples judge: %s", version, broken)
            await self._models.forget(version)
            return shipped

    def _built(self, data: bytes, version: str) -> IntentModel:
        classifier = kept.checked(data, version)
        self._embedder = self._embedder or Embedder()
        return LocalModel(self._embedder, classifier, version)

    def _take(self, model: IntentModel) -> None:
        if model.version != self._current.version:
            log.info("%s judges from now on, not %s.", model.version, self._current.version)
        self._current = model
