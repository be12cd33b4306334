"""What the stand-in for language models is started with, and what a test may tell it to do wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Api = Literal["openai", "anthropic"]
Kind = Literal[
    "bad_request", "unauthorized", "forbidden", "not_found", "rate_limited", "quota", "server_error", "unavailable", "overloaded",
    "too_long", "filtered", "refusal", "truncated", "malformed", "not_json", "hostile", "hang", "drop",
]  # fmt: skip
"""What can go wrong. `malformed`: the body breaks off in valid HTTP; `not_json`: the model chats; `hostile`: it obeys the mail."""
Knows = Literal["json_schema", "json_object", "text"]


@dataclass(frozen=True, slots=True)
class Question:
    """What a client asked, whichever API it used: the system's text, the user's text, the schema of the answer (or None)."""

    api: Api
    model: str
    system: str
    user: str
    schema: Json | None
    most_tokens: int


Brain = Callable[[Question], str]
"""What the model says."""


@dataclass(slots=True)
class Fault:
    """What goes wrong at the next `times` calls of `api` (None: of both); a `retry_after` in seconds is told where the API tells one."""

    kind: Kind
    times: int = 1
    api: Api | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class ModelsSettings:
    """Settings of one stand-in. Keys are what each API accepts; empty accepts any.

    `knows` is how much of structured output the OpenAI side understands: less than json_schema answers as llama.cpp's server does.
    Latency is lognormal: its median in seconds and the σ of its logarithm; `models` empty knows every model. `answers_as` is the model
    that answers say they are from; empty: the one that was asked.
    """

    port: int = 0
    openai_key: str = "sk-local"
    anthropic_key: str = "sk-ant-local"
    models: tuple[str, ...] = ()
    answers_as: str = ""
    knows: Knows = "json_schema"
    latency: float = 0.0
    sigma: float = 0.0
    seed: int = 0
    context: int = 128_000
    die_with_parent: bool = False
