"""Any server that speaks OpenAI's chat API (Ollama, vLLM, llama.cpp), however much of structured output it knows."""

import json
import logging
import time
from dataclasses import dataclass
from typing import Any, Literal

import openai
from openai import AsyncOpenAI, Omit, omit
from openai.types.chat import ChatCompletion

from bot.model.completions import Origin, answered, messages, plainly, translated
from bot.model.openai import strict
from pipeline.errors import Misconfigured
from pipeline.policy.content import ModelPrice
from pipeline.prompt import Answer, Prompt

log = logging.getLogger(__name__)

Form = Literal["json_schema", "json_object", "text"]
NEXT: dict[Form, Form] = {"json_schema": "json_object", "json_object": "text"}
SAID: dict[Form, str] = {
    "json_schema": "It follows JSON schemas.",
    "json_object": "It writes JSON, but knows no json_schema: the schema is put into the prompt, and answers are checked.",
    "text": "It knows no structured output: the schema is put into the prompt, and answers that are not JSON are not used.",
}
KEYLESS = "none"
"""The SDK wants a key even for a server that asks for none."""


@dataclass(slots=True)
class CompatibleModel:
    """One model of one server. Implements LanguageModel; `form` is the most that the server was found to know."""

    client: AsyncOpenAI
    origin: Origin
    name: str
    form: Form = "json_schema"

    @property
    def version(self) -> str:
        return f"{self.name}/{self.origin.model}"

    async def ask(self, prompt: Prompt) -> Answer:
        """Raises Temporary, Permanent, Unusable, and Misconfigured for a wrong key or model."""
        started = time.monotonic()
        async with translated(self.origin):
            completion = await self._asked(prompt)
            return answered(completion, prompt, self.origin, started)

    async def probe(self) -> str:
        """For the doctor: whether the server has the model, and how much of structured output it knows."""
        async with translated(self.origin):
            known = [model.id async for model in await self.client.models.list()]
        if self.origin.model not in known and f"{self.origin.model}:latest" not in known:
            listed = ", ".join(known[:5]) or "none"
            raise Misconfigured(f"model {self.origin.model}", f"{self.origin.provider} does not have it. It has: {listed}.")
        await self.ask(TRIAL)
        return SAID[self.form]

    async def close(self) -> None:
        await self.client.close()

    async def _asked(self, prompt: Prompt) -> ChatCompletion:
        """Ask in the best form that the server is not known to refuse, and remember what it refuses."""
        while True:
            form = self.form
            try:
                return await self._ask_as(form, prompt)
            except openai.APIStatusError as error:
                if form not in NEXT or not _knows_not(error):
                    raise
                if self.form == form:
                    self.form = NEXT[form]
                    log.warning("%s refuses %s. %s", self.origin.provider, form, SAID[self.form])

    async def _ask_as(self, form: Form, prompt: Prompt) -> ChatCompletion:
        stable = prompt.stable if form == "json_schema" else f"{prompt.stable}\n\n{_told(prompt)}"
        return await self.client.chat.completions.create(
            model=self.origin.model,
            messages=(),
            extra_body=plainly(messages(stable, prompt.varying), _format(form, prompt)),
            max_tokens=prompt.most_tokens,
            temperature=0,
        )


def connect(name: str, model: str, key: str | None, base_url: str, price: ModelPrice | None, timeout: float) -> CompatibleModel:
    """`name` is the server's under [models.servers]. Nothing is asked yet."""
    client = AsyncOpenAI(api_key=key or KEYLESS, base_url=base_url, max_retries=0, timeout=timeout)
    return CompatibleModel(client, Origin(f"The model server {name}", f"models.servers.{name}.key_env", model, price), name)


TRIAL = Prompt(
    role="summary",
    version="trial",
    stable="Answer with JSON.",
    varying="Say that you are well.",
    schema={"type": "object", "properties": {"well": {"type": "boolean"}}, "required": ["well"], "additionalProperties": False},
    most_tokens=50,
    asked_for="",
)


def _format(form: Form, prompt: Prompt) -> Any | Omit:
    """llama.cpp constrains its answer by the schema beside json_object; others ignore it there."""
    match form:
        case "json_schema":
            return strict(prompt)
        case "json_object":
            return {"type": "json_object", "schema": dict(prompt.schema)}
        case "text":
            return omit


def _told(prompt: Prompt) -> str:
    return f"Answer with one JSON object that matches this JSON Schema, and nothing else:\n{json.dumps(prompt.schema, sort_keys=True)}"


def _knows_not(error: openai.APIStatusError) -> bool:
    """Whether the server refuses the form of the answer: every one says it in other words, some with status 500."""
    said = error.message
    return error.status_code in (400, 415, 422, 500, 501) and any(
        word in said for word in ("response_format", "json_schema", "json_object", "guided", "grammar", "structured")
    )
