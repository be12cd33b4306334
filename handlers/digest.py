"""The conversation about mail that was filed as spam: a person takes it back."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from blocks import ids
from handlers import payload
from handlers.access import Admitted
from handlers.answers import tell
from handlers.decide import Overtaken, decide
from handlers.desk import Desk
from handlers.payload import Body
from pipeline import review
from pipeline.review import Move, Refused


def register(app: AsyncApp, desk: Desk) -> None:
    app.action(ids.NOT_SPAM)(Filing(desk).not_spam)


@dataclass(frozen=True, slots=True)
class Filing:
    desk: Desk

    async def not_spam(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = payload.click(body)
        done = await decide(self.desk, click.user, click.channel, click.ref, self._cleared)
        await ack()
        if isinstance(done, Refused | Overtaken):
            await tell(client, click, done.sentence)

    async def _cleared(self, admitted: Admitted) -> Move | Refused:
        return review.not_spam(admitted.case, admitted.case.revision, admitted.person, self.desk.clock())
