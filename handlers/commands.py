"""The conversation by /triage: help and figures; nothing is decided here."""

import re
from dataclasses import dataclass
from datetime import timedelta

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from blocks import help, stats
from blocks.kit import Json, Message
from blocks.text import escape
from handlers import payload
from handlers.access import member_only
from handlers.desk import Desk
from handlers.promote import Promoting

PERIOD = timedelta(days=7)


def register(app: AsyncApp, desk: Desk) -> None:
    app.command(re.compile(r"/.*"))(Commands(desk).triage)


@dataclass(frozen=True, slots=True)
class Commands:
    desk: Desk

    async def triage(self, ack: AsyncAck, command: Json, respond: AsyncRespond, client: AsyncWebClient) -> None:
        await ack()
        word = str(command.get("text") or "").strip().lower()
        match word:
            case "" | "help":
                await _say(respond, help.message())
            case "stats":
                await self._stats(command, respond)
            case _ if word.split()[0] == "promote":
                if no := await Promoting(self.desk).open(command, client, word.removeprefix("promote").strip()):
                    await _say(respond, Message(escape(no), ()))
            case _:
                await _say(respond, help.message(unknown=word[:40]))

    async def _stats(self, command: Json, respond: AsyncRespond) -> None:
        if no := await member_only(self.desk, payload.user(command)):
            await _say(respond, Message(no, ()))
            return
        figures, accounts = await self.desk.cases.figures(self.desk.clock() - PERIOD), await self.desk.gate.accounts()
        if not await _say(respond, stats.message(figures, accounts)):
            await _say(respond, stats.plain_message(figures, accounts))


async def _say(respond: AsyncRespond, said: Message) -> bool:
    """Answer only to the one who asked; False where Slack did not take it."""
    answer = await respond(text=said.text, blocks=list(said.blocks) or None, response_type="ephemeral")
    return answer.status_code == 200
