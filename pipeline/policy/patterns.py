"""Patterns that rules may search with: linear in time in google-re2, and in no other engine a danger either."""

import re
from typing import Protocol

import re2  # type: ignore[import-untyped]  # the package ships no types

LONGEST_REGEX = 256

_TOKEN = re.compile(r"\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|[()|]|[*+]|\?|\{\d+(?:,\d*)?\}|.", re.DOTALL)
"""One step of a pattern: a quoted stretch, an escape, a class, a bracket, a repetition, or a character."""


class Pattern(Protocol):
    """A compiled google-re2 pattern."""

    def search(self, text: str) -> object | None: ...


def compiled(regex: str) -> Pattern:
    """The pattern as a linear-time machine; ValueError where google-re2 refuses it, or where it repeats what repeats already."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        machine: Pattern = re2.compile(regex, options)
    except re2.error as error:
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise ValueError(f"google-re2 refuses the pattern ({why}); look-around and back references cannot be used") from error
    if place := nested_repetition(regex):
        raise ValueError(
            f'the pattern repeats without end what repeats without end already: "{place}". That is linear in few engines; '
            "take one of the two away, or bound it, as in {0,20}"
        )
    return machine


def nested_repetition(regex: str) -> str:
    """The first group that is repeated without end and repeats something without end inside; empty where there is none."""
    opened: list[tuple[int, bool]] = [(0, False)]
    group: tuple[int, bool] | None = None
    for token in _TOKEN.finditer(regex):
        match token[0]:
            case "(":
                opened.append((token.start(), False))
                group = None
            case ")" if len(opened) > 1:
                group = opened.pop()
                opened[-1] = (opened[-1][0], opened[-1][1] or group[1])
            case step if _endless(step):
                if group and group[1]:
                    return regex[group[0] : token.end()]
                opened[-1] = (opened[-1][0], True)
            case _:
                group = None
    return ""


def _endless(step: str) -> bool:
    return step in ("*", "+") or (step.startswith("{") and step.endswith(",}"))
