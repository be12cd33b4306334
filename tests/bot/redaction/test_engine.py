"""Presidio and spaCy in full: with the network cut, in a process of its own, and by the command line."""

import asyncio
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.redaction.process import NameProcess, name_process
from bot.settings import ROOT
from pipeline.email import Span
from pipeline.errors import Misconfigured, Temporary

CUT = """
    import socket, sys

    def refuse(*_, **__):
        raise AssertionError("something asked the network")

    socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = socket.getaddrinfo = socket.create_connection = refuse
    from bot.redaction.engine import Engine
    from pipeline.redaction.find import spans
    from tests.pipeline.redaction_letters import LETTERS

    engine, missed = Engine(), []
    for letter in LETTERS:
        found = spans(letter.text, (), engine.find(letter.text))
        hidden = [letter.text[one.start : one.end] for one in found]
        missed += [value for _, value in letter.hidden if not any(value in one or one in value for one in hidden)]
        missed += [word for word in letter.stays if any(word in one or one in word for one in hidden)]
    long = "My order 4029357733 for Jane Roe is late.\\n" * 3000
    assert len(engine.find(long)) < 3000
    assert engine.find("\\ud800 Barack Obama lives in Chicago")[0].type == "PERSON"
    assert engine.find("") == ()
    print("missed", missed)
"""


def run(*command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, *command], input=given, capture_output=True, text=True, timeout=120, env=environment, cwd=ROOT)


def test_the_engine_reads_letters_with_the_network_cut() -> None:
    done = run("-c", textwrap.dedent(CUT))
    assert (done.returncode, done.stdout) == (0, "missed []\n"), done.stderr[-2000:]


async def test_the_process_starts_when_asked_answers_in_turn_and_ends() -> None:
    async with name_process() as finder:
        assert finder._process is None
        texts = ["Please ask Barack Obama.", "No name here.", "Angela Merkel called\nJohn Smith."]
        answers = await asyncio.gather(*map(finder.find, texts))
        process = finder._process
    found = [[text[span.start : span.end] for span in answer] for text, answer in zip(texts, answers, strict=True)]
    assert found == [["Barack Obama"], [], ["Angela Merkel", "John Smith"]]
    assert process is not None
    assert process.returncode is not None


STANDINS = {
    "dies": "import sys; sys.stdin.readline(); sys.exit(3)",
    "says nothing": "import sys; sys.stdin.readline(); sys.stdin.readline()",
    "talks nonsense": "import sys; sys.stdin.readline(); print('what?', flush=True); sys.stdin.readline()",
}


@pytest.mark.parametrize("child", STANDINS.values(), ids=STANDINS.keys())
async def test_a_process_that_fails_is_a_temporary_failure_and_is_let_go(child: str) -> None:
    async with name_process(command=(sys.executable, "-c", child), patience=2) as finder:
        with pytest.raises(Temporary):
            await finder.find("Hello")
        assert finder._process is None


async def test_after_a_failure_the_next_question_has_a_fresh_process(tmp_path: Path) -> None:
    child = f"""
import pathlib, sys
first = not pathlib.Path({str(tmp_path)!r}, "was").exists()
pathlib.Path({str(tmp_path)!r}, "was").touch()
sys.stdin.readline()
if first: sys.exit(1)
print('[["PERSON", 0, 3]]', flush=True)
"""
    finder = NameProcess((sys.executable, "-c", child), 10)
    with pytest.raises(Temporary):
        await finder.find("Ann")
    assert await finder.find("Ann") == (Span("PERSON", 0, 3),)
    await finder.end()


def test_jsonl_has_the_redacted_text_and_offsets_in_the_original() -> None:
    text = "Ich heiße Jürgen Wüst 😀, mail j@x.example, order 4029357733."
    lines = [
        json.dumps({"text": text, "id": 7}),
        "{not json",
        '{"no": "text"}',
        "",
        '{"text": 5}',
        json.dumps({"text": "nothing\u2028here"}),
    ]
    done = run("-m", "bot", "redact", "--jsonl", given="\n".join(lines))
    assert done.returncode == 2
    assert [line[:15] for line in done.stderr.splitlines()] == ["triage: line 2:", "triage: line 3:", "triage: line 5:"]
    first, second = map(json.loads, done.stdout.split("\n")[:-1])
    assert [(one["type"], text[one["start"] : one["end"]]) for one in first["spans"]] == [
        ("PERSON", "Jürgen Wüst"),
        ("EMAIL_ADDRESS", "j@x.example"),
    ]
    assert first["text"] == "Ich heiße ⟦PERSON_1⟧ 😀, mail ⟦EMAIL_ADDRESS_1⟧, order 4029357733."
    assert second == {"text": "nothing\u2028here", "spans": []}


def test_a_file_is_shown_with_what_stands_for_what(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Call Zorb on +49 172 1234567.\n")
    done = CliRunner().invoke(app, ["redact", "--mode", "patterns", "--name", "Zorb", str(letter)])
    assert (done.exit_code, done.stdout) == (0, "Call ⟦PERSON_1⟧ on ⟦PHONE_NUMBER_1⟧.\n")


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["redact", str(tmp_path / "nowhere.txt")])
    assert isinstance(done.exception, Misconfigured)
    assert "nowhere.txt: there is no such file" in str(done.exception)
