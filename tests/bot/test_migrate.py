"""The migrations: each file once, in order, by one runner, and refused where files and database disagree."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from bot.migrate import Connection, MigrationDrift, MigrationRefused, migrate, pending
from pipeline.errors import Temporary

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
async def connection(empty_database: str) -> Connection:
    return await asyncpg.connect(empty_database)  # the database is dropped with force, and so are its connections


def files(folder: Path, **texts: str) -> Path:
    """Write a00n="sql" as 000n_a.sql."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name[1:]}_{name[0]}.sql").write_text(text)
    return folder


async def test_a_fresh_database_gets_every_file_in_order_and_the_second_run_nothing(empty_database: str, tmp_path: Path) -> None:
    folder = files(tmp_path / "m", b0001="create table a (x int)", a0002="alter table a add y int")
    assert await pending(empty_database, folder) == ["0001_b.sql", "0002_a.sql"]
    assert await migrate(empty_database, folder) == ["0001_b.sql", "0002_a.sql"]
    assert await migrate(empty_database, folder) == []
    assert await pending(empty_database, folder) == []


async def test_pending_changes_nothing(empty_database: str, connection: Connection, tmp_path: Path) -> None:
    await pending(empty_database, files(tmp_path / "m", a0001="create table a (x int)"))
    assert await connection.fetch("select * from pg_tables where schemaname = 'public'") == []


async def test_the_projects_own_migrations_apply(empty_database: str, connection: Connection) -> None:
    applied = await migrate(empty_database, ROOT / "migrations")
    assert applied == sorted(path.name for path in (ROOT / "migrations").glob("*.sql"))
    assert await connection.fetchval("select count(*) from schema_migrations") == len(applied)


async def test_a_test_database_is_migrated_and_fresh(database: str) -> None:
    assert await pending(database, ROOT / "migrations") == []


async def test_three_runners_at_once_apply_each_file_once(empty_database: str, connection: Connection, tmp_path: Path) -> None:
    slow = "create table a (x int); select pg_sleep(0.1)"
    concurrent = "-- no transaction\ncreate index concurrently if not exists i on a (x);\n"
    folder = files(tmp_path / "m", a0001=slow, b0002="insert into a values (1)", c0003=concurrent)
    applied = await asyncio.gather(*(migrate(empty_database, folder) for _ in range(3)))
    assert sorted(map(len, applied)) == [0, 0, 3]
    assert await connection.fetchval("select count(*) from a") == 1


async def test_a_file_that_fails_leaves_no_trace_and_names_its_line(empty_database: str, connection: Connection, tmp_path: Path) -> None:
    folder = files(tmp_path / "m", a0001="create table a (x int)", b0002="create table b (x int);\n\nselect nonsense;")
    with pytest.raises(MigrationRefused, match=r'0002_b.sql: PostgreSQL refuses it: column "nonsense" does not exist \(line 3\)'):
        await migrate(empty_database, folder)
    assert await connection.fetchval("select to_regclass('b')") is None
    assert await connection.fetchval("select max(version) from schema_migrations") == 1


async def test_a_file_without_transaction_runs_statement_by_statement(empty_database: str, connection: Connection, tmp_path: Path) -> None:
    sql = "-- no transaction\ndrop index concurrently if exists i;\ncreate index concurrently i on a (x); \n-- the end\n"
    folder = files(tmp_path / "m", a0001="create table a (x int)", b0002=sql)
    await migrate(empty_database, folder)
    assert await connection.fetchval("select indisvalid from pg_index where indexrelid = 'i'::regclass")


async def test_a_changed_file_is_refused(empty_database: str, tmp_path: Path) -> None:
    await migrate(empty_database, files(tmp_path / "m", a0001="create table a (x int)"))
    changed = files(tmp_path / "m", a0001="create table a (x bigint)")
    for refused in (migrate, pending):
        with pytest.raises(MigrationDrift, match=r"0001_a.sql: it was changed after it was applied .* 0002_"):
            await refused(empty_database, changed)


async def test_line_ends_of_another_system_are_no_change(empty_database: str, tmp_path: Path) -> None:
    folder = files(tmp_path / "m", a0001="create table a (\nx int)")
    await migrate(empty_database, folder)
    (folder / "0001_a.sql").write_bytes(b"create table a (\r\nx int)")
    assert await migrate(empty_database, folder) == []


async def test_a_database_newer_than_the_code_is_refused(empty_database: str, tmp_path: Path) -> None:
    folder = files(tmp_path / "m", a0001="create table a (x int)", b0002="create table b (x int)")
    await migrate(empty_database, folder)
    (folder / "0002_b.sql").unlink()
    with pytest.raises(MigrationRefused, match=r"0002_b.sql: .* the database is newer. Run the newer triage."):
        await migrate(empty_database, folder)


async def test_a_file_older_than_the_newest_applied_is_refused(empty_database: str, connection: Connection, tmp_path: Path) -> None:
    folder = files(tmp_path / "m", a0001="create table a (x int)", b0002="create table b (x int)")
    await migrate(empty_database, folder)
    await connection.execute("delete from schema_migrations where version = 1")
    with pytest.raises(MigrationRefused, match=r"0001_a.sql: this database is already at 0002"):
        await migrate(empty_database, folder)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["0001_a.sql", "0003_c.sql"], "0003_c.sql: number 0002 was expected"),
        (["0002_a.sql"], "0002_a.sql: number 0001 was expected"),
        (["0001_a.sql", "0001_b.sql"], "0001_b.sql: number 0002 was expected"),
        (["1_a.sql"], "1_a.sql: migrations are named like"),
        ([], "holds no .sql file"),
    ],
)
async def test_a_folder_out_of_order_is_refused(names: list[str], sentence: str, empty_database: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text("select 1")
    with pytest.raises(MigrationRefused, match=sentence):
        await migrate(empty_database, tmp_path)


async def test_a_missing_folder_is_refused(empty_database: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationRefused, match="the folder of migrations is not there"):
        await migrate(empty_database, tmp_path / "nowhere")


async def test_a_lock_held_by_others_is_given_up_after_two_seconds(empty_database: str, connection: Connection, tmp_path: Path) -> None:
    folder = files(tmp_path / "m", a0001="create table a (x int)")
    await migrate(empty_database, folder)
    files(folder, b0002="alter table a add y int")
    async with connection.transaction():
        await connection.execute("lock table a in access exclusive mode")
        with pytest.raises(Temporary, match=r"0002_b.sql waited 2 s for a lock"):
            await migrate(empty_database, folder)
    assert await migrate(empty_database, folder) == ["0002_b.sql"]


async def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    folder = files(tmp_path / "m", a0001="select 1")
    with pytest.raises(Temporary, match="The database that DATABASE_URL names does not answer") as caught:
        await migrate("postgresql://u:secret@127.0.0.1:1/x", folder)
    assert "secret" not in str(caught.value)
