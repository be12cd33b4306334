"""Both hosted models go down and come back: no case waits for them, and nobody has to mend anything."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from bot.model import choice
from bot.model.metrics import ModelMetrics
from bot.model.resilient import Resilient
from bot.model.settings import ModelKeys, ModelsSettings
from bot.store.database import connect
from pipeline import flow
from pipeline.case import CaseId, History, Status, Triaged
from pipeline.email import Email, MailboxId
from pipeline.plan import effects
from pipeline.ports import IntentScore
from sandbox.models.serve import LocalModels
from tests.bot.model.asking import PRICES, local_models
from tests.bot.scene import Scene, mail, scene
from tests.pipeline.cascading import NoNames
from tests.pipeline.letters import Scripted, house

REST = 1.0
"""Seconds that a breaker stays open here, instead of 30."""


@asynccontextmanager
async def triaging(models: LocalModels, database: str, redis_url: str, folder: Path) -> AsyncIterator[tuple[Scene, Resilient]]:
    """The scene whose worker runs the real flow, with a local model that is never sure."""
    settings = ModelsSettings(openai_url=models.openai_url, anthropic_url=models.anthropic_url, sender_calls_day=1000)
    keys = ModelKeys(openai=SecretStr("sk-local"), anthropic=SecretStr("sk-ant-local"))
    pool = await connect(database, name="test")
    async with (
        Redis.from_url(redis_url) as redis,
        choice.connected(settings, choice.picks(settings, keys, PRICES), pool, redis, ModelMetrics.fresh()) as model,
    ):
        assert model is not None
        for option in model.options["classify"]:
            option.provider.breaker.rest = REST
        unsure = Scripted([IntentScore("support", 0.45), IntentScore("complaint", 0.35), IntentScore("pricing", 0.1)])
        ours = replace(house(), model=unsure, names=NoNames(), language_models=model.by_role)

        async def triage(email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId) -> Triaged:
            return await flow.triage(email, mailbox, history, ours, now, time.monotonic, case)

        at = scene(pool, database, folder)
        at.worker = replace(at.worker, triage=triage, plan=effects)
        yield at, model
    await pool.close()


async def arrived(at: Scene, first: int, last: int) -> list[CaseId]:
    names = [f"angry-{number}" for number in range(first, last)]
    text = "This is unacceptable. The map does not load any more."
    return [await at.arrive(mail(name, text=text, subject="Map"), name) for name in names]


@pytest.mark.timeout(120)
async def test_while_both_are_down_every_case_reaches_a_person_and_back_up_it_recovers(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    async with local_models() as models, triaging(models, database, redis_url, tmp_path) as (at, model):
        (well,) = await arrived(at, 0, 1)
        await at.settle()
        assert (await at.case(well)).classification is not None
        assert (await at.case(well)).status is Status.REVIEW

        models.world.down = {"openai", "anthropic"}
        cases = await arrived(at, 1, 21)
        started = time.monotonic()
        await at.settle()
        assert time.monotonic() - started < 60
        carded = {line["case"] for line in at.board.lines()}
        for number in cases:
            case = await at.case(number)
            assert case.status is Status.HUMAN
            assert case.decision is not None
            assert case.decision.reasons[0].name == "failed"
            assert case.decision.urgency == "high", "the wording was read without a model"
            assert case.classification is not None
            assert case.classification.policy_flags == ("anger",)
            assert case.draft is not None
            assert case.draft.outline
            assert number in carded
        assert all(option.provider.breaker.state != "closed" for option in model.options["classify"])
        requests = len(models.world.bodies)

        models.world.down = set()
        names = count(100)
        async with asyncio.timeout(20):
            while (await at.case(number)).status is not Status.REVIEW or model.options["classify"][0].provider.breaker.state != "closed":
                await asyncio.sleep(0.1)
                first = next(names)
                (number,) = await arrived(at, first, first + 1)
                await at.settle()
        assert len(models.world.bodies) > requests
