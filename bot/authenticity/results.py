"""The Authentication-Results header (RFC 8601), read strictly: what a sender could fill at will is never taken for a result."""

import re
from dataclasses import dataclass

from bot.mailbox.addresses import Token, tokens
from bot.mailbox.limits import MAX_HEADER_LINE, Exceeded

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,200})\Z")
_METHOD = re.compile(r"([a-z][a-z0-9-]{0,40})(?:/\d{1,3})?=([a-z]{1,40})\Z")
_HIDDEN = "\x00"
"""Stands for a quoted string or an angle: somebody's words, which match nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result; `properties` in order, names and values in lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.properties if key == name]


@dataclass(frozen=True, slots=True)
class Results:
    """One header: who wrote it (empty where it names nobody, as Microsoft does), and what was found."""

    authserv_id: str
    results: tuple[Result, ...]

    def of(self, method: str) -> list[Result]:
        return [result for result in self.results if result.method == method]


def parse(value: bytes) -> Results | None:
    """The header's meaning, or None where it is not written as the standard asks."""
    if len(value) > 2 * MAX_HEADER_LINE:
        return None
    try:
        plain = _plain([*tokens(value.decode("latin-1"))])
    except Exceeded:
        return None
    if plain is None:
        return None
    first, *rest = (_words(clause) for clause in plain.lower().split(";"))
    name, clauses = ("", [first, *rest]) if first and "=" in first[0] else (_author(first), rest)
    if name is None:
        return None
    found = [_result(words) for words in clauses if words and words != ["none"]]
    return None if None in found else Results(name, tuple(result for result in found if result))


def _plain(parts: list[Token]) -> str | None:
    """The text without comments, what is quoted hidden; None where something is opened and never closed."""
    whole = ""
    for part in parts:
        match part.kind:
            case "comment":
                bare = _ESCAPED.sub("", part.text)
                if bare.count("(") != bare.count(")"):
                    return None
                whole += " "
            case "quoted" | "angle":
                if not (_QUOTED.fullmatch(part.text) if part.kind == "quoted" else part.text.endswith(">")):
                    return None
                whole += _HIDDEN
            case _:
                whole += part.text
    return None if ")" in whole or "\\" in whole else whole


def _words(clause: str) -> list[str]:
    line = " ".join(clause.split())
    return line.replace(" = ", "=").replace(" =", "=").replace("= ", "=").replace(" /", "/").replace("/ ", "/").split(" ") if line else []


def _author(words: list[str]) -> str | None:
    """The authserv-id of the first clause: one name, perhaps with version 1 behind it."""
    well = bool(words) and bool(_NAME.match(words[0])) and words[1:] in ([], ["1"])
    return words[0] if well else None


def _result(words: list[str]) -> Result | None:
    method = _METHOD.match(words[0])
    if not method:
        return None
    return Result(method[1], method[2], tuple((key, value) for key, _, value in (word.partition("=") for word in words[1:])))
