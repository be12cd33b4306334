"""When to learn from reviewed mail, and the process that does it beside the bot."""

import asyncio
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.refit.live import LiveModel
from bot.store.models import Models
from pipeline.errors import Temporary

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-B", "-m", "bot.refit.child")
_ROOT = Path(__file__).resolve().parents[2]
_PASSED = ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ")


@dataclass(frozen=True, slots=True)
class Refit:
    """What the clock calls: `look` often, for another process may have learned; `learn` seldom."""

    live: LiveModel
    models: Models
    database_url: str
    policies: Path
    command: tuple[str, ...] = COMMAND

    async def look(self) -> None:
        """Judge by whatever is live."""
        await self.live.look()

    async def learn(self) -> None:
        """Learn, if enough was reviewed since the last time; the process gives way to all others and ends with us."""
        try:
            if not await self.models.is_due(self.live.shipped):
                return
        except Temporary as away:
            log.warning("Whether there is something to learn cannot be seen now: %s", away)
            return
        if code := await self._run():
            log.warning(
                "Learning from reviewed mail ended with exit code %s; %s goes on. Its words are above.", code, self.live.current.version
            )
        await self.look()

    async def _run(self) -> int:
        process = await asyncio.create_subprocess_exec(*self.command, str(self.policies), env=self._environment(), start_new_session=True)
        try:
            return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def _environment(self) -> dict[str, str]:
        """With one thread, and of our secrets the one that it needs."""
        passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
        limits = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        return {**passed, **limits, "PYTHONPATH": str(_ROOT), "DATABASE_URL": self.database_url}
