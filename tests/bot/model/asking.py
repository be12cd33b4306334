"""What the tests of models share: a prompt, the stand-in, the adapters on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from bot.house import read_model_prices
from bot.model import anthropic, compatible, openai
from bot.model.resilient import Adapter
from pipeline.prompt import Prompt
from sandbox.models.brain import sensible
from sandbox.models.serve import LocalModels, start
from sandbox.models.settings import Brain, ModelsSettings

ROOT = Path(__file__).resolve().parents[3]
PRICES = read_model_prices(ROOT / "policies")
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "intent": {"type": "string", "enum": ["pricing", "support", "none"]},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "quotes": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["intent", "confidence", "quotes"],
    "additionalProperties": False,
}
STABLE = "Name the intent. Output strict JSON only.\npricing: what plans and seats cost\nsupport: something is broken\nnone: neither"
PROMPT = Prompt("classify", "v1", STABLE, "What would the Team plan cost for 40 seats?", SCHEMA, 200, "carla@customers.example")


class Connect(Protocol):
    """How a test gets an adapter on the stand-in."""

    def __call__(self, models: LocalModels, model: str = ..., key: str = ..., timeout: float = ...) -> Adapter: ...


def openai_model(models: LocalModels, model: str = "gpt-4o-mini", key: str = "sk-local", timeout: float = 5.0) -> Adapter:
    return openai.connect(model, key, models.openai_url, PRICES.models["gpt-4o-mini"], timeout)


def anthropic_model(models: LocalModels, model: str = "claude-haiku-5-5", key: str = "sk-ant-local", timeout: float = 5.0) -> Adapter:
    return anthropic.connect(model, key, models.anthropic_url, PRICES.models["claude-haiku-5-5"], timeout)


def compatible_model(models: LocalModels, model: str = "llama3.1:8b", key: str = "sk-local", timeout: float = 5.0) -> Adapter:
    return compatible.connect("house", model, key, models.openai_url, None, timeout)


@asynccontextmanager
async def local_models(settings: ModelsSettings | None = None, brain: Brain = sensible) -> AsyncIterator[LocalModels]:
    models = await start(settings or ModelsSettings(), brain)
    try:
        yield models
    finally:
        await models.stop()
