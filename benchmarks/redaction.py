"""`python -m benchmarks.redaction DATA`: what redaction finds, what it hits that must stay, and how long it takes on one core.

DATA: lines {text, spans: [{type, start, end}]}, plain or .gz. Half of them, by a hash of the text, were read while the rules were written;
the figures are those of the other half. Beside them stand the letters of tests/pipeline/redaction_letters.py.
"""

import gzip
import json
import os
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.mailbox.language import language
from bot.redaction.engine import Engine
from bot.redaction.process import LANGUAGES
from pipeline.email import Span
from pipeline.redaction.find import spans
from tests.pipeline.redaction_letters import LETTERS

FORMS = ("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "DOMAIN_NAME", "US_DRIVER_LICENSE")
COVERED = 0.9
"""Part of a span's characters that must be found with the right type for a hit."""
SHORT = 400
"""Characters of a short mail."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, where personal data stands in it, and words that must stay."""

    text: str
    spans: tuple[Span, ...]
    stays: tuple[str, ...] = ()


def held_out(path: Path) -> Iterator[Sample]:
    """The half of the lines that the rules were not written by."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for row in map(json.loads, lines):
            if zlib.crc32(row["text"].encode()) % 2:
                yield Sample(row["text"], tuple(Span(one["type"], one["start"], one["end"]) for one in row["spans"]))


def letters() -> Iterator[Sample]:
    for letter in LETTERS:
        given = (Span(kind, letter.text.index(value), letter.text.index(value) + len(value)) for kind, value in letter.hidden)
        yield Sample(letter.text, tuple(given), letter.stays)


def measured(samples: Sequence[Sample], find: Callable[[str], Sequence[Span]]) -> Iterator[tuple[str, str]]:
    """Rows of what was measured and the figure."""
    hit, asked, took, stays, touched = Counter[str](), Counter[str](), list[float](), 0, 0
    for sample in samples:
        began = time.process_time()
        found = find(sample.text)
        if len(sample.text) <= SHORT:
            took.append((time.process_time() - began) * 1000)
        for span in sample.spans:
            asked[span.type] += 1
            hit[span.type] += _found(span, sample.text, found)
        stays += len(sample.stays)
        touched += sum(_touched(word, sample.text, found) for word in sample.stays)
    yield from ((f"  {kind}", f"{hit[kind]} of {number} ({hit[kind] / number:.1%})") for kind, number in sorted(asked.items()))
    formal = [kind for kind in asked if kind in FORMS]
    if formal:
        found_all, all_all = sum(hit[kind] for kind in formal), sum(asked[kind] for kind in formal)
        yield "  structured types together", f"{found_all} of {all_all} ({found_all / all_all:.1%})"
    if stays:
        yield "  hit though it must stay", f"{touched} of {stays} ({touched / stays:.1%})"
    took.sort()
    yield f"  CPU ms a text of at most {SHORT} characters", f"p50 {took[len(took) // 2]:.2f}, p95 {took[len(took) * 95 // 100]:.2f}"


def _found(span: Span, text: str, found: Sequence[Span]) -> bool:
    places = [place for place in range(span.start, span.end) if not text[place].isspace()]
    covered = {place for one in found if one.type == span.type for place in range(one.start, one.end)}
    return sum(place in covered for place in places) >= COVERED * len(places)


def _touched(word: str, text: str, found: Sequence[Span]) -> bool:
    start = text.index(word)
    return any(span.start < start + len(word) and start < span.end for span in found)


def main(path: Path) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    engine = Engine()
    engine.find("The first text warms up.")
    language("The first text warms up.")
    modes: dict[str, Callable[[str], Sequence[Span]]] = {
        "patterns": lambda text: spans(text, ()),
        "full": lambda text: spans(text, (), engine.find(text) if language(text) in LANGUAGES else ()),
    }
    for name, samples in (("held-out half", [*held_out(path)]), ("letters", [*letters()])):
        for mode, find in modes.items():
            sys.stdout.write(f"{name}, {mode}, {len(samples)} texts\n")
            for what, figure in measured(samples, find):
                sys.stdout.write(f"{what:<50} {figure}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the file of labelled texts: python -m benchmarks.redaction DATA")
    main(Path(sys.argv[1]))
