"""Anthropic: messages whose answer follows a JSON schema, with the stable part cached where it is long enough for that."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anthropic
from anthropic import AsyncAnthropic, Omit, omit, transform_schema
from anthropic.types import Message, OutputConfigParam, TextBlock, TextBlockParam, ThinkingConfigDisabledParam

from bot.model.errors import Unusable, retry_after
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.policy.content import ModelPrice
from pipeline.prompt import LONGEST_NAME, Answer, Call, Prompt

KEY = "ANTHROPIC_API_KEY"
SHORTEST_TOKEN = 3
"""Bytes of a token at the least, on average over a prompt: what is shorter than so many of them cannot be cached."""
PLAIN = ("claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-5")
"""Models before effort levels and thinking by default."""


@dataclass(frozen=True, slots=True)
class AnthropicModel:
    """One model at Anthropic. Implements LanguageModel."""

    client: AsyncAnthropic
    model: str
    price: ModelPrice

    @property
    def version(self) -> str:
        return f"anthropic/{self.model}"

    async def ask(self, prompt: Prompt) -> Answer:
        """Raises Temporary, Permanent, Unusable, and Misconfigured for a wrong key or model."""
        started = time.monotonic()
        async with _translated(self.model):
            message = await self.client.messages.create(
                model=self.model,
                max_tokens=prompt.most_tokens,
                system=[self._stable(prompt.stable)],
                messages=[{"role": "user", "content": prompt.varying}],
                output_config=_output(self.model, prompt),
                thinking=_thinking(self.model),
            )
            call = self._call(message, prompt, started)
            return Answer(_text(message, self.model, prompt, call), (call,))

    async def probe(self) -> str:
        """For the doctor: whether the key opens this model."""
        async with _translated(self.model):
            await self.client.models.retrieve(self.model)
        return "The key opens it."

    async def close(self) -> None:
        await self.client.close()

    def _stable(self, text: str) -> TextBlockParam:
        """Marked for the cache only where the model would cache so much; it is never made longer for that."""
        least = self.price.cacheable_from
        if least is None or len(text.encode()) < least * SHORTEST_TOKEN:
            return {"type": "text", "text": text}
        return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}

    def _call(self, message: Message, prompt: Prompt, started: float) -> Call:
        """Anthropic counts what is read from the cache, and what is put into it, beside the other input."""
        usage = message.usage
        cached, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
        tokens_in = usage.input_tokens + cached + written
        usd = self.price.usd(usage.input_tokens, cached, written, usage.output_tokens)
        took = round((time.monotonic() - started) * 1000)
        return Call(prompt.role, self.model, tokens_in, cached, usage.output_tokens, usd, took, str(message.model or "")[:LONGEST_NAME])


def connect(model: str, key: str, base_url: str, price: ModelPrice, timeout: float) -> AnthropicModel:
    """Nothing is asked yet. The SDK does not try again by itself: that is decided in bot/model/resilient.py."""
    return AnthropicModel(AsyncAnthropic(api_key=key, base_url=base_url, max_retries=0, timeout=timeout), model, price)


def _output(model: str, prompt: Prompt) -> OutputConfigParam:
    """The SDK takes out of the schema what the API does not know, and says it in a description instead."""
    schema = transform_schema(dict(prompt.schema))
    if model.startswith(PLAIN):
        return {"format": {"type": "json_schema", "schema": schema}}
    return {"format": {"type": "json_schema", "schema": schema}, "effort": "low"}


def _thinking(model: str) -> ThinkingConfigDisabledParam | Omit:
    """Newer models think by default, at the price of seconds and tokens that a label is not worth."""
    return omit if model.startswith(PLAIN) else {"type": "disabled"}


def _text(message: Message, model: str, prompt: Prompt, call: Call) -> str:
    if message.stop_reason == "refusal":
        raise Unusable(f"{model} refused to answer about this mail.", (call,))
    if message.stop_reason in ("max_tokens", "model_context_window_exceeded"):
        raise Unusable(f"{model} did not come to an end within {prompt.most_tokens} tokens.", (call,))
    return "".join(block.text for block in message.content if isinstance(block, TextBlock))


@asynccontextmanager
async def _translated(model: str) -> AsyncIterator[None]:
    try:
        yield
    except anthropic.APIStatusError as error:
        raise _refused(error, model) from error
    except anthropic.APITimeoutError as error:
        raise Temporary("Anthropic did not answer in time.") from error
    except anthropic.APIConnectionError as error:
        raise Temporary(f"Anthropic could not be reached ({type(error.__cause__ or error).__name__}).") from error
    except (anthropic.AnthropicError, ValueError, TypeError, AttributeError) as error:
        raise Temporary(f"Anthropic answered something that is not its API's ({type(error).__name__}).") from error


def _refused(error: anthropic.APIStatusError, model: str) -> Temporary | Permanent | Misconfigured:
    status, said, wait = error.status_code, _said(error), retry_after(error.response.headers)
    match status:
        case 401:
            return Misconfigured(KEY, "Anthropic does not accept this key. Copy a valid one from its console.")
        case 403:
            return Misconfigured(KEY, f"Anthropic does not let this key use {model}. Give its workspace access.")
        case 404:
            return Misconfigured(f"model {model}", "Anthropic has no such model for us. Correct its name under [models].")
        case 402 | 400 if status == 402 or "credit balance" in said or "usage limits" in said:
            return Misconfigured(KEY, "the credit at Anthropic is used up. Add some, or raise the limit in its console.")
        case 429 if wait is None:
            return Misconfigured(KEY, f"Anthropic's spend limit is reached ({said}). Raise it in its console.")
        case 408 | 409 | 429:
            return Temporary("Anthropic asks us to slow down.", wait)
        case 413:
            return Unusable(f"This mail is too long for {model}.")
        case _ if status >= 500:
            return Temporary(f"Anthropic {'is overloaded' if status == 529 else 'failed'} (status {status}).", wait)
        case _ if "prompt is too long" in said or "exceed context limit" in said:
            return Unusable(f"This mail is too long for {model}.")
        case _ if "content filtering policy" in said:
            return Unusable("Anthropic's content filter refused this mail.")
        case _:
            return Permanent(f"Anthropic refused the call (status {status}): {said}")


def _said(error: anthropic.APIStatusError) -> str:
    """The sentence of the error's body."""
    inner = error.body.get("error") if isinstance(error.body, dict) else None
    return str(inner.get("message", "") if isinstance(inner, dict) else error.message)[:300]
