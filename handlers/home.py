"""The Home tab: drawn anew whenever somebody opens it, turns a page or asks for it."""

import re
from dataclasses import dataclass
from datetime import timedelta

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from blocks import home, ids
from blocks.kit import Json
from handlers import payload
from handlers.access import inboxes
from handlers.answers import publish
from handlers.desk import Desk
from handlers.payload import Body
from pipeline.case import PersonId

PERIOD = timedelta(days=7)
FURTHEST = 100


def register(app: AsyncApp, desk: Desk) -> None:
    tab = HomeTab(desk)
    app.event("app_home_opened")(tab.opened)
    app.action(re.compile(rf"{re.escape(ids.HOME_PAGE)}\..*"))(tab.turned)


@dataclass(frozen=True, slots=True)
class HomeTab:
    desk: Desk

    async def opened(self, event: Json, client: AsyncWebClient) -> None:
        if event.get("tab") == "home":
            await publish(client, PersonId(event["user"]), await self._draw(PersonId(event["user"]), 0))

    async def turned(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        asked = str(payload.action(body).get("value") or "0")
        page = min(int(asked), FURTHEST) if asked.isascii() and asked.isdigit() else 0
        await publish(client, payload.user(body), await self._draw(payload.user(body), page))

    async def _draw(self, user: PersonId, page: int) -> Json:
        mailboxes, now = await inboxes(self.desk, user), self.desk.clock()
        first = page * home.PAGE
        waiting = await self.desk.cases.waiting(mailboxes, first + home.PAGE + 1) if mailboxes else ()
        return home.view(
            home.Home(
                mailboxes=mailboxes,
                waiting=waiting[first : first + home.PAGE],
                page=page,
                more=len(waiting) > first + home.PAGE,
                figures=await self.desk.cases.figures(now - PERIOD),
                health=await self.desk.health(),
                now=now,
            )
        )
