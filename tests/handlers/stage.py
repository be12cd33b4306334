"""A local Slack, the real Bolt app connected to it, and cases on the board."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import SecretStr

from blocks.home import Health
from bot.buckets import OwnBucket
from bot.budget import Budgets, Limit
from bot.slack.app import SlackSettings, build, posting_client
from bot.slack.board import SlackBoard
from bot.slack.directory import SlackDirectory
from bot.slack.pace import Pace
from bot.slack.rooms import Rooms
from bot.slack.socket import Sockets, sockets
from handlers.desk import Desk, Gate
from pipeline.case import Case, CaseId, Draft, Finding, PersonId, Route
from pipeline.email import Email
from pipeline.gate.account import Account
from pipeline.gate.states import Change, Event
from pipeline.people import Inbox, People
from pipeline.policy.explain import near_rules
from pipeline.policy.rulebook import Rulebook
from pipeline.ports import Placed
from pipeline.review import Refused
from pipeline.rights import Pause
from sandbox.slack.local import LocalSlack
from tests.blocks.cases import NOW, REVIEW, SUPPORT
from tests.handlers.memory import MemoryCases
from tests.slack import local_slack

APPROVERS = (
    "ana@larkspur.example",
    "ben@larkspur.example",
    "gus@larkspur.example",
    "lena@larkspur.example",
    "jonas@acme-facilities.example",
)
"""A guest, a stranger and somebody who left are on the list by mistake: they must not act all the same."""
CHANNEL = "support-inbox"
VIP_AT_NIGHT = {"kind": "all", "of": [{"kind": "intent", "one_of": ["pricing"]}, {"kind": "vip"}]}
NEARLY = Rulebook.model_validate(
    {"rules": [{"name": "vip_prices", "why": "A VIP asks for prices.", "when": VIP_AT_NIGHT, "then": {"at_most": "human"}}]}
)


def people(channel: str = CHANNEL) -> People:
    return People(inboxes={SUPPORT: Inbox(channel=channel, approvers=APPROVERS)}, policy_editors=APPROVERS)


@dataclass(slots=True)
class MemorySeen:
    keys: set[str] = field(default_factory=set)

    async def first(self, key: str) -> bool:
        fresh = key not in self.keys
        self.keys.add(key)
        return fresh


@dataclass(slots=True)
class MemorySwitch:
    held: Pause | None = None

    async def pause(self, by: str, name: str, why: str) -> Pause | None:
        before, self.held = self.held, self.held or Pause(name, NOW, why)
        return before

    async def resume(self, by: str, name: str) -> Pause | None:
        before, self.held = self.held, None
        return before


class ForgetfulSeen:
    """What a Redis that is away amounts to."""

    async def first(self, key: str) -> bool:
        return True


def lint(draft: Draft, email: Email) -> tuple[Finding, ...]:
    return (Finding("promise", "A word that promises something: guarantee", Route.REVIEW),) if "guarantee" in draft.text else ()


class NoGate:
    """No intent could ever answer by itself."""

    async def accounts(self) -> Sequence[Account]:
        return ()

    async def act(self, intent: str, revision: int, make: Callable[[Account], Event]) -> Change | Refused:
        return Refused("There is nothing to decide.")

    async def look(self) -> None: ...


Second = Callable[[CaseId, PersonId, bool], Awaitable[bool]]


async def nobody_second(case: CaseId, by: PersonId, wrong: bool) -> bool:
    return False


async def well() -> Sequence[Health]:
    return [Health("Slack", True, "connected")]


@dataclass(slots=True)
class Stage:
    """What a test holds: the Slack, the memory, the board, and how to wait for what comes of a click."""

    slack: LocalSlack
    cases: MemoryCases
    board: SlackBoard
    desk: Desk
    settings: SlackSettings
    sockets: Sockets

    async def place(self, case: Case = REVIEW, again: bool = False) -> dict[str, str]:
        """Put a case into memory and its cards on the board: the ts of each card."""
        if case.id not in self.cases.cases:
            self.cases.add(case)
        return await self.redraw(case.id, again)

    async def redraw(self, case: CaseId = REVIEW.id, again: bool = False) -> dict[str, str]:
        """What the outbox does after each move."""
        held = self.cases.placed.setdefault(case, {})

        async def remember(placed: Placed) -> None:
            held[placed.kind] = placed

        await self.board.show(self.cases.cases[case], dict(held), again=again, remember=remember)
        return {kind: placed.ts for kind, placed in held.items()}

    def case(self, case: CaseId = REVIEW.id) -> Case:
        return self.cases.cases[case]

    async def click(self, user: str, ts: str, action_id: str, channel: str = CHANNEL) -> None:
        await self.slack.click(user, channel, ts, action_id)

    async def whisper(self, user: str, channel: str = CHANNEL) -> str:
        """The next sentence that only this person sees."""
        found = await until(lambda: self.slack.ephemerals(user, channel))
        return str(found[-1]["text"])

    async def window(self, user: str) -> dict[str, Any]:
        """The window on top of this person's screen."""
        return dict((await until(lambda: self.slack.views(user)))[-1])

    async def drawn(self, ts: str, channel: str = CHANNEL) -> str:
        """A message as text: everything that its blocks say."""
        thread = [message for root in await self.slack.messages(channel) for message in await self.slack.thread(channel, root["ts"])]
        return said(next(message for message in thread if message["ts"] == ts)["blocks"])


def said(node: Any) -> str:
    """Every text in a message or a view, in order."""
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return " ".join([*own, *(said(child) for child in node.values() if isinstance(child, dict | list))])
    return " ".join(said(child) for child in node) if isinstance(node, list) else ""


async def until(ask: Callable[[], Awaitable[Any]], seconds: float = 5.0) -> Any:
    """The first answer that is not empty; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not (answer := await ask()):  # noqa: ASYNC110  # what is waited for is on the other side of a socket
            await asyncio.sleep(0.01)
        return answer


@asynccontextmanager
async def stage(
    *,
    channel: str = CHANNEL,
    connections: int = 1,
    cases: MemoryCases | None = None,
    seen: Any = None,
    policies: Any = None,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """Everything connected; `settings` are the local Slack's."""
    kept = cases or MemoryCases()
    async with local_slack(**settings) as slack, acting(slack, kept, channel, connections, seen, policies=policies) as made:
        yield made


@asynccontextmanager
async def acting(
    slack: LocalSlack,
    cases: MemoryCases,
    channel: str = CHANNEL,
    connections: int = 1,
    seen: Any = None,
    gate: Gate | None = None,
    second: Second = nobody_second,
    policies: Any = None,
) -> AsyncIterator[Stage]:
    """Our app on a Slack that runs already; leaving the block is what a restart begins with."""
    access = SlackSettings(SecretStr(slack.bot_token), SecretStr(slack.app_token), slack.api_url)
    client, named = posting_client(access), people(channel)
    directory, switch = SlackDirectory(client, seconds=0.0), MemorySwitch()
    board = SlackBoard(client, Rooms(client, directory, lambda: named), Pace(Budgets([OwnBucket()]), Limit(every=1000, burst=3)))
    near = partial(near_rules, NEARLY)
    kept = (gate or NoGate(), second, policies)
    desk = Desk(cases, lambda: named, directory, lambda: NOW, lint, well, seen or MemorySeen(), switch, near, *kept)
    async with sockets(build(access, desk), access, connections=connections, ping=0.3, watch=0.1) as connected:
        await slack.connected(connections)
        yield Stage(slack, cases, board, desk, access, connected)
