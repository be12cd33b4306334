"""`triage pause` and `triage resume`, as an operator runs them, and where a pause is told."""

import asyncio
import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.doctor import findings
from bot.embedded import Services
from bot.settings import load
from bot.store.rights import rights
from tests.bot.scene import Scene


@pytest.fixture
def url(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", database)
    return database


async def called(*given: str) -> Result:
    done = await asyncio.to_thread(CliRunner().invoke, app, list(given))
    assert done.exception is None, done.exception
    return done


async def test_an_operator_pauses_and_resumes(stage: Scene, url: str) -> None:
    first = json.loads((await called("pause", "--why", "the  prices\nare wrong", "--json")).stdout)
    assert first == {"paused": True, "changed": True}
    assert "the prices are wrong." in (await stage.database.run(rights)).paused
    assert (await stage.cases.figures(await stage.now())).paused is not None
    again = json.loads((await called("pause", "--json")).stdout)
    assert (again["changed"], again["why"]) == (False, "the prices are wrong")
    assert "Already paused" in (await called("pause")).stderr
    told = await called("resume")
    assert "Resumed. It was paused" in told.stderr
    assert told.stdout == ""
    assert (await stage.database.run(rights)).paused == ""
    assert json.loads((await called("resume", "--json")).stdout) == {"paused": False, "changed": False}


async def test_the_doctor_tells_of_a_pause_and_calls_it_no_fault(stage: Scene, url: str, tmp_path: Path) -> None:
    async def said() -> tuple[bool, str]:
        settings = load(data=tmp_path, database_url=SecretStr(url))
        async for found in findings(settings, Services(url, "redis://127.0.0.1:1", ()), None):
            if found.check == "sending by itself":
                return found.ok, found.sentence
        raise AssertionError("the doctor does not look at the switch")

    assert await said() == (True, "Not paused.")
    await called("pause", "--why", "lunch")
    ok, sentence = await said()
    assert ok
    assert sentence.startswith("Paused by ")
    assert sentence.endswith(": lunch.")


@pytest.mark.parametrize("command", ["pause", "resume"])
async def test_help_has_an_example(command: str) -> None:
    assert f"Example: triage {command}" in (await called(command, "--help")).stdout
