"""The embedded servers and their parent: however it ends and whoever runs it, they end with it and the rows are there."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.embedded import FolderInUse, services
from bot.embedded.spawn import NOBODY, closed_to_nobody
from tests.bot.servers import add, gone, holding, owners, processes, rows, until, urls

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which tmp_path is not."""
    if closed := closed_to_nobody(Path(sys.prefix)):
        pytest.skip(f"the user nobody may not enter {closed}, so nothing here runs as nobody")
    folder = Path(tempfile.mkdtemp(prefix="triage-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def test_a_killed_parent_takes_the_servers_along_and_the_rows_stay(data: Path) -> None:
    with holding(data) as parent:
        await add(urls(parent))
        children = processes(data)
        assert len(children) > 2
        parent.kill()
        parent.wait()
        await gone(children, seconds=2)
    async with services(data, database_url=None, redis_url=None) as running:
        assert await rows(running) == (1, 1)


async def test_a_start_right_after_the_kill_waits_for_the_old_servers(data: Path) -> None:
    for times in range(3):
        with holding(data) as parent:
            running = urls(parent)
            assert await rows(running) == (times, times)
            await add(running)
            parent.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_leaves_no_process(number: signal.Signals, data: Path) -> None:
    with holding(data) as parent:
        urls(parent)
        children = processes(data)
        parent.send_signal(number)
        parent.wait(30)
        await gone(children, seconds=15)
    assert processes(data) == set()


async def test_ctrl_c_in_the_terminal_reaches_the_parent_only(data: Path) -> None:
    with holding(data, start_new_session=True) as parent:
        urls(parent)
        assert {os.getpgid(pid) for pid in processes(data)}.isdisjoint({parent.pid})


async def test_a_parent_killed_during_the_first_start_is_recovered_from(tmp_path: Path) -> None:
    with holding(tmp_path) as parent:
        await until(lambda: (tmp_path / "postgres.new" / "PG_VERSION").exists())
        parent.kill()
    assert not (tmp_path / "postgres").exists()
    async with services(tmp_path, database_url=None, redis_url=None) as running:
        assert await rows(running) == (0, 0)


async def test_a_second_start_names_the_holder_and_what_to_do(data: Path) -> None:
    with holding(data) as parent:
        urls(parent)
        with pytest.raises(FolderInUse) as caught:
            async with services(data, database_url=None, redis_url=None):
                pass
        sentence = str(caught.value)
        assert sentence.startswith(f"{data}: in use by process {parent.pid} (")
        assert "-m tests.bot.holding" in sentence
        assert sentence.endswith("Stop it, or choose another folder with --data.")
        assert isinstance(caught.value, RuntimeError)


@as_root
async def test_an_ordinary_user_runs_them_plainly(open_folder: Path) -> None:
    data = open_folder / "data"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    for times in range(2):
        with holding(data, "--nobody") as parent:
            running = urls(parent)
            assert await rows(running) == (times, times)
            await add(running)
            children = processes(data)
            assert owners(children) == {NOBODY}
            parent.kill()
            parent.wait()
            await gone(children, seconds=2)


@as_root
async def test_root_without_namespaces_runs_postgres_as_nobody_and_back(open_folder: Path) -> None:
    data = open_folder / "data"
    for times, options in enumerate([(), ("--no-namespaces",), ("--no-namespaces",), ()]):
        with holding(data, *options) as parent:
            running = urls(parent)
            assert await rows(running) == (times, times)
            await add(running)
            assert (data / "postgres").stat().st_uid == (NOBODY if options else 0)
            children = processes(data)
            parent.kill()
            parent.wait()
            await gone(children, seconds=2)


@as_root
def test_root_whom_nothing_helps_is_told_which_folder_stands_in_the_way(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    with holding(closed / "data", "--no-namespaces") as parent:
        _, errors = parent.communicate(timeout=20)
    assert f"refuses user namespaces, and the user nobody may not enter {closed}. Start triage as an ordinary user" in errors
    assert "Traceback" not in errors
    assert parent.returncode == 1
