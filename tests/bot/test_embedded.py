"""The embedded servers with their real settings: started, killed in every way, started again with their rows."""

import asyncio
import os
import shutil
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from bot.embedded import FolderInUse, ServerFailed, Services, services
from pipeline.errors import Misconfigured
from tests.bot.servers import add, environment, gone, postmaster, processes, rows, short_folder, until


async def test_a_cold_start_gives_both_servers_with_settings_that_keep_rows(tmp_path: Path) -> None:
    began = time.monotonic()
    async with services(tmp_path, database_url=None, redis_url=None) as running:
        assert time.monotonic() - began < 10
        assert running.started == ("postgres", "valkey")
        assert (await rows(running)) == (0, 0)
        connection = await asyncpg.connect(running.database_url)
        shown = {row["name"]: row["setting"] for row in await connection.fetch("select name, setting from pg_settings")}
        assert {shown[name] for name in ("fsync", "synchronous_commit", "full_page_writes")} == {"on"}
        assert shown["listen_addresses"] == ""
        assert shown["server_encoding"] == "UTF8"
        assert await connection.fetchval("select upper('ärger')") == "ÄRGER"
        await connection.close()
        async with Redis.from_url(running.redis_url) as client:
            config = await client.config_get("*")
        assert (config["appendonly"], config["appendfsync"], config["port"]) == ("yes", "everysec", "0")
        assert (config["maxmemory"], config["maxmemory-policy"]) == (str(64 << 20), "noeviction")
    assert processes(tmp_path) == set()


async def test_a_warm_start_has_the_rows(data: Path) -> None:
    for times in range(3):
        async with services(data, database_url=None, redis_url=None) as running:
            assert await rows(running) == (times, times)
            await add(running)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path leaves room for the sockets' names."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        yield Path(folder)


async def test_only_we_can_enter_the_folders(short: Path) -> None:
    data = short / "new" / "data"
    async with services(data, database_url=None, redis_url=None):
        assert {stat.S_IMODE(each.stat().st_mode) for each in (data, data / "postgres", data / "valkey")} == {0o700}
        assert stat.S_IMODE((data / "valkey" / "valkey.sock").stat().st_mode) == 0o700
        assert stat.S_IMODE((data / "postgres" / ".s.PGSQL.5432").stat().st_mode) == 0o700


async def test_given_urls_start_nothing(tmp_path: Path) -> None:
    data = tmp_path / "untouched"
    async with services(data, database_url="postgresql://db/x", redis_url="redis://cache") as running:
        assert running == Services("postgresql://db/x", "redis://cache", ())
        assert not data.exists()


async def test_one_given_url_starts_the_other_server_only(tmp_path: Path) -> None:
    async with services(tmp_path, database_url="postgresql://db/x", redis_url=None) as running:
        assert (running.database_url, running.started) == ("postgresql://db/x", ("valkey",))
        assert not (tmp_path / "postgres").exists()


async def test_postgres_killed_comes_back_at_the_same_url_with_its_rows(data: Path) -> None:
    async with services(data, database_url=None, redis_url=None) as running:
        await add(running)
        killed = postmaster(data)
        os.kill(killed, signal.SIGKILL)
        await until(lambda: postmaster(data) not in (0, killed))
        await until(lambda: rows(running))
        assert await rows(running) == (1, 1)


async def test_valkey_killed_comes_back_at_the_same_url_with_its_keys(tmp_path: Path) -> None:
    async with services(tmp_path, database_url="postgresql://db/x", redis_url=None) as running, Redis.from_url(running.redis_url) as client:
        await client.set("key", "value")
        killed = (await client.info("server"))["process_id"]
        os.kill(killed, signal.SIGKILL)
        await gone({killed})
        await until(lambda: client.ping())
        assert await client.get("key") == b"value"
        assert (await client.info("server"))["process_id"] != killed


async def test_a_server_that_keeps_dying_ends_the_block_with_a_sentence(data: Path) -> None:
    async def block() -> None:
        async with services(data, database_url=None, redis_url=None):
            (data / "postgres" / "global" / "pg_control").unlink()
            os.kill(postmaster(data), signal.SIGKILL)
            await asyncio.sleep(60)

    with pytest.raises(ServerFailed, match=r"postgres died 6 times within a minute\. Its last words, from .*pg_control"):
        await block()
    assert processes(data) == set()


