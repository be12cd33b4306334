"""Finds the channel of an inbox, and its id where policies/people.json gives a name."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import INVITE, translated
from pipeline.email import MailboxId
from pipeline.errors import Permanent
from pipeline.people import People
from pipeline.ports import Directory

ID = re.compile(r"[CG][A-Z0-9]{7,}")
PAGE = 200


@dataclass(slots=True)
class Rooms:
    """A name is looked up once and kept while the program runs: a channel's id never changes."""

    client: AsyncWebClient
    directory: Directory
    people: Callable[[], People]
    _ids: dict[str, str] = field(default_factory=dict)

    async def room(self, mailbox: MailboxId) -> str:
        """The id of the inbox's channel. Permanent where there is none, or strangers can read it; Temporary where Slack cannot be asked."""
        inbox = self.people().inbox(mailbox)
        if inbox is None:
            raise Permanent(f"{mailbox} has no entry in policies/people.json. Add one with its channel and approvers.")
        channel = await self._resolved(inbox.channel)
        if await self.directory.channel_is_shared(channel):
            raise Permanent(
                f"The channel {inbox.channel} of {mailbox} is shared with another organisation, so no mail is shown there. "
                "Name a channel of your own in policies/people.json."
            )
        return channel

    async def _resolved(self, name: str) -> str:
        if ID.fullmatch(name):
            return name
        wanted = name.removeprefix("#")
        if wanted not in self._ids:
            async for channel in self._channels():
                self._ids[str(channel["name"])] = str(channel["id"])
        if wanted not in self._ids:
            raise Permanent(f"Slack shows the bot no channel #{wanted}. Create it, or if it is private: {INVITE}")
        return self._ids[wanted]

    async def _channels(self) -> AsyncIterator[dict[str, Any]]:
        cursor = ""
        while True:
            with translated("conversations.list"):
                page = await self.client.conversations_list(
                    types="public_channel,private_channel", exclude_archived=True, limit=PAGE, cursor=cursor or None
                )
            for channel in page["channels"]:
                yield channel
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return
