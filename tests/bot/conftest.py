"""The scene: one inbox with everything behind it, over a database of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import connect
from tests.bot.scene import Scene, promote, scene


@pytest.fixture
async def stage(database: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """Everything put together, nothing running: a test calls the steps itself."""
    pool = await connect(database, name="test")
    await promote(pool)
    yield scene(pool, database, tmp_path)
    await pool.close()
