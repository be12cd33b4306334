"""The tests' own servers: a fresh database each time, and nothing left behind when the test run is killed."""

from pathlib import Path

import asyncpg
from redis.asyncio import Redis

from tests.bot.servers import ROOT, gone, processes, program, until

SUITE = """
async def test_one(database):
    import asyncpg
    await (await asyncpg.connect(database)).fetchval("select 1")
    import asyncio
    await asyncio.sleep(60)
"""


async def test_each_test_has_its_own_rows(database: str, empty_database: str, redis_url: str) -> None:
    first, second = await asyncpg.connect(database), await asyncpg.connect(empty_database)
    assert await first.fetchval("select count(*) from messages") == 0
    assert await second.fetchval("select to_regclass('messages')") is None
    async with Redis.from_url(redis_url) as client:
        assert await client.dbsize() == 0
        await client.set("left", "behind")
    await first.close()
    await second.close()


async def test_a_killed_test_run_leaves_no_server(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SUITE)
    arguments = ("-m", "pytest", "-p", "tests.services", "-o", "asyncio_mode=auto", f"--basetemp={tmp_path}/t", "test_it.py")
    with program(*arguments, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}) as run:
        await until(lambda: any((tmp_path / "t").glob("servers*/valkey/valkey.sock")), 30)
        children = processes(tmp_path / "t")
        assert children
        run.kill()
    await gone(children, 5)
    await until(lambda: not processes(tmp_path / "t"), 5)
