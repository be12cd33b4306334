"""Graph's subscription, which tells of new mail: made, renewed, and made again when Graph ends it. Polling works without it."""

import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.mailbox.graph.client import Graph, Json
from bot.mailbox.graph.errors import NotThere
from bot.mailbox.graph.kept import Kept, Subscribed
from bot.renewal import Held
from pipeline.email import MailboxId

log = logging.getLogger(__name__)

LIFE = timedelta(minutes=10_080 - 15)


def _nothing() -> None:
    """Nobody waits for the bell."""


@dataclass(slots=True)
class Watch:
    """Implements bot.renewal.Subscription for one inbox.

    `url` is where Graph reaches our webhook; `ring` makes the inbox be read at once.
    """

    graph: Graph
    kept: Kept
    url: str
    ring: Callable[[], None] = _nothing
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _fresh: str = ""
    _urgent: bool = False
    _removed: bool = False

    @property
    def mailbox(self) -> MailboxId:
        return self.graph.settings.address

    async def held(self) -> Held | None:
        held = await self.kept.subscribed()
        if held is None or held.url != self.url or self._removed:
            return None
        return Held(held.renewed, held.expires, self._urgent)

    async def renew(self) -> None:
        held = await self.kept.subscribed()
        if held is not None and held.url != self.url:
            await self._end(held)
            held = None
        if held is None or self._removed or held.expires <= self.clock():
            await self._create()
        else:
            await self._prolong(held)

    async def recognises(self, client_state: str) -> bool:
        """Whether a notification bears our secret. Raises Temporary where our memory cannot be read."""
        held = await self.kept.subscribed()
        known = (self._fresh, held.client_state if held else "")
        matches = [hmac.compare_digest(client_state.encode(), one.encode()) for one in known]
        return bool(client_state) and any(matches)

    def changed(self) -> None:
        """There is new mail."""
        self.ring()

    def lifecycle(self, event: str) -> None:
        """Graph says that the subscription needs us: the next look renews it, and mails that were missed are read now."""
        match event:
            case "subscriptionRemoved":
                self._removed = True
            case "reauthorizationRequired":
                self._urgent = True
            case _:
                log.info("%s: Graph sent %s; the inbox is read.", self.mailbox, ascii(event)[:60])
        self.ring()

    async def _create(self) -> None:
        self._fresh = secrets.token_urlsafe(32)
        body = {
            "changeType": "created",
            "notificationUrl": self.url,
            "lifecycleNotificationUrl": self.url,
            "resource": f"/users/{self.mailbox}/mailFolders('inbox')/messages",
            "clientState": self._fresh,
            **self._ends(),
        }
        made = (await self.graph.call("subscribing", "POST", self._subscriptions, body=body)).json()
        now = self.clock()
        await self.kept.save_subscribed(Subscribed(str(made["id"]), self.url, self._fresh, now, _expiry(made, now)))
        self._removed = self._urgent = False
        self.ring()

    async def _prolong(self, held: Subscribed) -> None:
        """A PATCH is a reauthorisation too. Where Graph knows the subscription no more, another is made."""
        try:
            answer = await self.graph.call("renewing", "PATCH", f"{self._subscriptions}/{held.id}", body=self._ends())
        except NotThere:
            await self._create()
            return
        now = self.clock()
        await self.kept.save_subscribed(replace(held, renewed=now, expires=_expiry(answer.json(), now)))
        self._urgent = False

    async def _end(self, held: Subscribed) -> None:
        try:
            await self.graph.call("unsubscribing", "DELETE", f"{self._subscriptions}/{held.id}")
        except NotThere:
            log.info("%s: the old subscription was gone already.", self.mailbox)
        await self.kept.save_subscribed(None)

    @property
    def _subscriptions(self) -> str:
        return f"{self.graph.settings.graph_url}/subscriptions"

    def _ends(self) -> Json:
        return {"expirationDateTime": f"{(self.clock() + LIFE).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}


def _expiry(made: Json, now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(made["expirationDateTime"]).replace("Z", "+00:00")).astimezone(UTC)
    except (KeyError, ValueError):
        return now + LIFE
