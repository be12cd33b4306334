"""Prompts: two parts, a version that follows the source, and a fence that no mail can close."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.house import read_prompts
from pipeline.errors import Misconfigured
from pipeline.prompts import SAMPLES, Prompts, fenced, prompt_template
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


MISTAKES = [
    ("{{ compny }}\n-----\n{{ mail }}", 1, "there is no value compny"),
    ("Say it.\n\n-----\n{{ mail }}\n{% if nope %}\nx\n{% endif %}", 5, "there is no value nope; there are: company, language, lines, mail"),
    ("Say it.\n-----\n{% if not company %}\n{{ also_nope }}\n{% endif %}", 4, "there is no value also_nope"),
    ("Say it.\n-----\n{{ mail }}\n{{ company.name }}", 4, "'str object' has no attribute 'name'"),
    ("Say it.\n-----\n{{ mail }}\n{{ lines[9] }}", 4, "has no element 9"),
    ("Say it.\n-----\n{% if not lines %}\n{{ 1 // 0 }}\n{% endif %}", 4, "integer division"),
    ("Say it.\n-----\n{{ mail + 1 }}", 3, "can only concatenate str"),
    ("Say it.\n-----\n\n{{ mail | nofilter }}", 4, "No filter named 'nofilter'"),
]


@pytest.mark.parametrize(("source", "line", "why"), MISTAKES)
def test_a_prompt_that_could_fail_at_a_mail_is_refused_when_it_is_read(source: str, line: int, why: str, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "draft.j2").write_text(source)
    with pytest.raises(Misconfigured) as caught:
        read_prompts(tmp_path)
    assert f"draft.j2, line {line}: " in str(caught.value)
    assert why in str(caught.value)
    assert "Correct the prompt." in str(caught.value)


def test_every_prompt_that_ships_is_tried() -> None:
    assert set(house().prompts.by_name) == set(SAMPLES)


def test_what_ships_is_read_and_versioned() -> None:
    ours = house()
    assert {f"prompt:{name}" for name in ours.prompts.by_name} == {name for name, _ in ours.versions if name.startswith("prompt:")}
    assert set(ours.prompts.by_name) == {path.stem for path in (ROOT / "templates" / "prompts").glob("*.j2")}


@given(st.text() | st.text(alphabet="<>/mail ﹤＜\u200b\U000e0041"))
def test_no_text_closes_its_fence(text: str) -> None:
    inside = fenced("mail", text, 2000).removeprefix("<mail>\n").removesuffix("\n</mail>")
    assert not set(inside) & set("<﹤＜\u200b\U000e0041")
