"""OpenAI: chat completions whose answer follows a strict JSON schema."""

import time
from dataclasses import dataclass

from openai import AsyncOpenAI, Omit, omit
from openai.types.shared_params import ResponseFormatJSONSchema

from bot.model.completions import Origin, answered, messages, plainly, translated
from pipeline.policy.content import ModelPrice
from pipeline.prompt import Answer, Prompt


@dataclass(frozen=True, slots=True)
class OpenAIModel:
    """One model at OpenAI. Implements LanguageModel."""

    client: AsyncOpenAI
    origin: Origin

    @property
    def version(self) -> str:
        return f"openai/{self.origin.model}"

    async def ask(self, prompt: Prompt) -> Answer:
        """Raises Temporary, Permanent, Unusable, and Misconfigured for a wrong key or model."""
        started = time.monotonic()
        async with translated(self.origin):
            completion = await self.client.chat.completions.create(
                model=self.origin.model,
                messages=(),
                extra_body=plainly(messages(prompt.stable, prompt.varying), strict(prompt)),
                max_completion_tokens=prompt.most_tokens,
                temperature=_temperature(self.origin.model),
            )
            return answered(completion, prompt, self.origin, started)

    async def probe(self) -> str:
        """For the doctor: whether the key opens this model."""
        async with translated(self.origin):
            await self.client.models.retrieve(self.origin.model)
        return "The key opens it."

    async def close(self) -> None:
        await self.client.close()


def connect(model: str, key: str, base_url: str, price: ModelPrice, timeout: float) -> OpenAIModel:
    """Nothing is asked yet. The SDK does not try again by itself: that is decided in bot/model/resilient.py."""
    client = AsyncOpenAI(api_key=key, base_url=base_url, max_retries=0, timeout=timeout)
    return OpenAIModel(client, Origin("OpenAI", "OPENAI_API_KEY", model, price, hosted=True))


def strict(prompt: Prompt) -> ResponseFormatJSONSchema:
    return {"type": "json_schema", "json_schema": {"name": prompt.role, "schema": dict(prompt.schema), "strict": True}}


def _temperature(model: str) -> float | Omit:
    """Models that reason refuse any temperature."""
    return 0.0 if model.startswith("gpt-4") else omit
