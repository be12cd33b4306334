"""Drafts known to be bad, made from a true one by a single change: to see how many errors reviewers let pass."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from pipeline.case import Draft, Seeded

Kind = Literal["price", "number", "date", "link", "name", "negation"]

_PRICE = re.compile(r"(?:[€$£]\s?|(?:EUR|USD|GBP)\s)(\d[\d.,]*)|(\d[\d.,]*)\s?(?:€|EUR|USD|GBP)")
_NUMBER = re.compile(r"(?<![\w.,/:-])(\d{1,4})(?![\w/:-]|[.,]\d)(?!\s?(?:€|EUR|USD|GBP))")
_LINK = re.compile(r"https?://([\w-]+)(?:\.[\w.-]*\w)")
_GREETED = re.compile(r"^(?:hello|hi|dear|hallo|guten tag|bonjour|hola)\s+([A-Z]\w+)", re.IGNORECASE)
_NEGATION = re.compile(r"\s(?:do|does|is|are|will|can)( not)\b|\b(?:can)(not)\b", re.IGNORECASE)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = re.compile(rf"\b({'|'.join(_DAYS)})\b")
_OTHERS = ("Miriam", "Oliver")


def bad_drafts(draft: Draft) -> tuple[Seeded, ...]:
    """Every bad draft that one change makes of this one: the same for the same draft. None where nothing in it can be got wrong so."""
    return tuple(_made(draft.text))


def _made(text: str) -> Iterator[Seeded]:
    changes: tuple[tuple[Kind, re.Pattern[str], Callable[[str], str]], ...] = (
        ("price", _PRICE, _other_number),
        ("number", _NUMBER, _other_number),
        ("date", _DAY, lambda day: _DAYS[(_DAYS.index(day) + 2) % 7]),
        ("link", _LINK, lambda host: f"{host}-login"),
        ("name", _GREETED, lambda name: next(other for other in _OTHERS if other != name)),
        ("negation", _NEGATION, lambda word: ""),
    )
    for kind, pattern, change in changes:
        if (found := pattern.search(text)) and found.lastindex:
            start, end = found.span(found.lastindex)
            bad = text[:start] + change(text[start:end]) + text[end:]
            line = bad[bad.rfind("\n", 0, start) + 1 :].partition("\n")[0]
            yield Seeded(bad, line, kind)


def _other_number(written: str) -> str:
    """The same form with another first figure."""
    figure = int(written[0])
    return f"{figure % 9 + 1}{written[1:]}"


def caught(seeded: Seeded, corrected: str) -> bool:
    """Whether an edit took the planted line away."""
    return seeded.planted.strip() not in (line.strip() for line in corrected.split("\n"))
