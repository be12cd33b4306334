"""Bring a database to this version's tables: the numbered SQL files of migrations/, each once, by whoever comes first."""

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import asyncpg

from pipeline.errors import Misconfigured, Temporary

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

LOCK = 0x747269616765
"""The advisory lock that a migrating runner holds."""

LOCK_SECONDS = 600.0
FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
NO_TRANSACTION = "-- no transaction"

log = logging.getLogger(__name__)


class MigrationRefused(Misconfigured):
    """The files and the database do not fit together, or PostgreSQL refuses a file; the sentence says what to do."""


class MigrationDrift(MigrationRefused):
    """A file was changed after it was applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file; `sha256` is of its text with \\n line ends."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(database_url: str, folder: Path) -> list[str]:
    """Apply the files that the database has not seen, oldest first; their names. Several runners may call it at once: each applies once.

    A file runs in its own transaction; one whose first line is `-- no transaction` runs outside of any, statement by statement (each
    ends with `;` at the end of a line), and must be safe to run again, for a crash may come between it and its being noted.
    Raises MigrationRefused, MigrationDrift, Temporary (a lock that others hold, a database that does not answer).
    """
    migrations = read(folder)
    async with _connected(database_url) as connection, _alone(connection):
        await connection.execute(_TABLE)
        missing = unapplied(migrations, await _applied(connection))
        for migration in missing:
            await _apply(connection, migration)
            log.info("applied %s", migration.name)
    return [migration.name for migration in missing]


async def pending(database_url: str, folder: Path) -> list[str]:
    """The names of the files that migrate() would apply; changes nothing, and raises what migrate() would."""
    migrations = read(folder)
    async with _connected(database_url) as connection:
        return [migration.name for migration in unapplied(migrations, await _applied(connection))]


def read(folder: Path) -> list[Migration]:
    """The files of the folder in their order, which must be 0001, 0002, ... without a gap; raises MigrationRefused."""
    paths = sorted(folder.glob("*.sql"))
    if not paths:
        state = "holds no .sql file" if folder.is_dir() else "is not there"
        raise MigrationRefused(
            str(folder), f"the folder of migrations {state}. Name the migrations/ folder that came with triage (TRIAGE_MIGRATIONS)."
        )
    migrations = [_read(path) for path in paths]
    for expected, migration in enumerate(migrations, 1):
        if migration.version != expected:
            raise MigrationRefused(
                migration.name, f"number {expected:04} was expected here. Numbers start at 0001, without gaps or doubles: rename it."
            )
    return migrations


def _read(path: Path) -> Migration:
    match = FILE_NAME.fullmatch(path.name)
    if match is None:
        raise MigrationRefused(
            path.name, "migrations are named like 0007_add_owner.sql: four digits, then small letters, digits and _. Rename it."
        )
    return Migration(int(match[1]), path.name, path.read_text(encoding="utf-8"))


def unapplied(migrations: Sequence[Migration], applied: Sequence[tuple[int, str, str]]) -> list[Migration]:
    """The files that `applied` (version, name, sha256 a row) lacks; raises MigrationRefused or MigrationDrift where they disagree."""
    ours = {migration.version: migration for migration in migrations}
    newest = max((version for version, _, _ in applied), default=0)
    for version, name, sha256 in applied:
        if version not in ours:
            raise MigrationRefused(
                name, "this database has it, this version of triage does not: the database is newer. Run the newer triage."
            )
        if ours[version].sha256 != sha256:
            raise MigrationDrift(
                ours[version].name,
                f"it was changed after it was applied (as {name}). Put the applied text back, and write the change as a new file, "
                f"{len(migrations) + 1:04}_....sql.",
            )
    missing = sorted(ours.keys() - {version for version, _, _ in applied})
    if missing and missing[0] < newest:
        late = ours[missing[0]]
        raise MigrationRefused(
            late.name, f"this database is already at {newest:04} and never saw it. Give it the next free number, so that it runs last."
        )
    return [ours[version] for version in missing]


async def _applied(connection: Connection) -> list[tuple[int, str, str]]:
    if await connection.fetchval("select to_regclass('schema_migrations')") is None:
        return []
    rows = await connection.fetch("select version, name, sha256 from schema_migrations order by version")
    return [(row["version"], row["name"], row["sha256"]) for row in rows]


async def _apply(connection: Connection, migration: Migration) -> None:
    try:
        if migration.sql.startswith(NO_TRANSACTION):
            for statement in statements(migration.sql):
                await connection.execute(statement)
            await connection.execute(_NOTE, migration.version, migration.name, migration.sha256)
            return
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(_NOTE, migration.version, migration.name, migration.sha256)
    except asyncpg.LockNotAvailableError as error:
        raise Temporary(
            f"{migration.name} waited 2 s for a lock that another session holds, and was given up. Run `triage migrate` again."
        ) from error
    except asyncpg.PostgresError as error:
        place = f" (line {migration.sql.count(chr(10), 0, int(error.position) - 1) + 1})" if error.position else ""
        raise MigrationRefused(
            migration.name, f"PostgreSQL refuses it: {error}{place}. Mend the file and run `triage migrate` again."
        ) from error


def statements(sql: str) -> list[str]:
    """The parts that end with `;` at the end of a line; what is only comment is left out, for asyncpg fails on an empty query."""
    parts = re.split(r"(?<=;)[ \t]*$", sql, flags=re.MULTILINE)
    return [part for part in parts if re.sub(r"--.*", "", part).strip()]


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[Connection]:
    try:
        connection = await asyncpg.connect(
            database_url, timeout=10, server_settings={"lock_timeout": "2s", "application_name": "triage migrate"}
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Temporary(
            f"The database that DATABASE_URL names does not answer: {error or type(error).__name__}. Check the URL and the server."
        ) from error
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _alone(connection: Connection) -> AsyncIterator[None]:
    """Hold the migration lock; polled, for a runner that waits for it inside PostgreSQL deadlocks with CREATE INDEX CONCURRENTLY."""
    deadline = time.monotonic() + LOCK_SECONDS
    while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
        if time.monotonic() > deadline:
            raise Temporary(
                f"Another triage has been migrating this database for {LOCK_SECONDS / 60:.0f} minutes. Run `triage migrate` again later."
            )
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("select pg_advisory_unlock($1)", LOCK)


_TABLE = """
create table if not exists schema_migrations (
    version    integer primary key,
    name       text not null,
    sha256     text not null,
    applied_at timestamptz not null default clock_timestamp()
)
"""

_NOTE = "insert into schema_migrations (version, name, sha256) values ($1, $2, $3)"
