"""The traps of Slack's own SDK: each is first shown with the plain SDK, then survived by our app."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from blocks import ids, kit
from bot.slack.app import patient_client
from handlers.leftover import register_first, register_last
from pipeline.errors import Temporary
from pipeline.ports import Placed
from sandbox.slack.errors import SlackError
from sandbox.slack.local import LocalSlack
from tests.blocks.cases import REVIEW
from tests.handlers.memory import MemoryCases
from tests.handlers.stage import CHANNEL, MemorySeen, Stage, acting, stage, until
from tests.slack import QUICK, local_slack

PING = 0.1


@asynccontextmanager
async def plain_app(slack: LocalSlack) -> AsyncIterator[AsyncApp]:
    """Bolt as its manual shows it, on the local Slack."""
    yield AsyncApp(client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url), request_verification_enabled=False)


@asynccontextmanager
async def plain_socket(slack: LocalSlack, app: AsyncApp, connected: bool = True) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=PING)
    connecting = asyncio.create_task(_connect(handler))
    try:
        if connected:
            await slack.connected()
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)


async def _connect(handler: AsyncSocketModeHandler) -> None:
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's


async def posted_button(slack: LocalSlack) -> str:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    blocks = [kit.actions(kit.button("Press", "press", "17.3"))]
    return str((await client.chat_postMessage(channel=slack.channel(CHANNEL), text="press", blocks=blocks))["ts"])


async def holds(test: Callable[[], bool]) -> bool:
    return test()


def eventually(test: Callable[[], bool]) -> Awaitable[Any]:
    return until(lambda: holds(test))


def tickets(slack: LocalSlack) -> int:
    return len(slack.journal.calls_of("apps.connections.open"))


async def test_trap_1_the_sdk_tries_a_dead_ticket_for_ever() -> None:
    async with local_slack() as slack, plain_app(slack) as app:
        slack.faults.kill_ticket()
        async with plain_socket(slack, app, connected=False):
            await eventually(lambda: slack.world.hub.refused >= 5)
            assert tickets(slack) == 1
            assert slack.world.hub.connections == []


async def test_trap_1_our_watchdog_asks_for_a_new_ticket() -> None:
    async with local_slack() as slack:
        slack.faults.kill_ticket()
        async with acting(slack, MemoryCases()) as at:
            assert tickets(slack) == 2
            assert slack.world.hub.refused >= 1
            await at.slack.command("ana", CHANNEL, "/triage")


async def test_trap_1_a_cut_and_a_dead_ticket_at_once_are_recovered_from() -> None:
    async with stage(connections=2) as at:
        at.slack.faults.kill_ticket(times=2)
        assert at.slack.abort() == 2
        await eventually(lambda: at.slack.world.hub.refused >= 1)
        await at.slack.connected(2)
        await at.slack.command("ana", CHANNEL, "/triage")
        assert await at.sockets.connected() >= 1


async def no_listener(app: AsyncApp) -> None:
    """Nobody listens."""


async def raises_before_the_ack(app: AsyncApp) -> None:
    @app.action("press")
    async def press(ack: AsyncAck) -> None:
        raise RuntimeError("before the ack")


async def raises_after_the_ack(app: AsyncApp) -> None:
    @app.action("press")
    async def press(ack: AsyncAck) -> None:
        await ack()
        raise RuntimeError("after the ack")


LISTENERS = (no_listener, raises_before_the_ack, raises_after_the_ack)


@pytest.mark.parametrize("listen", LISTENERS)
async def test_trap_2_the_sdk_leaves_a_click_unanswered(listen: Callable[[AsyncApp], Awaitable[None]]) -> None:
    async with local_slack(timing=QUICK) as slack, plain_app(slack) as app:
        await listen(app)
        async with plain_socket(slack, app):
            ts = await posted_button(slack)
            with pytest.raises(SlackError, match="did not answer within 3 seconds"):
                await slack.click("ana", CHANNEL, ts, "press")
            assert slack.journal.envelopes[-1].acked_at is None


@pytest.mark.parametrize("listen", LISTENERS)
async def test_trap_2_our_app_answers_every_click(listen: Callable[[AsyncApp], Awaitable[None]]) -> None:
    async with local_slack() as slack, plain_app(slack) as app:
        register_first(app, MemorySeen())
        await listen(app)
        register_last(app)
        async with plain_socket(slack, app):
            ts = await posted_button(slack)
            await slack.click("ana", CHANNEL, ts, "press")
            assert slack.journal.envelopes[-1].acked_at is not None
            told = await until(lambda: slack.ephemerals("ana", CHANNEL))
            assert ("superseded" if listen is no_listener else "Something went wrong (") in told[-1]["text"]


async def test_trap_3_the_sdk_handles_the_same_delivery_twice() -> None:
    handled: list[str] = []
    async with local_slack() as slack, plain_app(slack) as app:

        @app.event("message")
        async def message(body: dict[str, Any]) -> None:
            handled.append(body["event_id"])

        @app.action("press")
        async def press(ack: AsyncAck) -> None:
            handled.append("press")
            await ack()

        async with plain_socket(slack, app):
            slack.faults.duplicate("events_api")
            await slack.post("ana", CHANNEL, "hello")
            await eventually(lambda: len(handled) == 2)
            assert handled[0] == handled[1]
            slack.faults.duplicate("interactive")
            await slack.click("ana", CHANNEL, await posted_button(slack), "press")
            await eventually(lambda: handled[2:] == ["press", "press"])


async def test_trap_3_our_app_handles_each_delivery_once_and_acknowledges_both() -> None:
    async with stage() as at:
        at.slack.faults.duplicate("events_api")
        await at.slack.post("ana", "ana", "hello")
        await eventually(lambda: deliveries(at, "events_api") >= 2)
        await until(lambda: answers(at))
        ts = await at.place()
        at.slack.faults.duplicate("interactive")
        await at.click("ana", ts["draft"], ids.APPROVE)
        await eventually(lambda: deliveries(at, "interactive") >= 2)
        assert len(await answers(at)) == 1
        assert [move.action for move in at.cases.moves] == ["approve"]


def deliveries(at: Stage, kind: str) -> int:
    return sum(1 for envelope in at.slack.journal.envelopes if envelope.type == kind and envelope.acked_at is not None)


async def answers(at: Stage) -> list[dict[str, Any]]:
    return [message for message in await at.slack.messages("ana") if message.get("bot_id")]


async def test_trap_4_the_sdk_does_not_wait_out_a_429() -> None:
    async with local_slack() as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        slack.faults.fail("users.info", "rate_limited", retry_after=1)
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.users_info(user=slack.user("ana"))
        assert len(slack.journal.calls_of("users.info")) == 1


async def test_trap_4_our_reads_wait_as_long_as_slack_asks() -> None:
    async with stage() as at:
        at.slack.journal.clear()
        for fault, calls in (("rate_limited", 2), ("server_error", 4)):
            at.slack.faults.fail("users.info", fault, retry_after=1)  # type: ignore[arg-type]  # one of its literals
            found = await patient_client(at.settings).users_info(user=at.slack.user("ana"))
            assert found["user"]["name"] == "ana"
            assert len(at.slack.journal.calls_of("users.info")) == calls


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "hang"])
async def test_trap_4_a_refused_card_goes_back_to_the_outbox_with_slacks_own_wish(fault: Any) -> None:
    async with stage() as at:
        at.cases.add(REVIEW)
        at.board.client.timeout = 1
        at.slack.faults.fail("chat.postMessage", fault, retry_after=7, seconds=3.0)
        with pytest.raises(Temporary) as refused:
            await at.place()
        assert refused.value.retry_after == (timedelta(seconds=7) if fault == "rate_limited" else None)
        assert len(at.slack.journal.calls_of("chat.postMessage")) <= 1
        assert at.cases.placed[REVIEW.id] == {}


async def test_trap_5_the_sdk_posts_twice_when_an_answer_is_lost() -> None:
    async with local_slack() as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        before = len(await slack.messages(CHANNEL))
        slack.faults.fail("chat.postMessage", "drop_after_effect")
        await client.chat_postMessage(channel=slack.channel(CHANNEL), text="once")
        assert len(await slack.messages(CHANNEL)) == before + 2


@pytest.mark.parametrize("call", range(3))
async def test_trap_5_our_board_finds_the_post_whose_answer_was_lost(call: int) -> None:
    async with stage() as at:
        at.cases.add(REVIEW)
        before = len(await at.slack.messages(CHANNEL))
        at.slack.faults.calls.clear()
        kinds: list[Placed] = []

        async def remember(placed: Placed) -> None:
            kinds.append(placed)
            if len(kinds) == call:
                at.slack.faults.fail("chat.postMessage", "drop_after_effect")

        if call == 0:
            at.slack.faults.fail("chat.postMessage", "drop_after_effect")
        with pytest.raises(Temporary):
            await at.board.show(REVIEW, {}, again=False, remember=remember)
        held = {placed.kind: placed for placed in kinds}
        await at.board.show(REVIEW, held, again=True, remember=remember)
        roots = await at.slack.messages(CHANNEL)
        assert len(roots) == before + 1
        assert len(await at.slack.thread(CHANNEL, roots[-1]["ts"])) == 3
        assert {placed.kind for placed in kinds} == {"root", "mail", "draft"}
