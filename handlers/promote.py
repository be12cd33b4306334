"""The conversation about an intent's right: its evidence, promotion, taking the right away, starting over. And the second look."""

import logging
import re
from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from blocks import gate, ids, notice, second
from blocks.gate import Wanted
from blocks.kit import Json
from handlers import payload
from handlers.access import admit
from handlers.answers import UNANSWERED, open_window, reason, redraw, tell
from handlers.desk import Desk
from handlers.payload import Body, Click
from pipeline.case import PersonId
from pipeline.errors import Permanent, Temporary
from pipeline.gate.account import Account
from pipeline.gate.demotion import TakenAway
from pipeline.gate.states import Change, Cleared, Event, Lost, Promoted, StartedOver
from pipeline.people import Person, may_promote
from pipeline.review import Refused

log = logging.getLogger(__name__)

ALREADY = "Your verdict was not counted: you judged this draft first yourself, or somebody else took the second look."


def register(app: AsyncApp, desk: Desk) -> None:
    promoting = Promoting(desk)
    app.action(re.compile(rf"{re.escape(ids.GATE_OPEN)}\..+"))(promoting.turn)
    app.action(re.compile(rf"{re.escape(ids.GATE_CLEAR)}\.\d+"))(promoting.cleared)
    app.view(ids.GATE_FORM)(promoting.decided)
    app.action(ids.SECOND_RIGHT)(promoting.right)
    app.action(ids.SECOND_WRONG)(promoting.wrong)


@dataclass(frozen=True, slots=True)
class Promoting:
    desk: Desk

    async def open(self, command: Json, client: AsyncWebClient, intent: str) -> str:
        """Open the window for `/triage promote`; "" or the sentence that says why not."""
        user, channel = payload.user(command), str(command.get("channel_id") or "")
        allowed = await self._allowed(user, channel)
        if isinstance(allowed, Refused):
            return allowed.sentence
        click = Click(user, channel, "", None, str(command.get("trigger_id") or ""))
        return await open_window(client, click, await self._drawn(intent, channel))

    async def turn(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        channel, intent = gate.channel_of(body["view"]["private_metadata"]), str(payload.action(body).get("value") or "")
        allowed = await self._allowed(payload.user(body), channel)
        drawn = notice.view("Not shown", allowed.sentence) if isinstance(allowed, Refused) else await self._drawn(intent, channel)
        await redraw(client, body["view"], drawn)

    async def decided(self, ack: AsyncAck, body: Body, view: Json) -> None:
        wanted, why = gate.read(view["private_metadata"]), gate.why(view["state"]["values"])
        allowed = await self._allowed(payload.user(body), wanted.channel if wanted else "")
        done: Change | Refused = Refused("Nothing can be decided here now. Open it anew.")
        if isinstance(allowed, Refused):
            done = allowed
        elif wanted is not None:
            done = await self.desk.gate.act(wanted.intent, wanted.revision, lambda seen: event(wanted, seen, allowed, why))
        title = "Not done" if isinstance(done, Refused) else "Done"
        await ack(response_action="update", view=notice.view(title, done.sentence))

    async def cleared(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        wanted, case = gate.read(body["view"]["private_metadata"]), int(payload.action(body)["value"])
        allowed = await self._allowed(payload.user(body), wanted.channel if wanted else "")
        done: Change | Refused = Refused("Nothing can be decided here now. Open it anew.")
        if isinstance(allowed, Refused):
            done = allowed
        elif wanted is not None:
            done = await self.desk.gate.act(wanted.intent, wanted.revision, lambda seen: Cleared(case, allowed.id))
        await redraw(client, body["view"], notice.view("Not done" if isinstance(done, Refused) else "Done", done.sentence))

    async def right(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await self._second(ack, body, client, wrong=False)

    async def wrong(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await self._second(ack, body, client, wrong=True)

    async def _second(self, ack: AsyncAck, body: Body, client: AsyncWebClient, *, wrong: bool) -> None:
        click = payload.click(body)
        admitted = await admit(self.desk, click.user, click.channel, click.ref)
        await ack()
        if isinstance(admitted, Refused):
            await tell(client, click, admitted.sentence)
        elif not await self.desk.second(admitted.case.id, admitted.person.id, wrong):
            await tell(client, click, ALREADY)
        else:
            said = second.thanked(admitted.person.name)
            try:
                await client.chat_update(channel=click.channel, ts=str(body["message"]["ts"]), text=said.text, blocks=list(said.blocks))
            except UNANSWERED as error:
                log.info("A second look was not redrawn: %s", reason(error))

    async def _drawn(self, intent: str, channel: str) -> Json:
        accounts = await self.desk.gate.accounts()
        one = next((each for each in accounts if each.intent == intent), None)
        return gate.evidence(one, channel) if one else gate.overview(accounts, channel)

    async def _allowed(self, user: PersonId, channel: str) -> Person | Refused:
        """The person, if they may decide about rights, where nobody from outside listens."""
        try:
            person = await self.desk.directory.person(user)
            shared = await self.desk.directory.channel_is_shared(channel) if channel else True
        except (Temporary, Permanent) as error:
            return Refused(f"I could not check with Slack who you are, so nothing was changed: {error} Try again in a minute.")
        if shared:
            return Refused("This channel is shared with another organisation, or unknown to me, so nothing can be decided here.")
        no = may_promote(self.desk.people(), person)
        return Refused(no) if no else person


def event(wanted: Wanted, seen: Account, by: Person, why: str) -> Event:
    """What the button asks for."""
    match wanted.deed:
        case "promote":
            return Promoted(by.id, seen.standing.key, seen.progress)
        case "take_away":
            return Lost(TakenAway(by.id, why))
        case "start_over":
            return StartedOver(by.id, why)
