"""`triage redact`: what personal data the product finds in a text before anything leaves the house."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.terminal import MISUSE, out, say
from pipeline.errors import Misconfigured
from pipeline.stages.redact import redact, spans


def redact_texts(
    path: Annotated[Path | None, typer.Argument(help="A text file; without it, standard input.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Lines {text} in; lines {text, spans} out.")] = False,
) -> None:
    """Show a text with personal data replaced, or find the spans of many.

    Example: triage redact letter.txt
    """
    if path is not None and not path.is_file():
        raise Misconfigured(str(path), "there is no such file. Name a text file, or pipe the text in.")
    text = path.read_text(errors="replace") if path else sys.stdin.read()
    if jsonl:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                out(_row(line, number))
        return
    hidden = redact("", text, "und", ())
    typer.echo(hidden.text, nl=not hidden.text.endswith("\n"))
    say(f"{len(hidden.spans)} span(s): {', '.join(sorted({span.type for span in hidden.spans})) or 'nothing found'}")


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        given = json.loads(line)
        text = given["text"]
    except (ValueError, TypeError, KeyError):
        say(f'triage: line {number}: it is no JSON object with a text. Write one object a line: {{"text": "..."}}')
        raise typer.Exit(MISUSE) from None
    found = spans(str(text), ())
    return {"text": text, "spans": [{"type": span.type, "start": span.start, "end": span.end} for span in found]}
