"""The conversation about an answer that was sent: whether it was right, and if not, what was wrong."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from blocks import ids, notice, wrong
from blocks.kit import Json
from handlers import payload
from handlers.access import Admitted, admit
from handlers.answers import open_window, tell
from handlers.decide import Overtaken, decide, stale
from handlers.desk import Desk
from handlers.payload import Body
from pipeline import review
from pipeline.case import Case, Fault
from pipeline.review import Move, Refused, standing


def register(app: AsyncApp, desk: Desk) -> None:
    looking = Looking(desk)
    app.action(ids.WAS_RIGHT)(looking.right)
    app.action(ids.WAS_WRONG)(looking.open_wrong)
    app.view(ids.WRONG_FORM)(looking.wrong)


@dataclass(frozen=True, slots=True)
class Looking:
    desk: Desk

    async def right(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = payload.click(body)
        done = await decide(self.desk, click.user, click.channel, click.ref, lambda admitted: self._judged(admitted, None))
        await ack()
        if isinstance(done, Refused | Overtaken):
            await tell(client, click, done.sentence)

    async def open_wrong(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = payload.click(body)
        admitted = await admit(self.desk, click.user, click.channel, click.ref)
        if isinstance(admitted, Refused):
            sentence = admitted.sentence
        elif click.ref is None or stale(admitted.case, click.ref):
            sentence = standing(admitted.case)
        else:
            sentence = await open_window(client, click, wrong.view(admitted.case, click.channel, click.thread))
        await ack()
        if sentence:
            await tell(client, click, sentence)

    async def wrong(self, ack: AsyncAck, body: Body, view: Json) -> None:
        ref, fault = ids.read_form(view["private_metadata"]), wrong.read(view["state"]["values"])
        if fault is None:
            await ack(response_action="errors", errors={wrong.WHAT: "Choose what was wrong."})
            return
        done = await decide(self.desk, payload.user(body), ref.channel if ref else "", ref, lambda admitted: self._judged(admitted, fault))
        match done:
            case Case():
                await ack()
                await self.desk.gate.look()
            case Refused(sentence) | Overtaken(_, sentence):
                await ack(response_action="update", view=notice.view("Not saved", sentence))

    async def _judged(self, admitted: Admitted, fault: Fault | None) -> Move | Refused:
        return review.judged(admitted.case, admitted.case.revision, admitted.person, self.desk.clock(), fault)
