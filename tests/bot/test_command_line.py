"""The command line: its list of commands is quick, and says what the commands say of themselves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bot.cli import COMMANDS, loaded

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sklearn", "scipy", "numpy", "onnxruntime", "spacy", "presidio_analyzer", "openai", "anthropic", "icalendar", "phonenumbers")
TOLD = """
import json, sys
from bot.cli import main
sys.argv = ["triage", *{args!r}]
try:
    main()
finally:
    print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
"""


def imported(*args: str) -> set[str]:
    """What a call of `triage` has imported in the end."""
    ran = subprocess.run([sys.executable, "-c", TOLD.format(args=args)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Usage" in ran.stdout
    return set(json.loads(ran.stderr.splitlines()[-1]))


@pytest.mark.parametrize("args", [("--help",), ("sandbox", "--help"), ("demo", "--help")])
def test_help_needs_none_of_the_heavy_libraries(args: tuple[str, ...]) -> None:
    assert imported(*args).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_each_command_says_of_itself(name: str) -> None:
    command = loaded(name)
    assert isinstance(command, typer.core.TyperCommand | typer.core.TyperGroup)
    assert " ".join((command.help or "").split("\n\n")[0].split()) == COMMANDS[name][1]
