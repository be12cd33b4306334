"""Personal data out of a text and back in: one value has one placeholder, and nothing else is ever filled."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.email import Span

PLACEHOLDER = re.compile(r"⟦[A-Z][A-Z_]{1,20}_\d{1,5}⟧")


@dataclass(slots=True)
class Placeholders:
    """What stands for what. `taken` are placeholders that the sender wrote: none of ours may look the same."""

    taken: set[str] = field(default_factory=set)
    by_value: dict[tuple[str, str], str] = field(default_factory=dict)
    original: dict[str, str] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    def replaced(self, text: str, found: Sequence[Span]) -> str:
        """The text with its spans (in order, apart) replaced."""
        out: list[str] = []
        at = 0
        for span in found:
            out += [text[at : span.start], self._of(span.type, text[span.start : span.end])]
            at = span.end
        return "".join((*out, text[at:]))

    def _of(self, kind: str, value: str) -> str:
        key = (kind, value.casefold())
        if key not in self.by_value:
            self.by_value[key] = self._unused(kind)
            self.original[self.by_value[key]] = value
        return self.by_value[key]

    def _unused(self, kind: str) -> str:
        number = self.counted.get(kind, 0) + 1
        while (placeholder := f"⟦{kind}_{number}⟧") in self.taken:
            number += 1
        self.counted[kind] = number
        return placeholder


def beside(*texts: str) -> Placeholders:
    """Placeholders that stand nowhere in these texts."""
    return Placeholders({written for text in texts for written in PLACEHOLDER.findall(text)})


def filled(text: str, original: Sequence[tuple[str, str]]) -> str:
    """The text with our placeholders put back; what only looks like one stays, and what was put back is not read again."""
    values = dict(original)
    return PLACEHOLDER.sub(lambda found: values.get(found[0], found[0]), text)
