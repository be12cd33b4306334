"""Who people are, how fast we post, and what was already delivered."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.buckets import OwnBucket, RedisBucket
from bot.budget import SECOND, SLACK, Budgets, Limit
from bot.slack.app import SlackSettings, patient_client, permalinks
from bot.slack.directory import SlackDirectory, read_person
from bot.slack.pace import Pace
from bot.slack.seen import RedisSeen
from pipeline.case import PersonId
from pipeline.errors import Permanent, Temporary
from sandbox.slack.local import LocalSlack
from tests.slack import local_slack

NOBODY_LISTENS = "redis://127.0.0.1:1"
HOME = {"team": "T1", "enterprise": None}


def paced(seconds: float) -> Limit:
    """The limit of a channel, at another pace."""
    return replace(SLACK, every=int(seconds * SECOND))


def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.mark.parametrize(
    ("user", "kind"), [("ana", "member"), ("gus", "guest"), ("jonas", "stranger"), ("lena", "deleted"), ("Unobody", "stranger")]
)
async def test_people_are_what_slack_says(user: str, kind: str) -> None:
    async with local_slack() as slack:
        person = PersonId(user if user.startswith("U") else slack.user(user))
        assert (await SlackDirectory(client(slack)).person(person)).kind == kind


async def test_a_person_has_a_name_and_a_lower_case_address() -> None:
    async with local_slack() as slack:
        ana = await SlackDirectory(client(slack)).person(PersonId(slack.user("ana")))
        assert (ana.name, ana.email) == ("Ana Ruiz", "ana@larkspur.example")


@pytest.mark.parametrize(
    ("user", "kind"),
    [
        ({"id": "U1", "team_id": "T1", "profile": {"email": "A@B.example"}}, "member"),
        ({"id": "U1", "team_id": "T2"}, "stranger"),
        ({"id": "U1", "team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, "stranger"),
        ({"id": "U1", "team_id": "T1", "is_ultra_restricted": True}, "guest"),
        ({"id": "U1", "is_bot": True}, "bot"),
        ({"id": "USLACKBOT"}, "bot"),
        ({"id": "U1", "deleted": True, "is_bot": True}, "deleted"),
    ],
)
def test_kinds(user: dict[str, Any], kind: str) -> None:
    assert read_person(user, HOME).kind == kind


def test_people_of_another_team_of_our_enterprise_are_members() -> None:
    user = {"id": "U1", "team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}
    assert read_person(user, {"team": "T1", "enterprise": "E1"}).kind == "member"


async def test_slack_is_asked_once_a_minute_and_errors_are_not_remembered() -> None:
    async with local_slack() as slack:
        directory = SlackDirectory(client(slack))
        slack.faults.fail("users.info", "server_error")
        with pytest.raises(Temporary):
            await directory.person(PersonId(slack.user("ana")))
        for _ in range(3):
            await directory.person(PersonId(slack.user("ana")))
        assert len(slack.journal.calls_of("users.info")) == 2


async def test_shared_channels_are_known() -> None:
    async with local_slack() as slack:
        directory = SlackDirectory(client(slack))
        assert await directory.channel_is_shared(slack.channel("shared-with-acme"))
        assert not await directory.channel_is_shared(slack.channel("support-inbox"))


async def test_a_wrong_token_is_a_sentence_for_the_operator() -> None:
    async with local_slack() as slack:
        wrong = patient_client(SlackSettings(SecretStr("xoxb-wrong"), SecretStr("xapp-wrong"), slack.api_url))
        with pytest.raises(Permanent, match="SLACK_BOT_TOKEN"):
            await permalinks(wrong)


async def test_permalinks_need_no_further_call() -> None:
    async with local_slack() as slack:
        link = await permalinks(client(slack))
        assert link("C1", "1700000000.000100").endswith("/archives/C1/p1700000000000100")


async def test_all_processes_share_one_pace_for_a_channel(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as one, Redis.from_url(redis_url) as other:
        paces = [Pace(Budgets([RedisBucket(redis)]), paced(0.1)) for redis in (one, other)]
        started = time.monotonic()
        await asyncio.gather(*(paces[number % 2].wait("C1") for number in range(8)))
        assert 0.45 < time.monotonic() - started < 2.0
        started = time.monotonic()
        await paces[0].wait("C2")
        assert time.monotonic() - started < 0.1


async def test_three_messages_go_at_once_and_the_fourth_waits() -> None:
    pace, started = Pace(Budgets([OwnBucket()]), paced(0.2)), time.monotonic()
    for _ in range(3):
        await pace.wait("C1")
    assert time.monotonic() - started < 0.15
    await pace.wait("C1")
    assert time.monotonic() - started > 0.15


@pytest.mark.parametrize("away", [False, True])
async def test_too_long_a_queue_is_put_off_and_reserves_nothing(redis_url: str, away: bool) -> None:
    async with Redis.from_url(NOBODY_LISTENS if away else redis_url) as redis:
        limit = Limit(every=SECOND, burst=1, patience=SECOND // 20, trusting=True)
        pace = Pace(Budgets([RedisBucket(redis), OwnBucket()]), limit)
        await pace.wait("C1")
        for _ in range(3):
            with pytest.raises(Temporary) as refused:
                await pace.wait("C1")
            assert refused.value.retry_after is not None
            assert 0 < refused.value.retry_after.total_seconds() <= 1


async def test_a_delivery_is_new_once(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        seen = RedisSeen(redis)
        assert [await seen.first("Ev1"), await seen.first("Ev1"), await seen.first("Ev2")] == [True, False, True]


async def test_without_redis_every_delivery_is_new() -> None:
    async with Redis.from_url(NOBODY_LISTENS) as redis:
        assert await RedisSeen(redis).first("Ev1")
        assert await RedisSeen(redis).first("Ev1")
