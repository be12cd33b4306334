"""The two sockets over which Slack talks to us, and the watchdog that gives up a dead ticket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.slack.app import SlackSettings

log = logging.getLogger(__name__)

CONNECTIONS = 2
"""Slack closes a connection every few hours: the other one answers meanwhile."""
PING_SECONDS = 5.0
WATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sockets:
    """The open connections of a running app."""

    handlers: tuple[AsyncSocketModeHandler, ...]

    async def connected(self) -> int:
        """How many connections work now."""
        return sum([await handler.client.is_connected() for handler in self.handlers])

    async def ready(self, seconds: float) -> bool:
        """Wait until one connection works; False after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while not await self.connected():  # noqa: ASYNC110  # the SDK has no event to wait for
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def sockets(
    app: AsyncApp, settings: SlackSettings, *, connections: int = CONNECTIONS, ping: float = PING_SECONDS, watch: float = WATCH_SECONDS
) -> AsyncIterator[Sockets]:
    """Keep the app connected while the block lasts, without waiting for the first connection; nothing of it is left afterwards."""
    token = settings.app_token.get_secret_value()
    made = Sockets(tuple(AsyncSocketModeHandler(app, token, ping_interval=ping) for _ in range(connections)))
    tasks = [asyncio.create_task(_connect(handler), name="slack-connect") for handler in made.handlers]
    tasks.append(asyncio.create_task(_watch(made, watch), name="slack-watchdog"))
    try:
        yield made
    finally:
        await _close(made, tasks)


async def _connect(handler: AsyncSocketModeHandler) -> None:
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's


async def _watch(made: Sockets, seconds: float) -> None:
    """Forget the ticket of every connection that does not work: the SDK would try the same dead one for ever."""
    while True:
        await asyncio.sleep(seconds)
        for number, handler in enumerate(made.handlers):
            if not await handler.client.is_connected() and handler.client.wss_uri is not None:
                log.warning("Slack connection %s does not work; a new ticket will be asked for.", number + 1)
                handler.client.wss_uri = None


async def _close(made: Sockets, tasks: list[asyncio.Task[None]]) -> None:
    for handler in made.handlers:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
