"""The connection to PostgreSQL: a pool, and transactions that repeat themselves where that is safe."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from pipeline.errors import Temporary

T = TypeVar("T")
Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what is raised on a connection that the server has ended meanwhile
    OSError,
    TimeoutError,
)
CLASHED = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
TRIES = 4

LONGEST = timedelta(seconds=15)
"""How long a transaction may take: a process that was stopped in the middle of one must not hold rows for longer."""


@dataclass(frozen=True, slots=True)
class Database:
    """A pool of connections; times inside it are the server's `clock_timestamp()`, never ours."""

    pool: Pool

    async def run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do the work in one transaction. Clashes, and connections lost before COMMIT was asked for, are tried again.

        Raises Temporary where the database cannot be reached, or was lost during COMMIT: then the work may or may not be saved.
        """
        return await self._tried(lambda: self._once(work))

    async def look(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """Ask with one statement that changes nothing: it needs no BEGIN and no COMMIT. Raises Temporary as `run` does."""
        return await self._tried(lambda: self._asked(question))

    async def change(self, statement: Callable[[Connection], Awaitable[T]]) -> T:
        """Change something with one statement, which is a transaction of its own: it needs no BEGIN and no COMMIT.

        Raises Temporary as `run` does; a connection that is lost while the statement runs was lost during COMMIT.
        """
        return await self._tried(lambda: self._asked(statement, commits=True))

    async def _tried(self, once: Callable[[], Awaitable[T]]) -> T:
        for attempt in range(TRIES):
            try:
                return await once()
            except CLASHED as clash:
                cause: BaseException = clash
            except _LostBeforeCommit as lost:
                cause = lost
            await asyncio.sleep(0.05 * 2**attempt)
        raise Temporary("The database did not answer. It is asked again shortly; if this lasts, check that PostgreSQL runs.") from cause

    async def _once(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        committing = False
        try:
            async with self.pool.acquire(timeout=10) as connection:
                try:
                    async with connection.transaction():
                        result = await work(connection)
                        committing = True
                    return result
                except LOST:
                    connection.terminate()
                    raise
        except LOST as lost:
            raise _lost(committing) from lost

    async def _asked(self, statement: Callable[[Connection], Awaitable[T]], *, commits: bool = False) -> T:
        committing = False
        try:
            async with self.pool.acquire(timeout=10) as connection:
                try:
                    committing = commits
                    return await statement(connection)
                except LOST:
                    connection.terminate()
                    raise
        except LOST as lost:
            raise _lost(committing) from lost

    async def close(self) -> None:
        """Give the connections back; those still busy after 5 s are cut."""
        try:
            await asyncio.wait_for(self.pool.close(), 5)
        except TimeoutError:
            self.pool.terminate()


class _LostBeforeCommit(Exception):
    """The connection went away while nothing could have been saved yet."""


def _lost(committing: bool) -> Exception:
    if committing:
        return Temporary("The database was lost while saving, so it is not known whether this was saved.")
    return _LostBeforeCommit()


async def connect(dsn: str, *, name: str, size: int = 10, longest: timedelta = LONGEST) -> Database:
    """Open a pool on `dsn`, visible in pg_stat_activity as `name`. Raises Temporary while there is nobody to talk to."""
    try:
        settings = {"application_name": name, **await _session(dsn, longest)}
        pool = await asyncpg.create_pool(dsn, min_size=1, max_size=size, command_timeout=30, server_settings=settings, reset=_nothing)
    except LOST as lost:
        raise Temporary("The database cannot be reached. Check DATABASE_URL and that PostgreSQL runs.") from lost
    return Database(pool)


async def _nothing(_: object) -> None:
    """Between two transactions a session holds nothing to reset; asking the server to would cost each of them a round trip."""


async def _session(dsn: str, longest: timedelta) -> dict[str, str]:
    """The session's limits. Only transaction_timeout (PostgreSQL 17) also ends a transaction whose client stopped within a query."""
    probe = await asyncpg.connect(dsn, timeout=10)
    try:
        major = probe.get_server_version().major
    finally:
        await probe.close()
    most = f"{longest.total_seconds() * 1000:.0f}ms"
    limits = {"idle_in_transaction_session_timeout": most, "statement_timeout": "30s", "lock_timeout": "20s", "timezone": "UTC"}
    return {**limits, "transaction_timeout": most} if major >= 17 else limits
