"""The embedded database for a command: started for it, or the one that a running bot has in the folder."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.embedded import postgres, services
from bot.embedded.folder import FolderInUse


@dataclass(frozen=True, slots=True)
class Reached:
    """`ours`: nobody else works with it, and it ends with the command."""

    url: str
    ours: bool


@asynccontextmanager
async def database(data: Path, url: str | None) -> AsyncIterator[Reached]:
    """The database at `url`, or the one of the folder `data`. Raises FolderInUse where the folder is held and no database runs in it."""
    async with AsyncExitStack() as stack:
        try:
            running = await stack.enter_async_context(services(data, database_url=url, redis_url="redis://not-needed"))
            reached = Reached(running.database_url, url is None)
        except FolderInUse:
            beside = postgres.beside(data)
            if beside is None:
                raise
            reached = Reached(beside, ours=False)
        yield reached
