"""The running stand-in as tests and the demo hold it: its addresses, and hands to act with."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
from aiohttp import web

from sandbox.mail.by_hand import by_hand
from sandbox.mail.graph import shapes
from sandbox.mail.graph.app import LOOPBACK, application
from sandbox.mail.graph.faults import Faults
from sandbox.mail.graph.mailbox import Item, Mailbox
from sandbox.mail.graph.settings import Account, Behaviour
from sandbox.mail.graph.subscription import Subscription
from sandbox.mail.graph.subscriptions import living
from sandbox.mail.graph.world import World


@dataclass(slots=True, eq=False)
class LocalGraph:
    """One mailbox in one tenant. Notifications wait in `waiting` until `notify` carries them."""

    world: World
    waiting: list[Item] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def graph_url(self) -> str:
        return self.world.graph_url

    @property
    def authority(self) -> str:
        return f"{self.world.origin}/{self.world.account.tenant}"

    @property
    def account(self) -> Account:
        return self.world.account

    @property
    def mailbox(self) -> Mailbox:
        return self.world.mailbox

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def behaviour(self) -> Behaviour:
        return self.world.behaviour

    @property
    def ledger(self) -> list[bytes]:
        """Every mail that really left, once for each time that it did."""
        return self.world.mailbox.ledger

    def deliver(self, raw: bytes, age: timedelta = timedelta(0)) -> Item:
        """A mail arrives in the inbox; its notification waits."""
        item = self.mailbox.deliver(raw, received=self.mailbox.clock() - age)
        self.waiting.append(item)
        return item

    def junk(self, raw: bytes) -> Item:
        """A mail arrives in Junk Email, of which nobody is notified."""
        return self.mailbox.deliver(raw, "junkemail")

    def answer_by_hand(self, answered: Item, text: str, by: str = "", to: str = "") -> Item:
        """A person answers in Outlook: their draft leaves, and its copy lies in Sent Items. `by` is what stands in From."""
        item = self.mailbox.draft(by_hand(answered.raw, text, by or self.mailbox.address, to=to), answered)
        self.mailbox.submit(item)
        return item

    def expire_deltas(self) -> None:
        """Every delta token given so far answers 410 from now on."""
        self.world.era += 1

    def expire_tokens(self) -> None:
        """Every access token given so far answers 401 from now on."""
        self.world.token += "."

    async def notify(self, chance: random.Random, drop: float = 0.0, times: int = 1, forge: str = "") -> int:
        """Carry the waiting notifications: some never, the others `times` times, in any order. How many were posted.

        `forge` replaces their clientState.
        """
        kept = [item for item in self.waiting if chance.random() >= drop]
        self.waiting.clear()
        posts = [(one, item) for item in kept for one in living(self.world) for _ in range(times)]
        chance.shuffle(posts)
        for subscription, item in posts:
            await self._post(subscription.url, subscription, {**_change(subscription, item), **_forged(forge)})
        return len(posts)

    async def lifecycle(self, event: str) -> None:
        """Post a lifecycle notification to every subscription; `subscriptionRemoved` also ends it."""
        for subscription in living(self.world):
            if event == "subscriptionRemoved":
                del self.world.subscriptions[subscription.id]
            if subscription.lifecycle_url:
                await self._post(subscription.lifecycle_url, subscription, {"lifecycleEvent": event})

    async def _post(self, url: str, subscription: Subscription, more: shapes.Json) -> None:
        notification = {
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": shapes.moment(subscription.expires),
            "clientState": subscription.client_state,
            "tenantId": self.account.tenant,
            **more,
        }
        async with aiohttp.ClientSession() as session, session.post(url, json={"value": [notification]}) as response:
            self.answers.append(response.status)


def _forged(state: str) -> dict[str, str]:
    return {"clientState": state} if state else {}


def _change(subscription: Subscription, item: Item) -> shapes.Json:
    id = item.immutable if subscription.immutable else item.ordinary
    resource = f"Users/user/Messages/{id}"
    data = {"@odata.type": "#Microsoft.Graph.Message", "@odata.id": resource, "id": id}
    return {"changeType": "created", "resource": resource, "resourceData": data}


@asynccontextmanager
async def local_graph(address: str, behaviour: Behaviour | None = None, port: int = 0) -> AsyncIterator[LocalGraph]:
    """Serve until the block ends; nothing of it runs on."""
    chosen = behaviour or Behaviour()
    world = World(Account(address), chosen, Mailbox(address, chosen))
    runner = web.AppRunner(application(world), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        world.port = int(runner.addresses[0][1])
        yield LocalGraph(world)
    finally:
        await runner.cleanup()
