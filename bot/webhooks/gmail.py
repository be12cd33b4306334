"""What providers may tell us over HTTP: only that there may be new mail, and only if they prove who they are."""

import base64
import json
import logging
from dataclasses import dataclass

from aiohttp import web

from bot.doorbell import Doorbell
from bot.mailbox.gmail_token import Certs, NotGoogle, verify
from bot.web import Handler
from pipeline.email import MailboxId
from pipeline.errors import Temporary

log = logging.getLogger(__name__)

GMAIL = "/webhooks/gmail/{address}"


@dataclass(frozen=True, slots=True)
class GmailPush:
    """Whose notifications of one mailbox are believed, and which bell they ring."""

    audience: str
    account: str
    bell: Doorbell


def gmail_push(pushes: dict[MailboxId, GmailPush], certs: Certs) -> Handler:
    """The handler of POST /webhooks/gmail/<address>. 204: heard (Pub/Sub stops); 403: not Google; 503: try again."""

    async def handle(request: web.Request) -> web.Response:
        push = pushes.get(MailboxId(request.match_info["address"].lower()))
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if push is None or kind.lower() != "bearer":
            return web.Response(status=403)
        try:
            await verify(token.strip(), certs, audience=push.audience, account=push.account)
        except NotGoogle as forged:
            log.warning("A notification for Gmail was refused: %s.", forged)
            return web.Response(status=403)
        except Temporary as away:
            log.warning("A notification for Gmail could not be checked: %s", away)
            return web.Response(status=503)
        if _address(await request.read()) == request.match_info["address"].lower():
            push.bell.ring()
        return web.Response(status=204)

    return handle


def _address(body: bytes) -> str:
    """Whose mailbox changed; empty where that cannot be read, for a notice that makes no sense now never will."""
    try:
        return str(json.loads(base64.b64decode(json.loads(body)["message"]["data"]))["emailAddress"]).lower()
    except (ValueError, KeyError, TypeError):
        return ""
