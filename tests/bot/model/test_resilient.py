"""Several models as one: retries, fallbacks, breakers, budgets, over the real SDKs, Postgres and Redis."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from bot.model import choice
from bot.model.limits import Purse
from bot.model.metrics import ModelMetrics
from bot.model.resilient import Resilient
from bot.model.settings import ModelKeys, ModelsSettings
from bot.store.calls import Till
from bot.store.database import Database, connect
from pipeline.errors import Misconfigured, Temporary
from sandbox.models.serve import LocalModels
from sandbox.models.settings import Fault
from sandbox.models.settings import ModelsSettings as LocalSettings
from tests.bot.model.asking import PRICES, PROMPT, local_models

KEYS = ModelKeys(openai=SecretStr("sk-local"), anthropic=SecretStr("sk-ant-local"))


@pytest.fixture
async def store(database: str) -> AsyncIterator[Database]:
    pool = await connect(database, name="test", size=4)
    yield pool
    await pool.close()


@pytest.fixture
async def models() -> AsyncIterator[LocalModels]:
    async with local_models() as running:
        yield running


@asynccontextmanager
async def resilient(models: LocalModels, store: Database, redis_url: str, **given: object) -> AsyncIterator[tuple[Resilient, ModelMetrics]]:
    at = {"openai_url": models.openai_url, "anthropic_url": models.anthropic_url}
    settings, metrics = ModelsSettings.model_validate({**at, **given}), ModelMetrics.fresh()
    async with Redis.from_url(redis_url) as redis:
        picks = choice.picks(settings, KEYS, PRICES)
        async with choice.connected(settings, picks, store, redis, metrics) as made:
            assert made is not None
            yield made, metrics


def counted(metrics: ModelMetrics, outcome: str) -> dict[str, float]:
    """How many calls ended so, by model."""
    samples = (sample for metric in metrics.calls.collect() for sample in metric.samples if sample.name.endswith("_total"))
    return {sample.labels["model"]: sample.value for sample in samples if sample.labels["outcome"] == outcome}


async def test_the_first_answers_while_it_can(models: LocalModels, store: Database, redis_url: str) -> None:
    async with resilient(models, store, redis_url) as (model, metrics):
        answer = await model.ask(PROMPT)
        assert json.loads(answer.text)["intent"] == "pricing"
        assert [call.model for call in answer.calls] == ["gpt-4o-mini-2024-07-18"]
        assert counted(metrics, "answered") == {"openai/gpt-4o-mini-2024-07-18": 1}
        assert metrics.registry.get_sample_value("triage_model_breaker", {"provider": "openai"}) == 0
        dollars = {"model": "openai/gpt-4o-mini-2024-07-18", "role": "classify"}
        assert metrics.registry.get_sample_value("triage_model_dollars_total", dollars) == answer.calls[0].usd


@pytest.mark.parametrize("kind", ["unauthorized", "not_found", "quota", "too_long", "bad_request", "hang"])
async def test_what_a_retry_cannot_help_goes_to_the_next_at_once(models: LocalModels, store: Database, redis_url: str, kind: str) -> None:
    models.world.faults.append(Fault(kind, api="openai"))  # type: ignore[arg-type]  # one of the kinds
    async with resilient(models, store, redis_url, timeout_seconds=0.5) as (model, _):
        assert [call.model for call in (await model.ask(PROMPT)).calls] == ["claude-haiku-5-5"]


async def test_a_busy_provider_is_asked_again_when_it_said_so(models: LocalModels, store: Database, redis_url: str) -> None:
    models.world.faults.append(Fault("rate_limited", api="openai", retry_after=0.4))
    async with resilient(models, store, redis_url) as (model, metrics):
        started = time.monotonic()
        assert (await model.ask(PROMPT)).calls[0].model == "gpt-4o-mini-2024-07-18"
        assert time.monotonic() - started >= 0.4
        models.world.faults.append(Fault("rate_limited", api="openai", retry_after=60.0))
        assert (await model.ask(PROMPT)).calls[0].model == "claude-haiku-5-5", "nobody waits a minute while another could answer"
        assert counted(metrics, "failed") == {"openai/gpt-4o-mini-2024-07-18": 2}


async def test_what_a_refusal_cost_is_told_with_the_answer_of_the_next(models: LocalModels, store: Database, redis_url: str) -> None:
    models.world.faults.append(Fault("truncated", api="openai"))
    async with resilient(models, store, redis_url) as (model, _):
        assert [call.model for call in (await model.ask(PROMPT)).calls] == ["gpt-4o-mini-2024-07-18", "claude-haiku-5-5"]


async def test_an_answer_that_is_no_json_is_the_last_resort(models: LocalModels, store: Database, redis_url: str) -> None:
    models.world.faults.append(Fault("not_json", api="openai"))
    async with resilient(models, store, redis_url) as (model, metrics):
        assert json.loads((await model.ask(PROMPT)).text)
        models.world.faults += [Fault("not_json", api="openai"), Fault("not_json", api="anthropic")]
        answer = await model.ask(PROMPT)
        assert answer.text == "Sure! Here you go."
        assert len(answer.calls) == 2
        assert counted(metrics, "malformed")["openai/gpt-4o-mini-2024-07-18"] == 2


async def test_nobody_waits_longer_than_the_deadline(models: LocalModels, store: Database, redis_url: str) -> None:
    models.world.faults.append(Fault("hang", times=9))
    async with resilient(models, store, redis_url, timeout_seconds=1.0, deadline_seconds=1.6) as (model, _):
        started = time.monotonic()
        with pytest.raises(Temporary, match="did not answer within"):
            await model.ask(PROMPT)
        assert time.monotonic() - started < 2.5


async def test_a_provider_that_fails_is_left_alone_and_nobody_waits_for_it(models: LocalModels, store: Database, redis_url: str) -> None:
    models.world.down = {"openai", "anthropic"}
    async with resilient(models, store, redis_url) as (model, metrics):
        for _ in range(3):
            with pytest.raises(Temporary, match="503"):
                await model.ask(PROMPT)
        requests, started = len(models.world.bodies), time.monotonic()
        with pytest.raises(Temporary, match="left alone") as caught:
            await model.ask(PROMPT)
        assert time.monotonic() - started < 0.2
        assert len(models.world.bodies) == requests
        assert caught.value.retry_after is not None
        assert caught.value.retry_after <= timedelta(seconds=30)
        assert metrics.registry.get_sample_value("triage_model_breaker", {"provider": "openai"}) == 2


async def test_no_more_calls_at_once_than_allowed(store: Database, redis_url: str) -> None:
    busy, most = 0, 0

    async with local_models() as models:
        models.world.settings = replace(models.world.settings, latency=0.05)
        async with resilient(models, store, redis_url, concurrency=3, sender_calls_day=100) as (model, _):
            asked = model.options["classify"][0].provider.slots

            async def watch() -> None:
                nonlocal busy, most
                while True:
                    busy = 3 - asked._value
                    most = max(most, busy)
                    await asyncio.sleep(0.005)

            watching = asyncio.create_task(watch())
            answers = await asyncio.gather(*(model.ask(PROMPT) for _ in range(12)))
            watching.cancel()
    assert len(answers) == 12
    assert most == 3


async def test_a_sender_s_calls_of_the_day_end(models: LocalModels, store: Database, redis_url: str) -> None:
    async with resilient(models, store, redis_url, sender_calls_day=6) as (model, _):
        for _ in range(3):
            await model.ask(PROMPT)
        with pytest.raises(Temporary, match="This sender's 6 calls"):
            await model.ask(replace(PROMPT, asked_for=PROMPT.asked_for.upper()))
        assert await model.ask(replace(PROMPT, asked_for="dora@customers.example"))


async def test_the_day_s_dollars_end_for_all_processes_together(models: LocalModels, store: Database, redis_url: str) -> None:
    most = 0.0015
    async with (
        resilient(models, store, redis_url, daily_dollars=most, sender_calls_day=1000) as (one, _),
        resilient(models, store, redis_url, daily_dollars=most, sender_calls_day=1000) as (other, metrics),
    ):
        spent, refusals = 0.0, list[str]()
        while len(refusals) < 2:
            for model in (one, other):
                try:
                    spent += sum(call.usd for call in (await model.ask(PROMPT)).calls)
                except Temporary as refused:
                    refusals.append(refused.sentence)
        assert all("budget of $0.00 for models is used up" in said for said in refusals)
        assert most * 0.3 < spent <= most
        assert counted(metrics, "over_budget")
    drawn = await store.run(lambda connection: connection.fetchval("select usd from model_spend"))
    assert drawn == pytest.approx(spent), "what was drawn and not spent is put back"


async def test_without_a_database_nothing_is_spent(models: LocalModels, store: Database, redis_url: str) -> None:
    async with resilient(models, store, redis_url) as (model, _):
        await store.pool.close()
        with pytest.raises(Temporary, match="database cannot say"):
            await model.ask(PROMPT)
        assert models.world.asked == []


async def test_the_purse_keeps_what_a_call_did_not_cost(store: Database) -> None:
    purse = Purse(Till(store), 1.0)
    for _ in range(190):
        reserved = await purse.reserve(0.1)
        purse.settle(reserved, 0.004)
    for _ in range(2):
        await purse.reserve(0.1)
    with pytest.raises(Temporary):
        await purse.reserve(0.1)
    drawn = await store.run(lambda connection: connection.fetchval("select usd from model_spend"))
    assert drawn <= 1.0


def test_the_defaults_ask_whoever_has_a_key() -> None:
    both = choice.picks(ModelsSettings(), KEYS, PRICES)
    assert [pick.name for pick in both["classify"]] == ["openai/gpt-4o-mini-2024-07-18", "anthropic/claude-haiku-5-5"]
    assert [pick.name for pick in both["qa"]] == ["openai/gpt-4o-2024-08-06", "anthropic/claude-haiku-5-5"]
    none = choice.picks(ModelsSettings(), ModelKeys(), PRICES)
    assert not any(none.values())
    assert "no key is set" in choice.told(none, ModelsSettings())
    local = ModelsSettings(local_only=True)
    assert not any(choice.picks(local, KEYS, PRICES).values())
    assert "local_only" in choice.told(choice.picks(local, KEYS, PRICES), local)


def test_complex_letters_are_the_drafts_models_work_unless_somebody_is_named() -> None:
    assert choice.picks(ModelsSettings(), KEYS, PRICES)["draft_complex"] == ()
    assert "draft_complex" not in choice.told(choice.picks(ModelsSettings(), KEYS, PRICES), ModelsSettings())
    higher = ModelsSettings(draft_complex=("openai/gpt-4o",))
    assert "draft_complex: openai/gpt-4o;" in choice.told(choice.picks(higher, KEYS, PRICES), higher)


async def test_another_snapshot_than_was_asked_for_is_logged_and_counted(
    store: Database, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        local_models(LocalSettings(answers_as="gpt-4o-mini-2024-07-18")) as models,
        resilient(models, store, redis_url) as (model, metrics),
    ):
        await model.ask(PROMPT)
        assert "another model" not in caplog.text
        models.world.settings = LocalSettings(answers_as="gpt-5-2027-01-01")
        await model.ask(PROMPT)
    assert "openai/gpt-4o-mini-2024-07-18 answered as gpt-5-2027-01-01, which is another model than was asked for." in caplog.text
    for snapshot in ("gpt-4o-mini-2024-07-18", "gpt-5-2027-01-01"):
        labels = {"model": "openai/gpt-4o-mini-2024-07-18", "snapshot": snapshot}
        assert metrics.registry.get_sample_value("triage_model_answers_total", labels) == 1


async def test_a_complex_letter_is_asked_of_its_own_model_and_charged_at_its_price(
    models: LocalModels, store: Database, redis_url: str
) -> None:
    async with resilient(models, store, redis_url, draft_complex=["openai/gpt-4o"]) as (model, _):
        assert "draft_complex" in model.by_role
        (plain,) = (await model.ask(replace(PROMPT, role="draft"))).calls
        (hard,) = (await model.ask(replace(PROMPT, role="draft_complex"))).calls
    assert (plain.model, hard.model, hard.role) == ("gpt-4o-mini-2024-07-18", "gpt-4o", "draft_complex")
    assert hard.usd > plain.usd * 10


HOUSE = {"base_url": "http://127.0.0.1:11434/v1"}
OUTSIDE = {"base_url": "https://models.example/v1"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"local_only": True, "draft": ["openai/gpt-4o"]}, "models.draft.*local_only forbids"),
        ({"local_only": True, "draft": ["far/llama"], "servers": {"far": OUTSIDE}}, "local_only forbids"),
        ({"draft": ["far/llama"], "servers": {"far": OUTSIDE}}, 'no price for "llama"'),
        ({"draft": ["openai/gpt-9"]}, 'no price for "gpt-9"'),
        ({"draft": ["ollama/llama"]}, "names no provider"),
        ({"draft": ["house/llama"], "servers": {"house": {**HOUSE, "key_env": "NOT_SET_ANYWHERE"}}}, "NOT_SET_ANYWHERE.*not set"),
    ],
)
def test_a_choice_that_will_not_do_is_refused_at_the_start(given: dict[str, object], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        choice.picks(ModelsSettings.model_validate(given), KEYS, PRICES)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"ANTHROPIC_API_KEY.*not set"):
        choice.picks(ModelsSettings(draft=("anthropic/claude-haiku-5-5",)), ModelKeys(), PRICES)


def test_a_server_in_the_house_is_free_and_allowed() -> None:
    settings = ModelsSettings.model_validate({"local_only": True, "classify": ["house/llama3.1:8b"], "servers": {"house": HOUSE}})
    (pick,) = choice.picks(settings, KEYS, PRICES)["classify"]
    assert (pick.provider, pick.model, pick.price) == ("house", "llama3.1:8b", None)
