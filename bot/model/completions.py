"""OpenAI's chat API as one port: what its answers say and cost, and its SDK's errors as ours."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import openai
from openai import Omit
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from bot.model.errors import Unusable, retry_after
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.policy.content import ModelPrice
from pipeline.prompt import LONGEST_NAME, Answer, Call, Prompt


@dataclass(frozen=True, slots=True)
class Origin:
    """Who answers: the provider as a person calls it, the setting that holds its key, the model, and its price (None: free)."""

    provider: str
    key: str
    model: str
    price: ModelPrice | None
    hosted: bool = False
    """Its answers name the snapshot that gave them; a server of the house names whatever file it serves."""


def messages(stable: str, varying: str) -> list[ChatCompletionMessageParam]:
    """The stable part first, so that the provider's cache finds it again."""
    return [{"role": "system", "content": stable}, {"role": "user", "content": varying}]


def plainly(said: Sequence[ChatCompletionMessageParam], form: Any | Omit) -> dict[str, object]:
    """What the SDK shall send as it stands: given as parameters, it would be walked and copied once for each type that it might have,
    which takes a third of a call's CPU."""
    return {"messages": list(said)} | ({} if isinstance(form, Omit) else {"response_format": form})


def answered(completion: ChatCompletion, prompt: Prompt, origin: Origin, started: float) -> Answer:
    """The text of the first choice. Raises Unusable where it is a refusal, was filtered or was cut off."""
    calls = (_call(completion, prompt, origin, started),)
    try:
        choice = completion.choices[0]
        text, refusal, finish = choice.message.content, choice.message.refusal, choice.finish_reason
    except (AttributeError, IndexError, TypeError) as error:
        raise Temporary(f"{origin.provider} answered something that is not its API's ({type(error).__name__}).") from error
    if refusal:
        raise Unusable(f"{origin.model} refused to answer about this mail.", calls)
    if finish == "content_filter":
        raise Unusable(f"{origin.provider}'s content filter stopped the answer about this mail.", calls)
    if finish == "length":
        raise Unusable(f"{origin.model} did not come to an end within {prompt.most_tokens} tokens.", calls)
    return Answer(text or "", calls)


def _call(completion: ChatCompletion, prompt: Prompt, origin: Origin, started: float) -> Call:
    usage = getattr(completion, "usage", None)
    details = usage.prompt_tokens_details if usage else None
    tokens_in, tokens_out = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
    cached = min((details.cached_tokens or 0) if details else 0, tokens_in)
    usd = origin.price.usd(tokens_in - cached, cached, 0, tokens_out) if origin.price else 0.0
    named = str(getattr(completion, "model", "") or "")[:LONGEST_NAME] if origin.hosted else ""
    return Call(prompt.role, origin.model, tokens_in, cached, tokens_out, usd, round((time.monotonic() - started) * 1000), named)


@asynccontextmanager
async def translated(origin: Origin) -> AsyncIterator[None]:
    """Turn whatever the SDK raises into Temporary, Permanent, Unusable or Misconfigured."""
    try:
        yield
    except openai.APIStatusError as error:
        raise refused(error, origin) from error
    except openai.APITimeoutError as error:
        raise Temporary(f"{origin.provider} did not answer in time.") from error
    except openai.APIConnectionError as error:
        raise Temporary(f"{origin.provider} could not be reached ({type(error.__cause__ or error).__name__}).") from error
    except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
        raise Temporary(f"{origin.provider} answered something that is not its API's ({type(error).__name__}).") from error


def refused(error: openai.APIStatusError, origin: Origin) -> Temporary | Permanent | Misconfigured:
    """What an answer with an error status means, and what to do about it."""
    status, code, said = error.status_code, str(error.code or ""), error.message[:300]
    match status:
        case 401:
            return Misconfigured(origin.key, f"{origin.provider} does not accept this key. Copy a valid one from its console.")
        case 403:
            return Misconfigured(origin.key, f"{origin.provider} does not let this key use {origin.model}. Give its project access.")
        case 404:
            return Misconfigured(f"model {origin.model}", f"{origin.provider} has no such model for us. Correct its name under [models].")
        case 429 if code in ("insufficient_quota", "billing_hard_limit_reached"):
            return Misconfigured(origin.key, f"the quota at {origin.provider} is used up. Add credit, or raise the limit in its console.")
        case 408 | 409 | 429:
            return Temporary(f"{origin.provider} asks us to slow down.", retry_after(error.response.headers))
        case _ if status >= 500:
            return Temporary(f"{origin.provider} failed (status {status}).", retry_after(error.response.headers))
        case _ if code == "context_length_exceeded" or status == 413:
            return Unusable(f"This mail is too long for {origin.model}.")
        case _ if code in ("content_filter", "content_policy_violation"):
            return Unusable(f"{origin.provider}'s content filter refused this mail.")
        case _:
            return Permanent(f"{origin.provider} refused the call (status {status}): {said}")
