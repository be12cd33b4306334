"""PostgreSQL and Valkey of our own in the data folder, for those who bring neither: children of this process that end with it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.embedded import postgres, valkey
from bot.embedded.folder import FolderInUse, held, opened, socket_folder
from bot.embedded.process import Server, running
from bot.embedded.spawn import ServerFailed

__all__ = ["FolderInUse", "ServerFailed", "Services", "services"]


@dataclass(frozen=True, slots=True)
class Services:
    """Where the two databases answer; `started` names those that are ours ("postgres", "valkey")."""

    database_url: str
    redis_url: str
    started: tuple[str, ...]


@asynccontextmanager
async def services(data: Path, *, database_url: str | None, redis_url: str | None, durable: bool = True) -> AsyncIterator[Services]:
    """Run what no URL is given for, in `data`, while the block lasts; with both URLs nothing is started and `data` is not touched.

    A server that dies is started again on the same files and the same URL; at its sixth death in a minute the block ends with ServerFailed.
    durable=False gives up crash safety for speed: for tests, whose rows nobody will miss.
    Raises FolderInUse (another process holds `data`), Misconfigured (`data` cannot be used), ServerFailed (a server does not come up).
    Call it from the main thread: the kernel ends the servers together with the thread that started them.
    """
    if database_url is not None and redis_url is not None:
        yield Services(database_url, redis_url, ())
        return
    async with AsyncExitStack() as stack:
        folder = opened(data)
        lock = await stack.enter_async_context(held(folder))
        servers: list[Server] = []
        if database_url is None:
            sockets = stack.enter_context(socket_folder(folder / "postgres", postgres.SOCKET))
            servers.append(await postgres.prepared(folder, sockets, lock, durable))
            database_url = postgres.url(sockets)
        if redis_url is None:
            sockets = stack.enter_context(socket_folder(folder / "valkey", valkey.SOCKET))
            servers.append(valkey.prepared(folder, sockets, lock))
            redis_url = valkey.url(sockets)
        await stack.enter_async_context(running(servers))
        yield Services(database_url, redis_url, tuple(server.name for server in servers))
