"""One contract for every adapter, over the real SDKs: what an answer is, and what each error means to us."""

import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model.compatible import CompatibleModel
from bot.model.errors import Unusable
from bot.model.resilient import Adapter
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.prompt import Call
from sandbox.models.serve import LocalModels
from sandbox.models.settings import Fault, Kind, ModelsSettings
from tests.bot.model.asking import PRICES, PROMPT, Connect, anthropic_model, compatible_model, local_models, openai_model

ADAPTERS = [openai_model, anthropic_model, compatible_model]
SENTENCES: list[tuple[Kind, type[Exception], str]] = [
    ("unauthorized", Misconfigured, "key"),
    ("forbidden", Misconfigured, "does not let this key"),
    ("not_found", Misconfigured, "no such model"),
    ("quota", Misconfigured, "used up"),
    ("rate_limited", Temporary, "slow down"),
    ("server_error", Temporary, "500"),
    ("unavailable", Temporary, "503"),
    ("overloaded", Temporary, "status 5"),
    ("malformed", Temporary, "not its API's"),
    ("drop", Temporary, "could not be reached|not its API"),
    ("hang", Temporary, "in time"),
    ("too_long", Unusable, "too long"),
    ("filtered", Unusable, "filter"),
    ("refusal", Unusable, "refused to answer"),
    ("truncated", Unusable, "come to an end"),
    ("bad_request", Permanent, "refused the call"),
]


@pytest.fixture
async def models() -> AsyncIterator[LocalModels]:
    async with local_models() as running:
        yield running


@pytest.mark.parametrize("connect", ADAPTERS)
async def test_an_answer_follows_the_schema_and_tells_its_price(models: LocalModels, connect: Connect) -> None:
    model = connect(models)
    answer = await model.ask(PROMPT)
    read = json.loads(answer.text)
    assert read == {"intent": "pricing", "confidence": 0.93, "quotes": [PROMPT.varying]}
    (call,) = answer.calls
    assert call.role == "classify"
    assert model.version.endswith(call.model)
    assert call.tokens_in > 50
    assert call.tokens_out > 5
    assert call.cached_in == 0
    price = PRICES.models.get(call.model)
    assert call.usd == pytest.approx(price.usd(call.tokens_in, 0, 0, call.tokens_out) if price else 0.0)
    await model.close()


@pytest.mark.parametrize("connect", ADAPTERS)
@pytest.mark.parametrize(("kind", "error", "said"), SENTENCES)
async def test_each_error_is_one_of_ours_with_a_sentence(
    models: LocalModels, connect: Connect, kind: Kind, error: type[Exception], said: str
) -> None:
    model = connect(models, timeout=0.3 if kind == "hang" else 5.0)
    wait = 3.0 if kind == "rate_limited" else None
    models.world.faults.append(Fault(kind, retry_after=wait))
    with pytest.raises(error, match=said) as caught:
        await model.ask(PROMPT)
    assert type(caught.value) is error
    if kind == "rate_limited":
        assert isinstance(caught.value, Temporary)
        assert caught.value.retry_after == timedelta(seconds=3)
    if kind in ("refusal", "truncated"):
        assert isinstance(caught.value, Unusable)
        assert caught.value.calls[0].tokens_in > 50, "what was charged is told all the same"
    assert json.loads((await model.ask(PROMPT)).text), "the next call works"
    await model.close()


@pytest.mark.parametrize("connect", ADAPTERS)
async def test_a_wrong_key_is_named_and_never_shown(models: LocalModels, connect: Connect) -> None:
    model = connect(models, key="sk-secret-and-wrong")
    asked: tuple[Awaitable[object], ...] = (model.ask(PROMPT), model.probe())
    for ask in asked:
        with pytest.raises(Misconfigured) as caught:
            await ask
        assert "KEY" in caught.value.thing.upper()
        assert "sk-secret" not in str(caught.value)
    await model.close()


@pytest.mark.parametrize("connect", ADAPTERS)
async def test_the_sdk_tries_once(models: LocalModels, connect: Connect) -> None:
    model = connect(models)
    models.world.faults.append(Fault("server_error", times=5))
    with pytest.raises(Temporary):
        await model.ask(PROMPT)
    assert models.world.faults[0].times == 4
    await model.close()


