"""The conversation by /triage: help, figures, the kill switch, and the ways to policies and promotions; no case is decided here."""

import re
from dataclasses import dataclass
from datetime import timedelta

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from blocks import help, notice, stats
from blocks.kit import Json, Message
from blocks.text import escape
from handlers import pausing, payload, policy
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
        said, user = str(command.get("text") or "").strip(), payload.user(command)
        word, _, rest = said.partition(" ")
        match word.lower():
            case "" | "help" if not rest:
                await _say(respond, help.message())
            case "stats" if not rest:
                await self._stats(command, respond)
            case "pause":
                await _say(respond, notice.message(await pausing.pause(self.desk, user, rest)))
            case "resume":
                await _say(respond, notice.message(await pausing.resume(self.desk, user)))
            case "promote":
                if no := await Promoting(self.desk).open(command, client, rest.strip().lower()):
                    await _say(respond, Message(escape(no), ()))
            case "policy":
                await policy.Editing(self.desk).open(command, client, respond)
            case _:
                await _say(respond, help.message(unknown=said.lower()[:40]))

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
