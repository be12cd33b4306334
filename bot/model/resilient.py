"""One LanguageModel out of several: who is asked, how long and how often, and when nobody is."""

import asyncio
import logging
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Protocol

from bot.model.breaker import Breaker
from bot.model.errors import Unusable, is_object
from bot.model.limits import Purse, Reserved, Senders
from bot.model.metrics import Asked, ModelMetrics
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.policy.content import ModelPrice
from pipeline.ports import LanguageModel
from pipeline.prompt import Answer, Call, Prompt, Role

log = logging.getLogger(__name__)

TRIES = 2
FIRST_WAIT = 0.3
"""Seconds before the second try where the provider names none."""
WORTH_WAITING = 2.0
"""Seconds that a busy provider is waited for while another could be asked."""
SHORTEST = 0.5
"""Seconds that a call must have left to be begun."""
AROUND = 1000
"""Tokens that providers add around a prompt and its schema, at the most."""


class Adapter(Protocol):
    """One model of one provider."""

    @property
    def version(self) -> str: ...
    async def ask(self, prompt: Prompt) -> Answer:
        """Raises Temporary, Permanent (Unusable where only this prompt is concerned), Misconfigured."""
        ...

    async def probe(self) -> str: ...
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Provider:
    """What all models of one provider share: how many calls at a time, and whether it is left alone."""

    name: str
    breaker: Breaker
    slots: asyncio.Semaphore


@dataclass(frozen=True, slots=True)
class Option:
    """A model that may be asked; without a price it is free."""

    model: Adapter
    provider: Provider
    price: ModelPrice | None

    def most(self, prompt: Prompt) -> float:
        """The most dollars that the prompt can cost: no token is shorter than a byte."""
        if self.price is None:
            return 0.0
        size = len(prompt.stable.encode("utf-8", "replace")) + len(prompt.varying.encode("utf-8", "replace")) + len(str(prompt.schema))
        return self.price.most(size + AROUND, prompt.most_tokens)


@dataclass(slots=True)
class _Asking:
    """One question on its way through the options."""

    prompt: Prompt
    ends: float
    calls: list[Call] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    malformed: Answer | None = None

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    def note(self, sentence: str) -> None:
        if sentence not in self.why:
            self.why.append(sentence)


@dataclass(frozen=True, slots=True)
class Resilient:
    """Asks the first option of a role that can answer. Implements LanguageModel."""

    options: Mapping[Role, Sequence[Option]]
    purse: Purse
    senders: Senders
    metrics: ModelMetrics
    timeout: float
    deadline: float

    @property
    def version(self) -> str:
        """Digest of which models are asked for which role, in which order."""
        order = {role: [option.model.version for option in options] for role, options in self.options.items()}
        return f"models:{sha256(repr(sorted(order.items())).encode()).hexdigest()[:12]}"

    @property
    def by_role(self) -> Mapping[Role, LanguageModel]:
        """Itself, for each role that has a model."""
        return {role: self for role, options in self.options.items() if options}

    async def ask(self, prompt: Prompt) -> Answer:
        """Raises Temporary, within `deadline` s, where nobody may be asked or nobody answers."""
        options = self.options.get(prompt.role, ())
        if not options:
            raise Temporary(f"No model is configured for {prompt.role}.")
        await self.senders.spend(prompt.asked_for)
        asking = _Asking(prompt, time.monotonic() + self.deadline)
        for number, option in enumerate(options):
            last = number == len(options) - 1
            answer = await self._try(option, asking, patience=asking.left if last else WORTH_WAITING)
            if answer is not None:
                return Answer(answer.text, tuple(asking.calls))
        if asking.malformed is not None:
            return Answer(asking.malformed.text, tuple(asking.calls))
        raise _nobody(asking, options)

    async def _try(self, option: Option, asking: _Asking, patience: float) -> Answer | None:
        """Its answer, None where it has none: then `asking` knows why."""
        for attempt in range(TRIES):
            try:
                return await self._once(option, asking)
            except Temporary as busy:
                asking.note(busy.sentence)
                wait = busy.retry_after.total_seconds() if busy.retry_after else _backoff(attempt)
                if attempt == TRIES - 1 or wait > min(patience, asking.left - SHORTEST):
                    return None
                await asyncio.sleep(wait)
            except _NotNow as reason:
                asking.note(str(reason))
                return None
        return None

    async def _once(self, option: Option, asking: _Asking) -> Answer:
        """One call, counted. Raises Temporary where another try may help, _NotNow where another option may."""
        try:
            async with asyncio.timeout(asking.left):
                await option.provider.slots.acquire()
        except TimeoutError:
            raise _NotNow(f"{option.provider.name} has no free place.") from None
        try:
            reserved = await self._reserved(option, asking.prompt)
            if asking.left < SHORTEST:
                self.purse.settle(reserved, 0.0)
                raise _NotNow("The time for an answer is over.")
            ticket = option.provider.breaker.admit()
            if ticket is None:
                self.purse.settle(reserved, 0.0)
                self.metrics.ended(option.model.version, asking.prompt.role, "left_alone", 0.0)
                raise _NotNow(_left_alone(option))
            return await self._call(option, asking, ticket, reserved)
        finally:
            option.provider.slots.release()

    async def _reserved(self, option: Option, prompt: Prompt) -> Reserved:
        try:
            return await self.purse.reserve(option.most(prompt))
        except Temporary as refused:
            self.metrics.ended(option.model.version, prompt.role, "over_budget", 0.0)
            raise _NotNow(refused.sentence) from refused

    async def _call(self, option: Option, asking: _Asking, ticket: int, reserved: Reserved) -> Answer:
        """One call with its books: what became of it, for the breaker, the purse and the figures."""
        started, ended = time.monotonic(), _Ended("abandoned")
        try:
            ended = await _ended(option, asking.prompt, min(self.timeout, asking.left))
        finally:
            _tell(option.provider, ticket, ended.outcome)
            self.purse.settle(reserved, _spent(ended, reserved))
            asking.calls += ended.calls
            self.metrics.charged(option.model.version, ended.calls)
            _warn(option, ended.calls)
            self.metrics.ended(option.model.version, asking.prompt.role, ended.outcome, time.monotonic() - started)
        match ended.outcome:
            case "answered":
                assert ended.answer is not None
                return ended.answer
            case "failed":
                raise Temporary(ended.sentence, ended.retry_after)
            case "malformed":
                asking.malformed = ended.answer
        raise _NotNow(ended.sentence)


