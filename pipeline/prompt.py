"""What is asked of a language model and what comes back, whichever provider answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["classify", "draft", "draft_complex", "summary", "qa"]
"""What a call is for; each role has its own model, limits and price. `draft_complex` falls back on `draft`."""


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
    """What one answered call took: tokens as the provider counted them (`cached_in` is part of `tokens_in`), US dollars, milliseconds."""

    role: Role
    model: str
    tokens_in: int
    cached_in: int
    tokens_out: int
    usd: float
    ms: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of the answer, untrusted and perhaps no JSON at all, and every call that it took (fallbacks included)."""

    text: str
    calls: tuple[Call, ...]
