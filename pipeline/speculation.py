"""A letter's rewording asked for while the mail is still being read: used where the decision agrees, else counted and forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pipeline.errors import Permanent, Temporary
from pipeline.ports import LanguageModel
from pipeline.prompt import Answer, Call, Prompt

PATIENCE = 2.0
"""Seconds that a call nobody needs any more may still run, so that its cost is known; then it is broken off."""


@dataclass(slots=True)
class Ahead:
    """A LanguageModel that may have been asked the next question already. Implements LanguageModel."""

    model: LanguageModel
    prompt: Prompt | None = None
    answering: asyncio.Task[Answer] | None = None
    used: bool = False

    @property
    def version(self) -> str:
        return self.model.version

    def begin(self, prompt: Prompt) -> None:
        """Ask this now; once."""
        self.prompt, self.answering = prompt, asyncio.create_task(self.model.ask(prompt))

    async def ask(self, prompt: Prompt) -> Answer:
        """The answer to exactly this question, whoever asked it first. Raises what the model raises."""
        if self.answering is None or prompt != self.prompt:
            return await self.model.ask(prompt)
        self.used = True
        return await self.answering

    async def discarded(self) -> tuple[Call, ...]:
        """The calls that were asked for ahead and not used. One that is still running after PATIENCE is not among them."""
        if self.answering is None or self.used:
            return ()
        try:
            async with asyncio.timeout(PATIENCE):
                return (await self.answering).calls
        except (TimeoutError, Temporary, Permanent):
            return ()


@asynccontextmanager
async def asking_ahead(model: LanguageModel | None) -> AsyncIterator[Ahead | None]:
    """Nothing is still being asked when the block ends, however it ends. None where there is no model."""
    if model is None:
        yield None
        return
    ahead = Ahead(model)
    try:
        yield ahead
    finally:
        if ahead.answering is not None:
            ahead.answering.cancel()
            await asyncio.wait([ahead.answering])
            if not ahead.answering.cancelled():
                ahead.answering.exception()
