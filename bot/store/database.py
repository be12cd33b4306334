"""The connection to PostgreSQL: a pool, and transactions that repeat themselves where that is safe."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from pipeline.errors import Temporary

T = TypeVar("T")
Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.QueryCanceledError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)
CLASHED = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
TRIES = 4

# A stopped process must not hold rows: the server ends its transaction.
SESSION = {"idle_in_transaction_session_timeout": "10s", "statement_timeout": "30s", "lock_timeout": "10s", "timezone": "UTC"}


@dataclass(frozen=True, slots=True)
class Database:
    """A pool of connections; times inside it are the server's `clock_timestamp()`, never ours."""

    pool: Pool

    async def run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do the work in one transaction. Clashes, and connections lost before COMMIT was asked for, are tried again.

        Raises Temporary where the database cannot be reached, or was lost during COMMIT: then the work may or may not be saved.
        """
        for attempt in range(TRIES):
            try:
                return await self._once(work)
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
                transaction = connection.transaction()
                await transaction.start()
                try:
                    result = await work(connection)
                except BaseException:
                    await _roll_back(transaction)
                    raise
                committing = True
                await transaction.commit()
                return result
        except LOST as lost:
            if committing:
                raise Temporary("The database was lost while saving, so it is not known whether this was saved.") from lost
            raise _LostBeforeCommit from lost

    async def close(self) -> None:
        """Give the connections back; those still busy after 5 s are cut."""
        try:
            await asyncio.wait_for(self.pool.close(), 5)
        except TimeoutError:
            self.pool.terminate()


class _LostBeforeCommit(Exception):
    """The connection went away while nothing could have been saved yet."""


async def _roll_back(transaction: "asyncpg.transaction.Transaction") -> None:
    try:
        await transaction.rollback()
    except LOST:
        return  # the server rolls back what it loses


async def connect(dsn: str, *, name: str, size: int = 10) -> Database:
    """Open a pool on `dsn`, visible in pg_stat_activity as `name`. Raises Temporary while there is nobody to talk to."""
    try:
        pool = await asyncpg.create_pool(
            dsn, min_size=1, max_size=size, command_timeout=30, server_settings={"application_name": name, **SESSION}
        )
    except LOST as lost:
        raise Temporary("The database cannot be reached. Check DATABASE_URL and that PostgreSQL runs.") from lost
    return Database(pool)
