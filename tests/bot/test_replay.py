"""Dry runs over mails on disk: a line for each, in order, and nothing planted in a draft."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.replay import ReplayLine, replay, to_json
from pipeline.errors import Misconfigured
from pipeline.house import House
from pipeline.ports import IntentScore, NameFinder
from tests.pipeline.cascading import NoNames
from tests.pipeline.letters import AT, SUPPORT, Scripted, house

TO = "To: support@larkspur.example"
MAILS = {
    "1.eml": f"From: Aoife Byrne <aoife@customer.example>\n{TO}\nSubject: Map\n\nThe map is blank. How do I fix it?\n",
    "2.eml": f"From: x@evil.test\n{TO}\nSubject: See https://evil.test\n\nGo to https://evil.test or write to x@evil.test, ok?\n",
    "3.eml": "\xff\xfe not a mail at all",
    "4.eml": f"From: Mailer <a@b.example>\n{TO}\nAuto-Submitted: auto-replied\nSubject: away\n\nI am out of the office.\n",
}


NOBODY = NoNames()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in MAILS.items():
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    return tmp_path


async def lines(folder: Path, by: House, names: NameFinder | None = NOBODY) -> list[ReplayLine]:
    return [line async for line in replay(folder, replace(by, names=names), SUPPORT, now=AT)]


async def test_a_line_for_each_mail_in_order(folder: Path) -> None:
    made = await lines(folder, house("support"))
    assert [Path(line.source).name for line in made] == sorted(MAILS)
    assert [line.intent for line in made][:2] == ["support", "support"]
    assert made[0].route == "review"
    assert made[0].draft is not None
    assert made[0].draft.startswith("Hi Aoife,")
    assert made[3].route == "ignore"
    assert made[3].draft is None
    fields = {"source", "intent", "urgency", "owner", "confidence", "policy_flags", "route", "reasons", "template", "draft"}
    assert all(set(json.loads(to_json(line))) == fields and "\n" not in to_json(line) for line in made)


async def test_the_local_model_reads_flagged_mail_without_names_as_in_a_running_program(tmp_path: Path) -> None:
    text = "My colleague Fiona Gallagher will sue you. The map is blank."
    (tmp_path / "1.eml").write_text(f"From: Aoife Byrne <aoife@customer.example>\n{TO}\nSubject: Map\n\n{text}\n")
    model = Scripted([IntentScore("support", 0.9)])
    await lines(tmp_path, replace(house(), model=model), names=None)
    ((_, read),) = model.asked
    assert "Gallagher" not in read
    assert "The map is blank." in read


@pytest.mark.parametrize("score", [0.9, 0.1])
async def test_a_planted_link_or_address_never_reaches_a_draft(folder: Path, score: float) -> None:
    for line in await lines(folder, house("support", score)):
        assert "evil.test" not in (line.draft or "")


async def test_the_same_mails_give_the_same_lines(folder: Path) -> None:
    assert await lines(folder, house("pricing")) == await lines(folder, house("pricing"))


async def test_it_may_be_left_early_and_leaves_no_task(folder: Path) -> None:
    going = replay(folder, replace(house(), model=Scripted([IntentScore("support", 0.9)])), SUPPORT, now=AT)
    async for line in going:
        assert Path(line.source).name == "1.eml"
        break
    await going.aclose()  # type: ignore[attr-defined]  # an async generator


async def test_a_path_without_mails_is_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        await lines(tmp_path / "nowhere", house())
