"""What is asked of a language model and what comes back, whichever provider answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["classify", "draft", "draft_complex", "summary", "qa"]
"""What a call is for; each role has its own model, limits and price. `draft_complex` falls back on `draft`."""

LONGEST_NAME = 80
"""Characters of what a provider calls its model."""
_SNAPSHOT = re.compile(r"-\d{4}-?\d{2}-?\d{2}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question. `stable` is the same for every mail of a house and comes first, `varying` holds the mail, redacted and fenced.

    `schema` is the JSON Schema that the answer must match (objects closed, all properties required); `version` a digest of the prompt's
    template; `most_tokens` bounds the answer; `asked_for` is the sender's address or a digest of it, for the budget that each sender has.
    """

    role: Role
    version: str
    stable: str
    varying: str
    schema: Mapping[str, object]
    most_tokens: int
    asked_for: str


@dataclass(frozen=True, slots=True)
class Call:
    """What one answered call took: tokens as the provider counted them (`cached_in` is part of `tokens_in`), US dollars, milliseconds.

    `model` was asked; `answered_as` is what a hosted provider says answered, empty where nobody says it.
    """

    role: Role
    model: str
    tokens_in: int
    cached_in: int
    tokens_out: int
    usd: float
    ms: int
    answered_as: str = ""

    @property
    def drifted(self) -> bool:
        """Whether another model answered than the one that was asked, which is neither it nor a dated snapshot of it."""
        if self.answered_as in ("", self.model):
            return False
        family, name = self.model.removesuffix("-latest"), self.answered_as
        return not name.startswith(family) or not _SNAPSHOT.fullmatch(name.removeprefix(family))


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of the answer, untrusted and perhaps no JSON at all, and every call that it took (fallbacks included)."""

    text: str
    calls: tuple[Call, ...]
