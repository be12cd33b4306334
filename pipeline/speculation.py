"""Questions asked while the mail is still being read: answered already where they turn out to be needed, else counted and forgotten."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pipeline.errors import Permanent, Temporary
from pipeline.ports import LanguageModel
from pipeline.prompt import Answer, Call, Prompt, Role

PATIENCE = 2.0
"""Seconds that a call nobody needs any more may still run, so that its cost is known; then it is broken off."""


@dataclass(slots=True)
class Begun:
    """A question on its way, and whether its answer was wanted."""

    prompt: Prompt
    answering: asyncio.Task[Answer]
    used: bool = False


@dataclass(slots=True)
class Ahead:
    """The models of every role, some of which may have been asked the next question already. Implements LanguageModel."""

    models: Mapping[Role, LanguageModel]
    begun: list[Begun] = field(default_factory=list)

    @property
    def version(self) -> str:
        return "+".join(sorted({model.version for model in self.models.values()}))

    def begin(self, prompt: Prompt) -> None:
        """Ask this now; its role has a model."""
        self.begun.append(Begun(prompt, asyncio.create_task(self.models[prompt.role].ask(prompt))))

    async def ask(self, prompt: Prompt) -> Answer:
        """The answer to exactly this question, whoever asked it first. Raises what the model raises."""
        asked = next((one for one in self.begun if one.prompt == prompt), None)
        if asked is None:
            return await self.models[prompt.role].ask(prompt)
        asked.used = True
        return await asked.answering

    def foresaw(self, role: Role) -> bool:
        """Whether a question of this role was asked ahead, and its answer wanted."""
        return any(one.used and one.prompt.role == role for one in self.begun)

    async def discarded(self) -> tuple[Call, ...]:
        """The calls that were asked for ahead and not used. One that is still running after PATIENCE is not among them."""
        calls: list[Call] = []
        try:
            async with asyncio.timeout(PATIENCE):
                for one in self.begun:
                    calls += () if one.used else await _calls(one)
        except TimeoutError:
            pass
        return tuple(calls)


@asynccontextmanager
async def asking_ahead(models: Mapping[Role, LanguageModel]) -> AsyncIterator[Ahead]:
    """Nothing is still being asked when the block ends, however it ends."""
    ahead = Ahead(models)
    try:
        yield ahead
    finally:
        for one in ahead.begun:
            one.answering.cancel()
        await asyncio.gather(*(one.answering for one in ahead.begun), return_exceptions=True)


async def _calls(begun: Begun) -> tuple[Call, ...]:
    try:
        return (await begun.answering).calls
    except (Temporary, Permanent):
        return ()
