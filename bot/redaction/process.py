"""The engine in a process of its own: spaCy would hold up the event loop, and a mail that breaks it must not break the bot."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.email import Span
from pipeline.errors import Temporary

COMMAND = (sys.executable, "-P", "-B", "-m", "bot.redaction.child")
LANGUAGES = frozenset({"en", "und"})
"""What the engine reads: its model is English, and takes most nouns of a German text for names."""
PATIENCE = 30.0
"""Seconds for one answer, the engine's start included, before the process is given up."""

_LONGEST_ANSWER = 4 * 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]
_PASSED = ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ")


@dataclass(eq=False)
class NameProcess:
    """The NameFinder of this machine. The process starts with the first question and answers one at a time."""

    command: tuple[str, ...] = COMMAND
    patience: float = PATIENCE
    _process: Process | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def languages(self) -> frozenset[str]:
        return LANGUAGES

    async def find(self, text: str) -> Sequence[Span]:
        """What the engine finds. Temporary where it dies or takes too long: the next question starts it anew."""
        async with self._turn:
            answered = False
            try:
                async with asyncio.timeout(self.patience):
                    found = await self._ask(text)
                answered = True
                return found
            except (TimeoutError, ConnectionError, ValueError, asyncio.IncompleteReadError) as error:
                raise Temporary("The engine that finds names gave no answer; the mail was not shown to a model.") from error
            finally:
                if not answered:
                    await asyncio.shield(self.end())

    async def _ask(self, text: str) -> tuple[Span, ...]:
        if self._process is None or self._process.returncode is not None:
            self._process = await _spawned(self.command)
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        asked.write(json.dumps(text).encode() + b"\n")
        await asked.drain()
        return tuple(Span(*one) for one in json.loads(await answers.readuntil()))

    async def end(self) -> None:
        """Let the process go, if there is one."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            if process.returncode is None:
                process.kill()
            process.stdin.close()
            await process.wait()


@asynccontextmanager
async def name_process(*, command: tuple[str, ...] = COMMAND, patience: float = PATIENCE) -> AsyncIterator[NameProcess]:
    """The finder; its process does not outlive the block."""
    finder = NameProcess(command, patience)
    try:
        yield finder
    finally:
        await finder.end()


async def _spawned(command: tuple[str, ...]) -> Process:
    """Without our secrets in its environment, and with one thread."""
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    environment = {**passed, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, env=environment, start_new_session=True, limit=_LONGEST_ANSWER
    )
