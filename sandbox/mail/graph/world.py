"""What the stand-in's handlers share."""

import secrets
from collections import deque
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.mail.graph.faults import Faults
from sandbox.mail.graph.mailbox import Mailbox
from sandbox.mail.graph.settings import Account, Behaviour
from sandbox.mail.graph.subscription import Subscription


@dataclass(slots=True, eq=False)
class World:
    """One tenant with one app and one mailbox. `era` changes when delta tokens expire, `token` when access tokens do."""

    account: Account
    behaviour: Behaviour
    mailbox: Mailbox
    faults: Faults = field(default_factory=Faults)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    tokens_given: int = 0
    refuses_secret: bool = False
    era: int = 1
    port: int = 0
    asked: deque[float] = field(default_factory=deque)
    under_way: int = 0
    most_under_way: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def graph_url(self) -> str:
        return f"{self.origin}/v1.0"


WORLD = web.AppKey("world", World)


def prefers_immutable(request: web.Request) -> bool:
    """Whether this request asked for immutable ids; the wish holds for this request alone."""
    return any('idtype="immutableid"' in value.lower().replace(" ", "") for value in request.headers.getall("Prefer", []))
