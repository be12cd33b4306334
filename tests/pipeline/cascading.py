"""What the tests of the cascade share: a house with a language model that says what a test wants."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.email import Span
from pipeline.errors import Permanent, Temporary
from pipeline.house import House
from pipeline.ports import IntentScore
from pipeline.prompt import Answer, Call, Prompt, Role
from tests.pipeline.letters import Scripted, house

LIKELY: Mapping[str, float] = {"support": 0.6, "pricing": 0.2, "invoice": 0.1, "scheduling": 0.05, "legal": 0.05}
ROLES: tuple[Role, ...] = ("classify", "draft")


@dataclass(slots=True)
class Spoken:
    """A LanguageModel that answers every prompt of a role so, or fails so, after a while; it keeps what it was asked."""

    says: Callable[[Prompt], str]
    failure: Temporary | Permanent | None = None
    seconds: Mapping[Role, float] = field(default_factory=dict)
    asked: list[Prompt] = field(default_factory=list)
    version: str = "spoken-1"

    async def ask(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt)
        await asyncio.sleep(self.seconds.get(prompt.role, 0.0))
        if self.failure:
            raise self.failure
        return Answer(self.says(prompt), (Call(prompt.role, "gpt-4o-mini", 400, 0, 60, 0.0001, 500),))

    def asked_for(self, role: Role) -> list[Prompt]:
        return [prompt for prompt in self.asked if prompt.role == role]


class NoNames:
    """A NameFinder that knows English and finds nothing."""

    languages = frozenset({"en", "und"})

    async def find(self, text: str) -> Sequence[Span]:
        return ()


def said(*intents: str, **more: object) -> str:
    """An answer in the form that is asked for."""
    whole = {"intents": intents, "urgency": "normal", "owner": "sales", "flags": [], "confidence": 0.9, "evidence": []}
    return json.dumps({**whole, **more})


def speaking(model: Spoken, local: Mapping[str, float] = LIKELY, roles: Sequence[Role] = ("classify",)) -> House:
    """The house whose local model gives these scores, and this language model beside it."""
    scores = [IntentScore(name, score) for name, score in local.items()]
    rest = [IntentScore(name, 0.0) for name in house().intents if name not in local]
    return replace(house(), model=Scripted([*scores, *rest]), names=NoNames(), language_models=dict.fromkeys(roles, model))


def always(text: str) -> Spoken:
    return Spoken(lambda _: text)
