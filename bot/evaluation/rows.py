"""Labelled mail from a file of JSON lines, plain or gzipped; what is wrong with a line is said with its place."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.model.gist import gists
from pipeline.errors import Misconfigured

FIELDS = ("intent", "urgency", "owner")
SHAPE = '{"text": "...", "intent": "..."}, with subject, urgency and owner where there are any'


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled mail: its subject and text in the parts that the model reads, and its labels by field."""

    parts: tuple[str, ...]
    labels: Mapping[str, str]


def read(path: Path) -> list[Row]:
    """Every row of the file. Raises Misconfigured at the first that cannot be used, or where there is none."""
    rows = [_row(line, f"{path}, line {number}") for number, line in _lines(path)]
    if not rows:
        raise Misconfigured(str(path), f"the file has no rows. Write one object a line: {SHAPE}.")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    except FileNotFoundError as error:
        raise Misconfigured(str(path), "there is no such file. Name a file of labelled mail, one JSON object a line.") from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise Misconfigured(
            str(path), f"the file cannot be read ({error}). Check that it is UTF-8 text, or gzip if it ends in .gz."
        ) from error


def _row(line: str, place: str) -> Row:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Misconfigured(place, f"this is not JSON. Write one object a line: {SHAPE}.") from error
    if not isinstance(given, dict):
        raise Misconfigured(place, f"this is no object. Write one object a line: {SHAPE}.")
    subject, text = (_string(given, name, place) for name in ("subject", "text"))
    if not (subject.strip() or text.strip()):
        raise Misconfigured(place, f"there is no text. Write one object a line: {SHAPE}.")
    labels = {name: label for name in FIELDS if (label := _string(given, name, place).strip())}
    if "intent" not in labels:
        raise Misconfigured(place, 'there is no intent. Name one, or "out_of_scope" where none fits.')
    return Row(tuple(gists(subject, text)), labels)


def _string(given: Mapping[str, object], name: str, place: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise Misconfigured(place, f"{name} is no string. Put it in quotation marks.")
    return value or ""
