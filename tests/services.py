"""A PostgreSQL and a Valkey for the whole test session, and a fresh migrated database for every test that asks for one."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from bot.embedded import Services, services
from bot.migrate import migrate

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "triage_template"


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Both servers, in a process of their own: they outlive a test's event loop, and end when the pipe from us closes, however we die."""
    folder = tmp_path_factory.mktemp("servers")
    command, pipe = [sys.executable, "-m", "tests.services", str(folder)], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as owner:
        assert owner.stdin is not None
        assert owner.stdout is not None
        line = owner.stdout.readline()
        assert line, "the test servers did not start: their error stands above"
        urls = json.loads(line)
        yield Services(urls["database_url"], urls["redis_url"], tuple(urls["started"]))
        owner.stdin.close()


@pytest.fixture
async def database(servers: Services) -> AsyncIterator[str]:
    """The URL of a database of this test alone, migrated by migrations/."""
    async with copied(servers.database_url, TEMPLATE) as url:
        yield url


@pytest.fixture
async def empty_database(servers: Services) -> AsyncIterator[str]:
    """The URL of a database of this test alone, without any table."""
    async with copied(servers.database_url, "template1") as url:
        yield url


@pytest.fixture
async def redis_url(servers: Services) -> str:
    """The URL of a Valkey without any key."""
    async with Redis.from_url(servers.redis_url) as client:
        await client.flushall()
    return servers.redis_url


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the servers have run before, with their real settings."""
    folder = tmp_path_factory.mktemp("made") / "data"
    subprocess.run([sys.executable, "-m", "tests.services", str(folder), "--durable"], cwd=ROOT, input=b"", check=True)
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy of `made` for this test alone: the servers start in it without the second that making their files takes."""
    return shutil.copytree(made, tmp_path / "data")


@asynccontextmanager
async def copied(server: str, template: str) -> AsyncIterator[str]:
    """The URL of a new database like the template; it is dropped in the end."""
    name = f"t_{uuid4().hex[:12]}"
    await _execute(server, f"create database {name} template {template}")
    try:
        yield _named(server, name)
    finally:
        await _execute(server, f"drop database {name} with (force)")


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


async def _own(folder: Path, durable: bool) -> None:
    """Run the servers until standard input ends; their URLs are the one line on standard output.

    Not durable by default: a power cut may cost the rows of a test, and without fsync each test has its database in 50 ms.
    """
    async with services(folder, database_url=None, redis_url=None, durable=durable) as running:
        await _execute(running.database_url, f"create database {TEMPLATE}")
        await migrate(_named(running.database_url, TEMPLATE), ROOT / "migrations")
        urls = {"database_url": running.database_url, "redis_url": running.redis_url, "started": running.started}
        print(json.dumps(urls), flush=True)  # noqa: T201  # the other end of the pipe reads it
        ended = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(ended), sys.stdin)
        await ended.read()


if __name__ == "__main__":
    asyncio.run(_own(Path(sys.argv[1]), durable="--durable" in sys.argv))
