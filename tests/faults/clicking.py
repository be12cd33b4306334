"""People who click on the cards of cases, all at once, and remember what they were told."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from random import Random
from typing import Any, Literal

import asyncpg

from blocks import ids
from sandbox.slack.errors import SlackError
from tests.faults.two_bots import House, until

What = Literal["approve", "reject", "edit", "take_over"]
Saw = Literal["done", "told", "notice", "no button"]
"""Acknowledged and meant to be done; told in the window why not; Slack's "did not answer"; the card had changed already."""

BUTTONS = {"approve": ids.APPROVE, "reject": ids.REJECT, "edit": ids.EDIT, "take_over": ids.TAKE_OVER}
APPROVERS = {"support": ("ana", "ben", "eva"), "sales": ("chloe", "eva"), "ops": ("dev", "eva")}
OUTSIDER = "mia"
ASKED = {
    "support": "Since yesterday the jobs I assign in Larkspur don't appear in our engineers' Google calendars any more. How do I mend it?",
    "sales": "Could you tell me what Larkspur costs for 14 engineers and 3 people in the office? Monthly and yearly prices please.",
    "ops": "Could you send me a copy of our February invoice, please? I cannot find it any more.",
}
ENDED = "select count(*) from messages where status in ('queued', 'working', 'approved')"
PENDING = "select count(*) from effects where state = 'pending'"
PLACED = "select count(*) from cards where kind = 'draft'"


@dataclass(frozen=True, slots=True)
class Card:
    """One case as people find it: its number, its customer's Message-ID, its draft's message."""

    case: int
    message_id: str
    inbox: str
    channel: str
    ts: str
    thread: str


@dataclass(frozen=True, slots=True)
class Deed:
    who: str
    what: What
    card: Card
    saw: Saw


@dataclass(eq=False)
class Crowd:
    """Everybody of the company, over one house. A person has one pair of hands for windows, and any number for buttons."""

    house: House
    database: asyncpg.Connection
    deeds: list[Deed] = field(default_factory=list)
    hands: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def cards(self, each: int, start: int = 0) -> list[Card]:
        """So many mails for every inbox, once their cards stand in Slack."""
        before = await self.database.fetchval(PLACED)
        for inbox in APPROVERS:
            for number in range(start, start + each):
                self.house.deliver(inbox, f"{inbox}{number}", letter(inbox, number))
        await self.number_of(PLACED, before + each * len(APPROVERS))
        rows = await self.database.fetch(
            "select m.id, rfc822_message_id, mailbox_id, d.channel, d.ts, r.ts from messages m"
            " join cards d on d.message_id = m.id and d.kind = 'draft'"
            " join cards r on r.message_id = m.id and r.kind = 'root' order by m.id"
        )
        return [Card(row[0], row[1], row[2].partition("@")[0], *row[3:]) for row in rows][-each * len(APPROVERS) :]

    async def number_of(self, query: str, wanted: int) -> None:
        async def reached() -> bool:
            return bool(await self.database.fetchval(query) == wanted)

        await until(reached, f"never {wanted}: {query}")

    async def settled(self) -> None:
        """Wait until nothing is left to do, and the post office has carried everything."""
        await self.number_of(ENDED, 0)
        await self.number_of(PENDING, 0)
        await until(self.house.carried, "the post office never carried everything")

    async def does(self, who: str, what: What, card: Card) -> Saw:
        """One attempt, as far as a person takes it: a button, or a button and its window."""
        try:
            saw: Saw = await self._window(who, what, card) if what in ("edit", "reject") else await self._button(who, what, card)
        except SlackError as shown:
            saw = {"operation_timeout": "notice", "action_not_found": "no button"}[shown.code]  # type: ignore[assignment]  # both are Saw
        self.deeds.append(Deed(who, what, card, saw))
        return saw

    async def _button(self, who: str, what: What, card: Card) -> Saw:
        await self.house.slack.click(who, card.channel, card.ts, BUTTONS[what])
        return "done"

    async def _window(self, who: str, what: What, card: Card) -> Saw:
        slack = self.house.slack
        async with self.hands.setdefault(who, asyncio.Lock()):
            await slack.click(who, card.channel, card.ts, BUTTONS[what])
            views = await slack.views(who)
            if not views:
                return "done"
            answer = await slack.submit(who, views[-1]["id"], _filled(views[-1], who))
            if left := await slack.views(who):
                await slack.close(who, left[-1]["id"], clear=True)
            return "told" if answer["response_action"] else "done"

    async def plays(self, cards: Sequence[Card], random: Random) -> None:
        """All at once: on every card one to three people, each with something else in mind."""
        await asyncio.gather(*(self._play(card, random.choice(PLAYS), random) for card in cards))

    async def _play(self, card: Card, play: Sequence[What], random: Random) -> None:
        people = [random.choice(APPROVERS[card.inbox]) for _ in play]
        await asyncio.gather(*(self.does(who, what, card) for who, what in zip(people, play, strict=True)))
        if random.random() < 0.2:
            await self.does(OUTSIDER, "approve", card)

    async def insists(self, who: str, card: Card) -> Saw:
        """Approves, and clicks again for as long as Slack says that the app did not answer."""
        saw = await self.does(who, "approve", card)
        while saw == "notice":
            saw = await self.does(who, "approve", card)
        return saw


