"""What `triage doctor` says of sources and language models: each tried by itself, each mistake with its next step."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import findings
from bot.embedded import Services
from bot.model.settings import ModelsSettings, ServerSettings
from bot.settings import ROOT, Settings
from sandbox import company
from sandbox.models.settings import ModelsSettings as LocalSettings
from tests.bot.model.asking import local_models

Said = Callable[..., Awaitable[dict[str, tuple[bool, str]]]]


@pytest.fixture
def said(tmp_path: Path, database: str, redis_url: str) -> Said:
    """What the doctor finds under these settings, by check."""

    async def asked(**given: object) -> dict[str, tuple[bool, str]]:
        settings = Settings.model_validate({"data": tmp_path, "policies": ROOT / "policies", "templates": tmp_path, **given})
        return {one.check: (one.ok, one.sentence) async for one in findings(settings, Services(database, redis_url, ()), None)}

    return asked


async def test_each_source_is_tried(said: Said) -> None:
    found = await said(knowledge=company.HANDBOOK, calendar=str(company.CALENDAR), crm=company.CONTACTS)
    assert found["knowledge"] == (True, "Approved articles: 1 in de, 6 in en.")
    assert found["crm"] == (True, "7 contacts.")
    ok, sentence = found["calendar"]
    assert ok
    assert sentence.startswith("It can be read: ")
    assert not sentence.startswith("It can be read: 0 ")


async def test_without_sources_there_is_nothing_to_say(said: Said) -> None:
    assert not {"knowledge", "calendar", "crm"} & set(await said())


async def test_a_source_that_is_none_is_named(said: Said, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("email,phone\n")
    (tmp_path / "team.ics").write_text("hello")
    found = await said(knowledge=tmp_path, calendar=str(tmp_path / "team.ics"), crm=tmp_path / "contacts.csv")
    assert [found[name][0] for name in ("knowledge", "calendar", "crm")] == [False, False, False]
    assert "it holds no approved article" in found["knowledge"][1]
    assert "is no calendar" in found["calendar"][1]
    assert 'contacts.csv, line 1: there is no column "phone"' in found["crm"][1]
    gone = await said(knowledge=tmp_path / "none", calendar="http://x.example/a.ics", crm=tmp_path / "none.json")
    assert "there is no such folder" in gone["knowledge"][1]
    assert "only https addresses are read" in gone["calendar"][1]
    assert "cannot be read" in gone["crm"][1]


async def test_the_models_are_told_and_each_is_tried_without_a_call_that_costs(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_KEY", "sk-local")
    async with local_models(LocalSettings(models=("llama3.1:8b", "gpt-4o-mini", "gpt-4o-mini-2024-07-18", "gpt-4o-2024-08-06"))) as models:
        settings = ModelsSettings(
            openai_url=models.openai_url,
            anthropic_url=models.anthropic_url,
            classify=("house/llama3.1:8b", "openai/gpt-4o-mini"),
            servers={"house": ServerSettings(base_url=models.openai_url, key_env="HOUSE_KEY")},
        )
        keys = {"openai_api_key": SecretStr("sk-local"), "anthropic_api_key": SecretStr("sk-wrong")}
        found = await said(models=settings, **keys)
    assert found["models"][0]
    assert (
        "classify: house/llama3.1:8b, then openai/gpt-4o-mini; draft: openai/gpt-4o-mini-2024-07-18, then anthropic/" in found["models"][1]
    )
    assert found["right to answer"][0]
    assert "anthropic/claude-haiku-5-5, house/llama3.1:8b, openai/gpt-4o-mini:" in found["right to answer"][1]
    assert found["model openai/gpt-4o-mini"] == (True, "The key opens it.")
    assert found["model house/llama3.1:8b"] == (True, "It follows JSON schemas.")
    ok, sentence = found["model anthropic/claude-haiku-5-5"]
    assert not ok
    assert "ANTHROPIC_API_KEY" in sentence


@pytest.mark.parametrize(
    ("models", "ok", "sentence"),
    [
        (ModelsSettings(), True, "no key is set and no server is named"),
        (ModelsSettings(local_only=True), True, "local_only is set"),
        (ModelsSettings(draft=("openai/gpt-4o",)), False, "OPENAI_API_KEY"),
        (ModelsSettings(draft=("nobody/x",)), False, "names no provider"),
    ],
)
async def test_a_choice_of_models_is_told_or_refused(said: Said, models: ModelsSettings, ok: bool, sentence: str) -> None:
    found = (await said(models=models, openai_api_key=None, anthropic_api_key=None))["models"]
    assert found[0] is ok
    assert sentence in found[1]