async def test_openai_caches_a_long_beginning_by_itself(models: LocalModels) -> None:
    long, model = replace(PROMPT, stable=PROMPT.stable + "\nsupport: the app does not start" * 300), openai_model(models)
    first, second = (await model.ask(long)).calls[0], (await model.ask(long)).calls[0]
    assert first.cached_in == 0
    assert 0 < second.cached_in < second.tokens_in
    assert second.usd < first.usd
    await model.close()


async def test_anthropic_is_asked_to_cache_only_what_is_long_enough(models: LocalModels) -> None:
    long, model = replace(PROMPT, stable=PROMPT.stable + "\nsupport: the app does not start" * 900), anthropic_model(models)
    await model.ask(PROMPT)
    assert "cache_control" not in str(models.world.bodies[-1])
    first, second = (await model.ask(long)).calls[0], (await model.ask(long)).calls[0]
    assert "cache_control" in str(models.world.bodies[-1])
    assert models.world.asked[-1].system == long.stable, "nothing is added to it"
    price = PRICES.models["claude-haiku-5-5"]
    assert first.cached_in == 0
    assert first.usd > price.usd(first.tokens_in, 0, 0, first.tokens_out), "putting it into the cache costs more"
    assert second.cached_in > 4096
    assert second.usd < first.usd / 5
    assert second.tokens_in == first.tokens_in
    await model.close()


@pytest.mark.parametrize(("knows", "requests"), [("json_object", 2), ("text", 3)])
async def test_a_server_that_knows_less_is_asked_in_its_own_way_from_then_on(knows: str, requests: int) -> None:
    settings = ModelsSettings(knows="json_object" if knows == "json_object" else "text", models=("llama3.1:8b",))
    async with local_models(settings) as models:
        model = compatible_model(models)
        assert isinstance(model, CompatibleModel)
        assert json.loads((await model.ask(PROMPT)).text)["intent"] == "pricing"
        assert model.form == knows
        assert len(models.world.bodies) == requests
        await model.ask(PROMPT)
        assert len(models.world.bodies) == requests + 1
        assert "schema" in await model.probe()
        await model.close()


@pytest.mark.parametrize("connect", [openai_model, anthropic_model])
async def test_a_hosted_answer_says_which_snapshot_gave_it(connect: Connect) -> None:
    async with local_models(ModelsSettings(answers_as="another-2027-01-01")) as models:
        model = connect(models)
        (call,) = (await model.ask(PROMPT)).calls
        assert (call.answered_as, call.drifted) == ("another-2027-01-01", True)
        await model.close()


async def test_a_server_of_the_house_may_call_its_model_what_it_likes() -> None:
    async with local_models(ModelsSettings(answers_as="/srv/llama.gguf")) as models:
        model = compatible_model(models)
        (call,) = (await model.ask(PROMPT)).calls
        assert (call.answered_as, call.drifted) == ("", False)
        await model.close()


@pytest.mark.parametrize(
    ("asked", "answered", "drifted"),
    [
        ("gpt-4o-mini", "gpt-4o-mini", False),
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18", False),
        ("gpt-4o-mini", "", False),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001", False),
        ("claude-haiku-latest", "claude-haiku-20251001", False),
        ("gpt-4o", "gpt-4o-mini-2024-07-18", True),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini-2027-01-01", True),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", True),
        ("gpt-4o", "llama", True),
    ],
)
def test_another_model_than_was_asked_is_noticed(asked: str, answered: str, drifted: bool) -> None:
    assert Call("classify", asked, 1, 0, 1, 0.0, 1, answered).drifted is drifted


async def test_the_doctor_hears_which_models_a_server_has() -> None:
    async with local_models(ModelsSettings(models=("mistral:7b",))) as models:
        model = compatible_model(models)
        with pytest.raises(Misconfigured, match="It has: mistral:7b"):
            await model.probe()
        await model.close()


@pytest.mark.parametrize("connect", [openai_model, anthropic_model])
async def test_the_doctor_opens_a_model_with_the_key(models: LocalModels, connect: Connect) -> None:
    model: Adapter = connect(models)
    assert await model.probe() == "The key opens it."
    assert models.world.asked == [], "and pays nothing for it"
    await model.close()
