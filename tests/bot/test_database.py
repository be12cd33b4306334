"""What is tried again when the database goes away: only what cannot have been saved."""

import pytest

from bot.store.database import TRIES, Connection, connect
from pipeline.errors import Temporary

CUT_OFF = "select pg_terminate_backend(pg_backend_pid())"


async def test_a_statement_that_was_cut_off_is_not_run_again_where_it_may_be_saved(database: str) -> None:
    ours, asked = await connect(database, name="test"), []

    async def statement(connection: Connection) -> None:
        asked.append(connection)
        await connection.execute(CUT_OFF)

    with pytest.raises(Temporary, match="not known whether this was saved"):
        await ours.change(statement)
    assert len(asked) == 1
    with pytest.raises(Temporary, match="did not answer"):
        await ours.look(statement)
    assert len(asked) == 1 + TRIES
    assert await ours.change(lambda connection: connection.fetchval("select 1")) == 1
    await ours.close()