PLAYS: tuple[tuple[What, ...], ...] = (
    ("approve",), ("approve", "approve"), ("approve", "reject"), ("approve", "edit"), ("approve", "take_over", "reject"),
    ("edit", "edit"), ("take_over",), ("reject", "edit"), ("approve", "approve", "approve"),
)  # fmt: skip


def letter(inbox: str, number: int) -> bytes:
    """A customer's plain question; each has another sender."""
    mail = EmailMessage()
    mail["Authentication-Results"] = f"mx.larkspur.example; dmarc=pass header.from=firm{number}-{inbox}.example"
    mail["From"] = f"Kim Customer <kim@firm{number}-{inbox}.example>"
    mail["To"] = f"{inbox}@larkspur.example"
    mail["Subject"] = f"Question {number}"
    mail["Message-ID"] = f"<{number}@firm{number}-{inbox}.example>"
    mail.set_content(f"Hello,\n\n{ASKED[inbox]}\n\nThank you,\nKim\n")
    return mail.as_bytes()


def _filled(view: Any, who: str) -> dict[str, Any]:
    """What a person writes into the window of an edit or a rejection."""
    texts = [block["block_id"] for block in view["blocks"] if block["block_id"].startswith("text.")]
    return {texts[0]: f"Hello,\n\nthis is {who}'s own answer.\n"} if texts else {"why": "tone"}


async def check(crowd: Crowd, cards: Sequence[Card]) -> None:
    """Each case is decided at most once, the customer has just what was decided, and everybody knows what became of their click."""
    answers = Counter(str(BytesParser().parsebytes(path.read_bytes())["in-reply-to"]).strip("<>") for path in crowd.house.received())
    for card in cards:
        rows = await crowd.database.fetch("select actor, action from audit_log where message_id = $1", card.case)
        done = [(row["actor"], row["action"]) for row in rows if row["action"] in BUTTONS]
        decisions = [action for _, action in done if action != "edit"]
        assert len(decisions) <= 1, (card, done)
        assert answers[card.message_id] == decisions.count("approve"), (card, done, answers)
        for deed in (deed for deed in crowd.deeds if deed.card == card and deed.saw == "done"):
            effective = (crowd.house.slack.user(deed.who), deed.what) in done
            assert effective or await _told(crowd, deed), deed


async def _told(crowd: Crowd, deed: Deed) -> bool:
    said = await crowd.house.slack.ephemerals(deed.who, deed.card.channel)
    return any(message.get("thread_ts") == deed.card.thread for message in said)