async def test_the_blocks_own_error_passes_and_leaves_no_process(data: Path) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with services(data, database_url=None, redis_url=None):
            raise KeyError("mine")
    assert processes(data) == set()


async def test_a_cancelled_block_leaves_no_process(data: Path) -> None:
    up = asyncio.Event()

    async def block() -> None:
        async with services(data, database_url=None, redis_url=None):
            up.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(block())
    await up.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes(data) == set()


async def test_a_start_cancelled_half_way_leaves_no_process_and_can_be_repeated(tmp_path: Path) -> None:
    for seconds in (0.05, 0.2, 0.45, 0.6):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(seconds), services(tmp_path / str(seconds), database_url=None, redis_url=None):
                await asyncio.sleep(60)
        await until(lambda: not processes(tmp_path))
    async with services(tmp_path / "0.05", database_url=None, redis_url=None) as running:
        assert await rows(running) == (0, 0)


async def test_half_made_files_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    async with services(tmp_path, database_url=None, redis_url="redis://cache") as running:
        connection = await asyncpg.connect(running.database_url)
        assert await connection.fetchval("select 1") == 1
        await connection.close()
    assert not (tmp_path / "postgres.new").exists()


@pytest.mark.parametrize("name", ["long" * 40, "a comma, a space, 100 % and ü"])
async def test_a_path_that_no_socket_may_have_gets_a_private_short_one(name: str, made: Path, tmp_path: Path) -> None:
    data = shutil.copytree(made, tmp_path / name)
    async with services(data, database_url=None, redis_url=None) as running:
        await add(running)
        assert await rows(running) == (1, 1)
        folder = short_folder(data)
        assert data not in folder.parents
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


@pytest.mark.parametrize(("file", "writer"), [("PG_VERSION", "PostgreSQL 17"), ("notes.txt", "another program")])
async def test_files_that_are_not_ours_to_read_are_refused_with_a_sentence(file: str, writer: str, tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir(mode=0o700)
    (tmp_path / "postgres" / file).write_text("17\n")
    with pytest.raises(ServerFailed, match=f"postgres was written by {writer}, and this version of triage brings PostgreSQL 18"):
        async with services(tmp_path, database_url=None, redis_url=None):
            pass


async def test_a_file_in_the_folders_place_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Misconfigured, match=r"data: cannot be the data folder \(File exists\). Choose another folder with --data."):
        async with services(tmp_path / "data", database_url=None, redis_url=None):
            pass


async def test_a_second_start_in_the_same_process_is_refused(tmp_path: Path) -> None:
    async with services(tmp_path, database_url="postgresql://db/x", redis_url=None):
        with pytest.raises(FolderInUse, match=f"in use by process {os.getpid()} "):
            async with services(tmp_path, database_url=None, redis_url=None):
                pass


async def test_variables_of_the_user_do_not_bend_the_servers(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGPORT": "9",
        "PGDATA": "/nowhere",
        "PGUSER": "else",
        "PGHOST": "else",
        "PGDATABASE": "else",
        "TZ": "Asia/Tokyo",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    async with services(data, database_url=None, redis_url=None) as running:
        await add(running)
        assert await rows(running) == (1, 1)
        assert b"xoxb-secret" not in environment(postmaster(data))


async def test_what_a_client_wrote_does_not_reach_the_log(data: Path) -> None:
    async with services(data, database_url=None, redis_url="redis://cache") as running:
        connection = await asyncpg.connect(running.database_url)
        await connection.execute("create table people (name text unique)")
        await connection.execute("insert into people values ('Ada Lovelace')")
        with pytest.raises(asyncpg.UniqueViolationError, match="people_name_key") as refused:
            await connection.execute("insert into people values ('Ada Lovelace')")
        assert "Ada Lovelace" in str(refused.value.detail)
        await connection.close()
    assert "ready to accept connections" in (data / "log" / "postgres.log").read_text()
    assert "Lovelace" not in (data / "log" / "postgres.log").read_text()


def test_a_start_from_another_thread_is_refused_for_the_kernel_would_end_the_servers_with_it(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    async def start() -> None:
        async with services(tmp_path, database_url=None, redis_url=None):
            pass

    def run() -> None:
        try:
            asyncio.run(start())
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert "from the main thread" in str(errors)
