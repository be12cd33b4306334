"""Microsoft Graph's notifications: the handshake, changes, and lifecycle events."""

import logging
from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from bot.web import Handler
from pipeline.errors import Temporary

log = logging.getLogger(__name__)

PATH = "/webhooks/graph"
MAX_TOKEN = 4096
PLAIN = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class Watching(Protocol):
    """What a notification may do to one inbox (bot/mailbox/graph/watch.py)."""

    async def recognises(self, client_state: str) -> bool: ...
    def lifecycle(self, event: str) -> None: ...
    def changed(self) -> None: ...


def handler(watches: Sequence[Watching]) -> Handler:
    """What answers at the one address for both kinds of notifications."""

    async def notified(request: web.Request) -> web.Response:
        return await _notified(request, watches)

    return notified


async def _notified(request: web.Request, watches: Sequence[Watching]) -> web.Response:
    """Echo the handshake's token; else 202 as soon as the bells rang. 503 where our memory is away: Graph then comes again."""
    token = request.query.get("validationToken")
    if token is not None:
        return web.Response(text=token[:MAX_TOKEN], content_type="text/plain", charset="utf-8", headers=PLAIN)
    try:
        notifications = _read(await request.json())
        strangers = [one for one in notifications if not await _passed_on(one, watches)]
    except ValueError:
        return web.Response(status=400)
    except Temporary:
        return web.Response(status=503)
    if strangers:
        log.warning("%s of %s notifications did not bear our secret and were left alone.", len(strangers), len(notifications))
    return web.Response(status=202)


def _read(body: object) -> list[dict[str, object]]:
    """The notifications of a collection. Raises ValueError."""
    value = body.get("value") if isinstance(body, dict) else None
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("no collection of notifications")
    return value


async def _passed_on(notification: dict[str, object], watches: Sequence[Watching]) -> bool:
    """Every watch is asked, so that the time it takes tells nothing. False where none knows the secret."""
    state, event = str(notification.get("clientState") or ""), str(notification.get("lifecycleEvent") or "")
    known = [watch for watch in watches if await watch.recognises(state)]
    for watch in known:
        if event:
            watch.lifecycle(event)
        else:
            watch.changed()
    return bool(known)
