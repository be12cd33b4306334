"""The live connection to Slack, for those who ask whether it works."""

import asyncio
from dataclasses import dataclass

from bot.slack.app import SlackSettings, build
from bot.slack.socket import Sockets, sockets
from handlers.desk import Desk


@dataclass(slots=True)
class Connection:
    """Listens while `listen` runs."""

    settings: SlackSettings
    _sockets: Sockets | None = None

    async def listen(self, desk: Desk, stop: asyncio.Event) -> None:
        """Answer what people do in Slack until `stop` is set."""
        async with sockets(build(self.settings, desk), self.settings) as self._sockets:
            await stop.wait()

    async def connected(self) -> bool:
        """Whether at least one socket works now."""
        return self._sockets is not None and await self._sockets.connected() > 0
