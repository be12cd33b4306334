"""Prompts: two parts, a version that follows the source, and a fence that no mail can close."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.house import read_prompts
from pipeline.errors import Misconfigured
from pipeline.prompts import Prompts, fenced, prompt_template
from pipeline.voice import Refusal
from tests.pipeline.letters import ROOT, house

SOURCE = "You work for {{ company }}.\n-----\n{% for line in lines %}\n{{ line }}\n{% endfor %}\n"


def test_a_prompt_has_a_stable_part_a_varying_part_and_a_version() -> None:
    made = Prompts({"ask": prompt_template("ask", SOURCE)}).render("ask", company="Larkspur", lines=["one", "two"])
    assert (made.stable, made.varying) == ("You work for Larkspur.", "one\ntwo")
    assert made.version != prompt_template("ask", SOURCE.replace("work", "sit")).version


@pytest.mark.parametrize("source", ["no divider", "a\n-----\nb\n-----\nc", "{% if %}\n-----\nb", "{{ a.b( }}\n-----\n"])
def test_what_is_no_prompt_is_refused(source: str) -> None:
    with pytest.raises(Refusal):
        prompt_template("ask", source)


def test_a_missing_value_or_prompt_is_refused() -> None:
    prompts = Prompts({"ask": prompt_template("ask", SOURCE)})
    with pytest.raises(Refusal):
        prompts.render("ask", company="Larkspur")
    with pytest.raises(Refusal):
        prompts.render("other")


def test_a_broken_prompt_is_named(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "draft.j2").write_text("one part")
    with pytest.raises(Misconfigured, match=r"draft\.j2, line 1: a prompt has two parts"):
        read_prompts(tmp_path)


def test_what_ships_is_read_and_versioned() -> None:
    ours = house()
    assert {f"prompt:{name}" for name in ours.prompts.by_name} == {name for name, _ in ours.versions if name.startswith("prompt:")}
    assert set(ours.prompts.by_name) == {path.stem for path in (ROOT / "templates" / "prompts").glob("*.j2")}


@given(st.text() | st.text(alphabet="<>/mail ﹤＜\u200b\U000e0041"))
def test_no_text_closes_its_fence(text: str) -> None:
    inside = fenced("mail", text, 2000).removeprefix("<mail>\n").removesuffix("\n</mail>")
    assert not set(inside) & set("<﹤＜\u200b\U000e0041")
