"""A local Slack and the unmodified SDK's clients for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from tests.slack import QUICK, local_slack

Connect = Callable[..., Awaitable[AsyncSocketModeHandler]]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with local_slack(timing=QUICK) as running:
        yield running


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client)


@pytest.fixture
async def connect(slack: LocalSlack, app: AsyncApp) -> AsyncIterator[Connect]:
    """Connects the app by Socket Mode; every handler is closed after the test."""
    async with AsyncExitStack() as stack:

        async def connect_one(ping_interval: float = 10) -> AsyncSocketModeHandler:
            handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=ping_interval)
            before = len(slack.world.hub.connections)
            stack.push_async_callback(handler.close_async)
            await handler.client.connect()  # type: ignore[no-untyped-call]
            await slack.connected(before + 1)
            return handler

        yield connect_one


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def until(ready: Callable[[], object], seconds: float = 5.0) -> None:
    """Waits until `ready` is true; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not ready():  # noqa: ASYNC110  the conditions lie in the code under test
            await asyncio.sleep(0.01)
