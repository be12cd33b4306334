"""Notifications: the handshake, our secret, renewal, lifecycle events, and the bell that makes the inbox be read."""

import json
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.mailbox.graph.watch import Watch
from bot.renewal import look
from bot.webhooks.graph import PATH, handler
from pipeline.errors import Temporary
from tests.bot.outlook.office import Office, mail, names, office


@dataclass
class Posted:
    """A watch whose webhook listens, and a clock that tests turn."""

    at: Office
    watch: Watch
    url: str
    rings: list[int]
    now: datetime

    def clock(self) -> datetime:
        return self.now

    @property
    def state(self) -> str:
        (one,) = self.at.graph.world.subscriptions.values()
        return one.client_state

    async def look(self) -> None:
        """What the scheduler does from time to time."""
        await look(self.watch, self.now)

    async def post(self, body: object, **query: str) -> aiohttp.ClientResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with aiohttp.ClientSession() as session, session.post(self.url, params=query, data=data) as response:
            await response.read()
            return response


@asynccontextmanager
async def posted() -> AsyncIterator[Posted]:
    async with office() as at:
        rings: list[int] = []
        watch = at.box.watch("")
        app = web.Application()
        app.router.add_post(PATH, handler([watch]))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        watch.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        held = Posted(at, watch, watch.url, rings, datetime.now(UTC))
        watch.clock = at.graph.mailbox.clock = held.clock
        watch.ring = lambda: rings.append(1)
        try:
            yield held
        finally:
            await runner.cleanup()


async def test_a_subscription_is_made_with_handshake_secret_and_lifecycle() -> None:
    async with posted() as on:
        await on.look()
        (made,) = on.at.graph.world.subscriptions.values()
        assert (made.url, made.lifecycle_url, made.immutable) == (on.url, on.url, True)
        assert 40 <= len(made.client_state) <= 128
        assert made.resource == "/users/support@larkspur.example/mailFolders('inbox')/messages"
        assert timedelta(days=6.9) < made.expires - on.now < timedelta(minutes=10_080)


async def test_the_handshake_is_echoed_as_plain_text() -> None:
    async with posted() as on, aiohttp.ClientSession() as session:
        token = "Validation: <script>alert(1)</script> & ü %20"
        async with session.post(on.url, params={"validationToken": token}) as response:
            assert (response.status, response.content_type, await response.text()) == (200, "text/plain", token)
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_notification_rings_and_a_forged_one_does_not(caplog: pytest.LogCaptureFixture) -> None:
    async with posted() as on:
        await on.look()
        on.rings.clear()
        on.at.graph.deliver(mail("a"))
        assert await on.at.graph.notify(random.Random(1)) == 1
        assert on.rings == [1]
        on.at.graph.deliver(mail("b"))
        with caplog.at_level(logging.WARNING):
            await on.at.graph.notify(random.Random(1), forge=on.state[:-1] + "!")
        assert on.rings == [1]
        assert on.at.graph.answers == [202, 202]
        assert "did not bear our secret" in caplog.text
        assert on.state not in caplog.text


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), ({"value": 3}, 400), ({"value": ["x"]}, 400), ({"value": []}, 202),
     ({"value": [{"clientState": None}]}, 202), ({"value": [{"clientState": "é", "lifecycleEvent": "missed"}]}, 202)],
)  # fmt: skip
async def test_what_strangers_post_changes_nothing(body: object, status: int) -> None:
    async with posted() as on:
        assert (await on.post(body)).status == status
        await on.look()
        on.rings.clear()
        assert (await on.post(body)).status == status
        assert on.rings == []


async def test_it_is_renewed_daily_and_not_before() -> None:
    async with posted() as on:
        await on.look()
        before = dict(on.at.graph.world.subscriptions)
        for hours, renewals in ((23, 0), (1, 1), (12, 1), (12, 2)):
            on.now += timedelta(hours=hours)
            await on.look()
            assert on.at.graph.faults.calls["renew"] == renewals
        assert dict(on.at.graph.world.subscriptions) == before
        assert next(iter(before.values())).expires > on.now + timedelta(days=6.9)


