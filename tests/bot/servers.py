"""What the tests of the embedded servers look at: their rows, and their processes in /proc."""

import inspect
import json
import subprocess
import sys
import time
from asyncio import sleep
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.embedded import Services

ROOT = Path(__file__).resolve().parent.parent.parent


async def until(condition: Callable[[], Awaitable[Any] | Any], seconds: float = 10.0) -> None:
    """Wait until the condition holds, counting a refused connection as not yet."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = condition()
            if await found if inspect.isawaitable(found) else found:
                return
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError):
            pass
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        await sleep(0.02)


async def add(running: Services) -> None:
    """One more row, one more in the counter."""
    connection = await asyncpg.connect(running.database_url)
    await connection.execute("create table if not exists t (x int); insert into t values (1)")
    await connection.close()
    async with Redis.from_url(running.redis_url) as client:
        await client.incr("n")


async def rows(running: Services) -> tuple[int, int]:
    """How often add() was called, as PostgreSQL and Valkey remember it."""
    connection = await asyncpg.connect(running.database_url)
    await connection.execute("create table if not exists t (x int)")
    count = await connection.fetchval("select count(*) from t")
    await connection.close()
    async with Redis.from_url(running.redis_url) as client:
        return count, int(await client.get("n") or 0)


def processes(data: Path) -> set[int]:
    """The pids of all that works in a folder of `data`: PostgreSQL with its children, Valkey, initdb's server."""
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _cwd(entry).startswith(f"{data}/")}


def _cwd(entry: Path) -> str:
    try:
        return str((entry / "cwd").readlink())
    except OSError:
        return ""


def postmaster(data: Path) -> int:
    """The pid of the PostgreSQL in `data`, 0 where none is ready."""
    path = data / "postgres" / "postmaster.pid"
    lines = path.read_text().splitlines() if path.exists() else []
    return int(lines[0]) if len(lines) >= 8 and lines[7].strip() == "ready" else 0


async def gone(pids: set[int], seconds: float = 2.0) -> None:
    """Wait until none of the processes is left; a zombie has left."""
    await until(lambda: not any(_cwd(Path(f"/proc/{pid}")) for pid in pids), seconds)


@contextmanager
def holding(data: Path, *options: str, **popen: Any) -> Iterator[subprocess.Popen[str]]:
    """tests/bot/holding.py over `data`; it is over at the end of the block in any case."""
    with program("-m", "tests.bot.holding", str(data), *options, cwd=ROOT, **popen) as process:
        yield process


@contextmanager
def program(*arguments: str, **popen: Any) -> Iterator[subprocess.Popen[str]]:
    """Python with these arguments; it is over at the end of the block in any case."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, *arguments], stdout=pipe, stderr=pipe, text=True, **popen) as process:
        try:
            yield process
        finally:
            process.kill()


def owners(pids: set[int]) -> set[int]:
    """As which users the processes run, as seen by us."""
    return {Path(f"/proc/{pid}").stat().st_uid for pid in pids}


def environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def short_folder(data: Path) -> Path:
    """The folder of the sockets of the PostgreSQL in `data`, as its lock file says."""
    return Path((data / "postgres" / "postmaster.pid").read_text().splitlines()[4])


def urls(process: subprocess.Popen[str]) -> Services:
    """What the program says once its servers are up."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return Services(**json.loads(line), started=("postgres", "valkey"))
