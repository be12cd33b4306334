"""`triage redact`: what personal data the product finds in a text before anything leaves the house."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.text import Text

from bot.commands.terminal import MISUSE, out, say, table
from bot.mailbox.language import language
from bot.redaction.process import LANGUAGES
from pipeline.email import RedactedEmail, Span
from pipeline.errors import Misconfigured
from pipeline.stages.redact import redact

Find = Callable[[str], Iterable[Span]]


def redact_texts(
    paths: Annotated[list[Path] | None, typer.Argument(help="Text files; without any, standard input.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Lines {text} in; lines {text, spans} out, text redacted.")] = False,
    mode: Annotated[
        Literal["patterns", "full"], typer.Option(help="patterns: only rules, quick; full: names by a language model, too.")
    ] = "full",
    name: Annotated[list[str] | None, typer.Option(help="A name that is known, as from a mail's headers.")] = None,
) -> None:
    """Show texts with personal data replaced and what stands for what, or redact many: spans have their offsets in the original.

    Example: triage redact letter.txt
    """
    texts = [_read(path) for path in paths] if paths else [_decoded(sys.stdin.buffer.read())]
    find, names = _finder(mode), tuple(name or ())
    if jsonl:
        lines = [line for text in texts for line in text.split("\n")]
        wrong = sum(_line_failed(line, number, find, names) for number, line in enumerate(lines, 1) if line.strip())
        raise typer.Exit(MISUSE if wrong else 0)
    for text in texts:
        _show(redact("", text, "und", names, tuple(find(text))))


def _read(path: Path) -> str:
    if not path.is_file():
        raise Misconfigured(str(path), "there is no such file. Name a text file, or pipe the text in.")
    return _decoded(path.read_bytes())


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _finder(mode: Literal["patterns", "full"]) -> Find:
    if mode == "patterns":
        return lambda text: ()
    from bot.redaction.engine import Engine  # seconds that the other commands need not wait

    engine = Engine()
    return lambda text: engine.find(text) if language(text) in LANGUAGES else ()


def _line_failed(line: str, number: int, find: Find, names: tuple[str, ...]) -> bool:
    """Answer one line; where it cannot be read, say so and leave it out."""
    try:
        text = json.loads(line)["text"]
    except (ValueError, TypeError, KeyError, RecursionError):
        text = None
    if not isinstance(text, str):
        say(f'triage: line {number}: it is no JSON object with a text. Write one object a line: {{"text": "..."}}')
        return True
    out(_row(redact("", text, "und", names, tuple(find(text)))))
    return False


def _row(hidden: RedactedEmail) -> dict[str, Any]:
    return {"text": hidden.text, "spans": [{"type": span.type, "start": span.start, "end": span.end} for span in hidden.spans]}


def _show(hidden: RedactedEmail) -> None:
    """The redacted text on stdout, highlighted on a terminal; what stands for what on stderr."""
    shown = Text(hidden.text)
    for placeholder, _ in hidden.restore:
        shown.highlight_words([placeholder], "bold reverse")
    if sys.stdout.isatty():
        Console(highlight=False).print(shown, soft_wrap=True)
    else:
        typer.echo(hidden.text, nl=not hidden.text.endswith("\n"))
    if hidden.restore:
        table(f"{len(hidden.spans)} places", ("placeholder", "stands for"), hidden.restore)
    else:
        say("Nothing was found that must be replaced.")