async def test_a_restart_goes_on_with_the_same_subscription() -> None:
    async with posted() as on:
        await on.look()
        state = on.state
        at = await on.at.again()
        watch = at.box.watch(on.url)
        watch.clock = on.clock
        await look(watch, on.now)
        assert len(on.at.graph.world.subscriptions) == 1
        assert await watch.recognises(state)
        assert not await watch.recognises("")
        await at.box.close()


async def test_reauthorization_renews_at_once() -> None:
    async with posted() as on:
        await on.look()
        await on.at.graph.lifecycle("reauthorizationRequired")
        assert on.at.graph.answers == [202]
        await on.look()
        await on.look()
        assert on.at.graph.faults.calls["renew"] == 1


async def test_a_removed_subscription_is_made_again_and_the_inbox_is_read() -> None:
    async with posted() as on:
        await on.look()
        old = on.state
        on.rings.clear()
        await on.at.graph.lifecycle("subscriptionRemoved")
        assert on.rings == [1]
        await on.look()
        assert on.state != old
        assert not await on.watch.recognises(old)
        assert len(on.at.graph.world.subscriptions) == 1


async def test_missed_notifications_make_the_inbox_be_read() -> None:
    async with posted() as on:
        await on.at.begin()
        await on.look()
        on.rings.clear()
        on.at.graph.deliver(mail("a"))
        on.at.graph.waiting.clear()
        await on.at.graph.lifecycle("missed")
        assert on.rings == [1]
        assert names(await on.at.take()) == ["a"]


async def test_one_that_graph_forgot_is_made_again_at_the_next_renewal() -> None:
    async with posted() as on:
        await on.look()
        on.at.graph.world.subscriptions.clear()
        on.now += timedelta(hours=25)
        await on.look()
        assert len(on.at.graph.world.subscriptions) == 1


async def test_a_new_address_makes_a_new_subscription_and_ends_the_old_one() -> None:
    async with posted() as on:
        await on.look()
        (old,) = on.at.graph.world.subscriptions
        on.watch.url = f"{on.url}?v=2"
        await on.look()
        (new,) = on.at.graph.world.subscriptions
        assert new != old


async def test_a_renewal_that_fails_for_days_becomes_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    async with posted() as on:
        await on.look()
        on.at.graph.faults.order("renew", "error_before", times=99)
        levels: list[str] = []
        for _ in range(6):
            on.now += timedelta(days=1)
            caplog.clear()
            await on.look()
            levels.append(caplog.records[-1].levelname)
        assert levels == ["WARNING"] * 4 + ["ERROR"] * 2


async def test_thirty_days_with_an_outage_end_with_one_living_subscription() -> None:
    async with posted() as on:
        for hour in range(0, 30 * 24, 3):
            if hour == 240:
                on.at.graph.faults.order("renew", "error_before", times=16)
            await on.look()
            (one,) = on.at.graph.world.subscriptions.values()
            assert one.expires > on.now + timedelta(days=4)
            on.now += timedelta(hours=3)


async def test_an_address_that_does_not_answer_the_handshake_is_told_and_polling_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async with posted() as on:
        on.watch.url = "http://127.0.0.1:9/webhooks/graph"
        await on.look()
        assert "ValidationError" in caplog.text
        assert on.at.graph.world.subscriptions == {}
        await on.at.begin()
        on.at.graph.deliver(mail("a"))
        assert names(await on.at.take()) == ["a"]


async def test_while_our_memory_is_away_graph_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with posted() as on:
        await on.look()
        state = on.state
        at = await on.at.again()
        on.watch.kept = at.box.kept
        on.watch._fresh = ""

        async def away() -> dict[str, object]:
            raise Temporary("the database is away")

        monkeypatch.setattr(at.notebook, "load", away)
        assert (await on.post({"value": [{"clientState": state}]})).status == 503
        monkeypatch.undo()
        assert (await on.post({"value": [{"clientState": state}]})).status == 202
        await at.box.close()
