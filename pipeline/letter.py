"""A reply taken apart: its sentences with the slots in them as {names}, which of them may be reworded, and where each comes from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.case import Cited, Slot
from pipeline.voice import Refusal, ReplyTemplate, render

SLOT = re.compile(r"\{([a-z_0-9]+)\}")
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([a-z_0-9]+){_CLOSE}")
_END = re.compile(rf"(?<=[.!?])\s+(?=[^\W\d_]|[¿¡\"„«{_OPEN}])")
_GREETING_WORDS = 6
_FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence: `text` has {slot} where a value stands, `gap` what separates it from the one before; `line` is the template's, from 1.

    `fixed` ones are never reworded: greeting, sign-off, what consists of slots, and approved price paragraphs.
    """

    text: str
    gap: str
    line: int
    fixed: bool

    @property
    def slots(self) -> tuple[str, ...]:
        return tuple(SLOT.findall(self.text))


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole reply in pieces; `values` are what its slots hold, and joining the pieces gives its text again."""

    template: str
    pieces: tuple[Piece, ...]
    slots: Mapping[str, Slot]

    def filled(self, text: str) -> str:
        return SLOT.sub(lambda found: self.slots[found[1]].value, text)

    def text(self) -> str:
        return "".join(f"{piece.gap}{self.filled(piece.text)}" for piece in self.pieces)

    def cited(self) -> tuple[Cited, ...]:
        return tuple(self.cite(piece.text, [piece]) for piece in self.pieces)

    def cite(self, text: str, stands_for: Sequence[Piece]) -> Cited:
        """The sentence as it will be read, with the template's lines and the slots' sources."""
        lines = dict.fromkeys(f"template:{self.template}:{piece.line}" for piece in stands_for)
        sources = dict.fromkeys(self.slots[name].source for piece in stands_for for name in piece.slots)
        return Cited(self.filled(text), (*lines, *sources))


def taken_apart(reply: ReplyTemplate, slots: Sequence[Slot]) -> Letter:
    """The reply in pieces. Raises Refusal where it does not render, or holds braces or filtered slots: then it is one fixed piece."""
    by_name = {slot.name: slot for slot in slots}
    text = render(reply, {name: slot.value for name, slot in by_name.items()})
    marked = render(reply, {name: f"{_OPEN}{name}{_CLOSE}" if slot.value else "" for name, slot in by_name.items()})
    whole = Letter(reply.name, tuple(_pieces(marked, reply.source)), by_name)
    if set("{}") & set(reply.fixed) or whole.text() != text:
        raise Refusal(1, "its sentences cannot be told apart")
    return whole


def _pieces(marked: str, source: str) -> list[Piece]:
    paragraphs = re.split(r"(\n\n+)", marked)
    last = len(paragraphs) - 1
    made: list[Piece] = []
    for at in range(0, len(paragraphs), 2):
        gap = paragraphs[at - 1] if at else ""
        fixed = (at == 0 and len(paragraphs[0].split()) <= _GREETING_WORDS) or (at == last and f"{_OPEN}sign_off{_CLOSE}" in paragraphs[at])
        made += _paragraph(paragraphs[at], gap, source, fixed)
    return made


def _paragraph(text: str, gap: str, source: str, fixed: bool) -> list[Piece]:
    made: list[Piece] = []
    for line in text.split("\n"):
        for at, sentence in enumerate(_sentences(line)):
            before = (gap if not made else "\n") if at == 0 else " "
            made.append(Piece(_MARK.sub(r"{\1}", sentence), before, _line(sentence, source), fixed or not _reworded(sentence)))
    return made


def _sentences(line: str) -> list[str]:
    """Split where one blank stands between two sentences; where more stand, they stay together."""
    return [line] if "  " in line else _END.split(line)


def _reworded(sentence: str) -> bool:
    names = _MARK.findall(sentence)
    words = re.findall(r"[^\W\d_]{2,}", _MARK.sub(" ", sentence))
    return len(words) >= _FEWEST_WORDS and not any(name.startswith("price_") for name in names)


def _line(sentence: str, source: str) -> int:
    """The template's line that holds the sentence's longest fixed stretch, or its first slot."""
    stretch = max(_MARK.split(sentence)[::2], key=len).strip()
    wanted = stretch if len(stretch) > 1 else next(iter(_MARK.findall(sentence)), stretch)
    return next((number for number, line in enumerate(source.splitlines(), 1) if wanted in line), 1)
