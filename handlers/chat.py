"""What people write to the bot as to a person: one polite sentence; what they write in a case's thread is nobody's business but theirs."""

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from blocks.help import HINT
from blocks.kit import Json
from handlers import payload
from handlers.answers import tell
from handlers.payload import Body, Click
from pipeline.case import PersonId

SHORTCUT = "triage_message"


def register(app: AsyncApp) -> None:
    app.shortcut(SHORTCUT)(shortcut)
    app.event("message")(message)
    app.event("app_mention")(mention)


async def shortcut(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
    await ack()
    await tell(client, payload.click(body), f"I cannot make a case of a Slack message yet. {HINT}")


async def message(event: Json, say: AsyncSay) -> None:
    """Answers in a direct conversation only: a reply in a thread of a channel is between colleagues and goes nowhere."""
    if event.get("channel_type") == "im" and not event.get("subtype") and not event.get("bot_id"):
        await say(text=HINT, thread_ts=event.get("thread_ts"))


async def mention(event: Json, client: AsyncWebClient) -> None:
    await tell(client, Click(PersonId(event["user"]), event["channel"], str(event.get("thread_ts") or ""), None, ""), HINT)
