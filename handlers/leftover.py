"""What nothing else answers: repeated deliveries, unknown clicks, and errors. No click stays without an answer."""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from blocks import home
from blocks.kit import Json
from handlers import payload
from handlers.access import SUPERSEDED
from handlers.answers import publish, tell
from handlers.desk import Seen
from handlers.payload import Body

log = logging.getLogger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)
ACK_IS_READ_SECONDS = 0.05


def register_first(app: AsyncApp, seen: Seen) -> None:
    app.use(Once(seen).pass_on)
    app.error(failed)


def register_last(app: AsyncApp) -> None:
    app.action(ANYTHING)(unknown_click)
    app.shortcut(ANYTHING)(acknowledge)
    app.view(ANYTHING)(acknowledge)
    app.view_closed(ANYTHING)(acknowledge)
    app.options(ANYTHING)(no_options)
    app.event(ANYTHING)(ignore)


@dataclass(frozen=True, slots=True)
class Once:
    """Lets each delivery pass once: Slack sends an event again when our answer was lost."""

    seen: Seen

    async def pass_on(self, body: Body, next: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        key = body.get("event_id") or body.get("trigger_id")
        if key is None or await self.seen.first(f"slack:{body.get('type')}:{key}"):
            await next()
            return None
        return BoltResponse(status=200, body="")


async def unknown_click(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
    """A button of a card that no program draws any more; buttons that open an address only want the acknowledgement."""
    await ack()
    if payload.click(body).channel and not payload.opens_address(body):
        await tell(client, payload.click(body), SUPERSEDED)


async def acknowledge(ack: AsyncAck) -> None:
    await ack()


async def no_options(ack: AsyncAck) -> None:
    await ack(options=[])


async def ignore() -> None:
    """An event that we subscribed to for somebody else's sake."""


async def failed(error: Exception, body: Body, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> BoltResponse | None:
    """Log the error under an id and show that id to the person; the click is acknowledged whatever happened."""
    answered = ack.response is not None
    if answered:
        # Bolt drops an acknowledgement that is younger than its poll of 10 ms when the listener raises.
        await asyncio.sleep(ACK_IS_READ_SECONDS)
    number = secrets.token_hex(4)
    log.error("Error %s while answering %s", number, body.get("type") or body.get("command"), exc_info=error)
    sentence = f"Something went wrong ({number}). Look at the card whether anything changed, then try again; the log knows more."
    await _tell(respond, body, client, sentence, answered)
    return None if answered else BoltResponse(status=200, body=_answer(body, sentence))


def _answer(body: Body, sentence: str) -> Json | str:
    """The body of the acknowledgement that carries the sentence, where the payload has room for one."""
    if body.get("command"):
        return {"response_type": "ephemeral", "text": sentence}
    fields = list((body.get("view") or {}).get("state", {}).get("values", {}))
    if body.get("type") == "view_submission" and fields:
        return {"response_action": "errors", "errors": {fields[-1]: sentence}}
    return ""


async def _tell(respond: AsyncRespond, body: Body, client: AsyncWebClient, sentence: str, answered: bool) -> None:
    """Show the sentence where an acknowledgement has no room for one."""
    event: Json = body.get("event") or {}
    if event.get("type") == "app_home_opened":
        await publish(client, payload.user(body), home.sorry(sentence))
    elif body.get("command") and answered:
        await respond(text=sentence, response_type="ephemeral")
    elif body.get("type") in ("block_actions", "message_action"):
        await tell(client, payload.click(body), sentence)
