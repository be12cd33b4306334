"""The conversation about a decision: why it was made, and which rules nearly spoke."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from blocks import ids, notice, why
from handlers import payload
from handlers.access import admit
from handlers.answers import open_window, redraw, tell
from handlers.desk import Desk
from handlers.payload import Body
from pipeline.review import Refused


def register(app: AsyncApp, desk: Desk) -> None:
    asking = Asking(desk)
    app.action(ids.WHY)(asking.why)
    app.action(ids.REVEAL)(asking.reveal)


@dataclass(frozen=True, slots=True)
class Asking:
    desk: Desk

    async def why(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = payload.click(body)
        admitted = await admit(self.desk, click.user, click.channel, click.ref)
        if isinstance(admitted, Refused):
            sentence = admitted.sentence
        else:
            case = admitted.case
            sentence = await open_window(client, click, why.view(case, self.desk.nearly(case), click.channel, click.thread))
        await ack()
        if sentence:
            await tell(client, click, sentence)

    async def reveal(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Written down before anything is shown: who has seen it cannot judge blindly any more."""
        form = ids.read_form(body["view"]["private_metadata"])
        admitted = await admit(self.desk, payload.user(body), form.channel if form else "", form)
        if isinstance(admitted, Refused) or form is None:
            shown = notice.view("Why?", admitted.sentence if isinstance(admitted, Refused) else "")
        else:
            await self.desk.cases.reveal(admitted.case.id, admitted.person.id)
            shown = why.view(admitted.case, self.desk.nearly(admitted.case), form.channel, form.thread, open_eyes=True)
        await ack()
        await redraw(client, body["view"], shown)
