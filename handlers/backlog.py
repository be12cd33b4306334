"""The conversation about a pile of mail: somebody opens the card of one."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from blocks import ids
from handlers import payload
from handlers.access import SUPERSEDED, admit, inboxes
from handlers.answers import tell
from handlers.desk import Desk
from handlers.payload import Body, Click
from pipeline.review import Refused

POSTED = "The card of this mail is in the channel already."
COMING = "Its card comes into the inbox's channel in a moment."


def register(app: AsyncApp, desk: Desk) -> None:
    app.action(ids.OPEN_CARD)(Opening(desk).open)


@dataclass(frozen=True, slots=True)
class Opening:
    desk: Desk

    async def open(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = payload.click(body)
        sentence = await self._opened(click)
        await ack()
        await tell(client, click, sentence)

    async def _opened(self, click: Click) -> str:
        """From the Home tab, which shows only what its owner may act on, there is no channel that could be shared."""
        if click.ref is None:
            return SUPERSEDED
        if click.channel:
            admitted = await admit(self.desk, click.user, click.channel, click.ref)
            if isinstance(admitted, Refused):
                return admitted.sentence
        else:
            case = await self.desk.cases.load(click.ref.case)
            if case is None or case.mailbox not in await inboxes(self.desk, click.user):
                return SUPERSEDED
        return COMING if await self.desk.cases.open(click.ref.case, click.user) else POSTED