class _NotNow(Exception):
    """This option has no answer, and asking it again does not help."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a call ended."""

    outcome: Asked
    sentence: str = ""
    calls: tuple[Call, ...] = ()
    answer: Answer | None = None
    retry_after: timedelta | None = None


async def _ended(option: Option, prompt: Prompt, seconds: float) -> _Ended:
    try:
        async with asyncio.timeout(seconds):
            answer = await option.model.ask(prompt)
    except TimeoutError:
        return _Ended("late", f"{option.provider.name} did not answer within {seconds:.0f} s.")
    except Temporary as busy:
        return _Ended("failed", busy.sentence, retry_after=busy.retry_after)
    except Unusable as unusable:
        return _Ended("unusable", unusable.sentence, unusable.calls)
    except Permanent as refused:
        log.warning("%s", refused)
        return _Ended("refused", refused.sentence)
    except Misconfigured as wrong:
        log.error("%s", wrong)
        return _Ended("misconfigured", str(wrong))
    if not is_object(answer.text):
        return _Ended("malformed", f"{option.model.version} did not answer in JSON.", answer.calls, answer)
    return _Ended("answered", "", answer.calls, answer)


def _spent(ended: _Ended, reserved: Reserved) -> float:
    """What to book: a call that was cut off, or told no tokens, may have been charged in full."""
    match ended.outcome:
        case "late" | "abandoned":
            return reserved.usd
        case "answered" | "malformed":
            return sum(call.usd for call in ended.calls) if any(call.tokens_in for call in ended.calls) else reserved.usd
        case _:
            return sum(call.usd for call in ended.calls)


def _tell(provider: Provider, ticket: int, outcome: Asked) -> None:
    """What a single mail can bring about (a refusal, a filter, a rejected request) is no failure of the provider."""
    breaker = provider.breaker
    match outcome:
        case "answered" | "unusable":
            breaker.succeeded(ticket)
        case "malformed" | "late" | "failed" | "misconfigured":
            breaker.failed(ticket)
            if breaker.state == "open":
                log.warning("%s failed too often and is left alone for %.0f s.", provider.name, breaker.reopens_in)
        case _:
            breaker.abandoned(ticket)


def _warn(option: Option, calls: Sequence[Call]) -> None:
    for call in calls:
        if call.drifted:
            log.warning("%s answered as %s, which is another model than was asked for.", option.model.version, call.answered_as)


def _left_alone(option: Option) -> str:
    return f"{option.provider.name} failed too often, so it is left alone for a moment."


def _backoff(attempt: int) -> float:
    return FIRST_WAIT * 2.0**attempt * random.uniform(0.5, 1.5)  # noqa: S311  # it spreads tries, it guards nothing


def _nobody(asking: _Asking, options: Sequence[Option]) -> Temporary:
    opens = min(option.provider.breaker.reopens_in for option in options)
    return Temporary("No model answered. " + " ".join(asking.why), timedelta(seconds=opens) if opens else None)
