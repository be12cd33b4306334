"""The running local Slack as tests and the demo hold it: its addresses, its clock, and its connections."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from sandbox.slack.faults import Faults
from sandbox.slack.hands import Hands
from sandbox.slack.journal import Journal


@dataclass(slots=True, eq=False)
class LocalSlack(Hands):
    """One started server; what people do in it are the methods of `Hands`."""

    runner: web.AppRunner

    @property
    def port(self) -> int:
        return self.world.port

    @property
    def api_url(self) -> str:
        return f"{self.world.origin}/api/"

    @property
    def page_url(self) -> str:
        return f"{self.world.origin}/"

    @property
    def bot_token(self) -> str:
        return self.world.identity.bot_token

    @property
    def app_token(self) -> str:
        return self.world.identity.app_token

    @property
    def bot_user(self) -> str:
        return self.world.identity.bot_user_id

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def journal(self) -> Journal:
        return self.world.journal

    def advance(self, seconds: float) -> None:
        """Moves this Slack's clock on: triggers expire, limits refill, retries and scheduled messages fall due."""
        self.world.clock.advance(seconds)

    async def stop(self) -> None:
        """Closes every connection and the state; nothing of it runs on."""
        self.world.streams.close()
        await self.world.hub.close()
        await self.runner.cleanup()
        self.world.workspace.storage.close()

    async def connected(self, connections: int = 1, seconds: float = 10.0) -> None:
        """Waits for the app to hold so many Socket Mode connections; raises TimeoutError."""
        async with asyncio.timeout(seconds), self.world.hub.changed:
            await self.world.hub.changed.wait_for(lambda: len(self.world.hub.connections) >= connections)

    async def disconnect(self, reason: str = "refresh_requested") -> int:
        """Sends a disconnect frame to every connection."""
        return await self.world.hub.disconnect(reason)

    def abort(self) -> int:
        """Cuts every Socket Mode connection without a word."""
        return self.world.hub.abort()
