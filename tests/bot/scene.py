"""A small company for tests of store, worker and outbox: one inbox, two approvers, a board that is a file, a triage without thought."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from bot.forwarding import Forwarder
from bot.ingest import Ingest
from bot.mailbox.maildir import MaildirMailbox, connect
from bot.outbox import Outbox
from bot.releasing import Releaser
from bot.sending import Sender
from bot.store.bell import CASES, EFFECTS, Bell
from bot.store.cards import Cards
from bot.store.cases import PostgresCases
from bot.store.clearance import Clearance
from bot.store.codec import PLAIN
from bot.store.database import Database
from bot.store.digests import Digests
from bot.store.effects import EffectQueue
from bot.store.queue import Queue
from bot.store.sends import Sends
from bot.worker import Worker
from pipeline import plan
from pipeline.backlog import Pile
from pipeline.case import Case, CaseId, Classification, Context, Decision, Draft, History, PersonId, Reason, Route, Status, Triaged
from pipeline.digest import Digest
from pipeline.email import Address, Authentication, Email, MailboxId
from pipeline.people import Inbox, People, Person
from pipeline.policy.content import Caps
from pipeline.policy.rulebook import Rulebook
from pipeline.ports import Arrival, CardKind, Place, Placed
from pipeline.review import Move, approve
from tests.pipeline.letters import house

T = TypeVar("T")
INBOX = MailboxId("support@larkspur.example")
ANA = Person(PersonId("U01ANA"), "Ana", "ana@larkspur.example", "member")
BEN = Person(PersonId("U02BEN"), "Ben", "ben@larkspur.example", "member")
PARTNERS = "partners@larkspur.example"
PEOPLE = People(inboxes={INBOX: Inbox(channel="C01SUPPORT", approvers=(ANA.email, BEN.email))}, partnerships=PARTNERS)
CHANNEL = "C01SUPPORT"
HOUSE = replace(house(), people=PEOPLE, rulebook=Rulebook(dry_run=False))
CAPS = Caps()
HOLD = timedelta(minutes=1)
"""How long an answer waits for somebody who stops it."""


@dataclass(frozen=True, slots=True)
class Peek:
    message_id: str
    thread_id: str
    sender: str
    subject: str


def mail(name: str, *, thread: str = "", subject: str = "When do you open?", text: str = "Hello, when do you open?") -> bytes:
    """A customer's mail whose Message-ID is `name`@customers.example; `thread` names the mail that it answers."""
    message = EmailMessage()
    message["From"] = "Carla Customer <carla@customers.example>"
    message["To"] = INBOX
    message["Subject"] = subject
    message["Message-ID"] = f"<{name}@customers.example>"
    if thread:
        message["In-Reply-To"] = message["References"] = f"<{thread}@customers.example>"
    message.set_content(text)
    return message.as_bytes()


def peek(raw: bytes) -> Peek:
    message = BytesParser(policy=default).parsebytes(raw)
    own = str(message["message-id"]).strip("<> ")
    references = str(message["references"] or "").strip("<> ").split("> <")
    return Peek(own, references[0] or own, "carla@customers.example", str(message["subject"]))


async def read(raw: bytes, source: str, received_at: datetime) -> Email:
    envelope = peek(raw)
    text = str(BytesParser(policy=default).parsebytes(raw).get_content())
    carla = Address("Carla Customer", "carla@customers.example")
    proof = Authentication("pass", "customers.example", "")
    ancestors = () if envelope.thread_id == envelope.message_id else (envelope.thread_id,)
    return Email(
        source, envelope.message_id, envelope.thread_id, carla, (), (), (), envelope.subject, None, received_at, "", ancestors,
        text, text, "en", (), (), proof, (), None,
    )  # fmt: skip


async def triage(email: Email, mailbox: MailboxId, history: History, now: datetime, case: CaseId, hold: timedelta = HOLD) -> Triaged:
    """Everything is a question about opening hours; where the text says so, the answer goes out by itself, or the mail is handed on."""
    by_itself = "by itself" in email.text
    route, status = (Route.AUTO_SEND, Status.SCHEDULED) if by_itself else (Route.REVIEW, Status.REVIEW)
    reasons = (Reason("intent", "hours", route, "Opening hours"),)
    decision = Decision(route, route, "hours", "support", "normal", None, reasons, (("intents", "1"),))
    classification = Classification("hours", "normal", "support", (), 0.9, "pricing", "stand-in")
    draft = Draft(1, f"Re: {email.subject}", "We open at nine.\n", "hours", "en", (), (), "template", 3, 0.0)
    draft = replace(draft, forward_to=PARTNERS if "partner" in email.text else "")
    sends_at = now + hold if by_itself else None
    return Triaged(status, classification, Context(False, False, history.earlier), decision, draft, sends_at=sends_at)


async def promote(database: Database, state: str = "auto_send", intent: str = "hours", key: str = "") -> None:
    """What an intent has earned, as it is stored."""
    sql = (
        "insert into gates (intent, key, makings, state, since, counts_from) values ($1, $2, '{}', $3, now(), now())"
        " on conflict (intent) do update set state = $3, key = $2"
    )
    await database.run(lambda connection: connection.execute(sql, intent, key, state))


async def publish(database: Database, number: int) -> None:
    """A version of the policies that holds from now on, without any files."""
    version = "insert into policy_versions values ($1, now(), 'files', 'files', 'files', '', 'd', null, '{}', true, null, false)"
    published = "insert into policy_publishings (version, by_id, by_name, why) values ($1, 'x', 'x', '')"
    for sql in (version, published):
        await database.run(lambda connection, sql=sql: connection.execute(sql, number))  # type: ignore[misc]


@dataclass
class FileBoard:
    """Slack as a file: a JSON line for every message posted or updated; `look again` finds what was posted before."""

    path: Path

    async def show(
        self, case: Case, placed: Mapping[CardKind, Placed], *, again: bool, remember: Callable[[Placed], Awaitable[None]]
    ) -> None:
        kinds: tuple[CardKind, ...] = ("root", "draft")
        for kind in kinds:
            known = placed.get(kind)
            ts = known.ts if known else self._posted(case.id, kind) if again else None
            ts = ts or f"{len(self.lines())}.{case.id}"
            if known is None or known.revision < case.revision:
                self._write({"case": case.id, "kind": kind, "ts": ts, "revision": case.revision, "status": case.status, "note": case.note})
                await remember(Placed(kind, CHANNEL, ts, case.revision))

    async def say(self, case: Case, placed: Mapping[CardKind, Placed], key: str, text: str, *, again: bool, loud: bool = False) -> None:
        self._write({"case": case.id, "kind": "say", "ts": key, "text": text})

    async def ask_second(self, case: Case, drafted: str, key: str, *, again: bool) -> None:
        self._write({"case": case.id, "kind": "second", "ts": key, "text": drafted})

    async def announce(self, mailbox: MailboxId, key: str, text: str, *, again: bool) -> None:
        self._write({"case": 0, "kind": "announce", "ts": key, "text": text})

    async def show_digest(
        self, digest: Digest | Pile, placed: Mapping[int, Place], *, again: bool, remember: Callable[[int, Place], Awaitable[None]]
    ) -> None:
        if isinstance(digest, Pile):
            shelved = [mail.subject for page in digest.pages for mail in page if mail.shelved]
            self._write({"case": 0, "kind": f"pile {digest.kind}", "mails": len(digest.mails), "filed": digest.filed, "shelved": shelved})
            await remember(0, placed.get(0) or Place(CHANNEL, f"{digest.id}.0"))
            return
        for page, mails in enumerate(digest.pages):
            said = [f"{mail.subject}: {mail.cleared_by or mail.why}" for mail in mails]
            self._write({"case": 0, "kind": f"digest {digest.id}.{page}", "kinds": dict(digest.kinds), "spam": said})
            await remember(page, placed.get(page) or Place(CHANNEL, f"{digest.id}.{page}"))

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def _posted(self, case: CaseId, kind: str) -> str | None:
        found = [str(line["ts"]) for line in self.lines() if (line["case"], line["kind"]) == (case, kind)]
        return found[0] if found else None

    def _write(self, line: dict[str, object]) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")


@dataclass
class Staff:
    """The directory: Ana and Ben, unless a test makes somebody leave or shares the channel."""

    people: dict[PersonId, Person] = field(default_factory=lambda: {ANA.id: ANA, BEN.id: BEN})
    shared: bool = False

    async def person(self, person: PersonId) -> Person:
        return self.people[person]

    async def channel_is_shared(self, channel: str) -> bool:
        return self.shared


@dataclass
class Scene:
    """Everything put together over one database and one folder."""

    database: Database
    queue: Queue
    cases: PostgresCases
    effects: EffectQueue
    sends: Sends
    cards: Cards
    mailbox: MaildirMailbox
    board: FileBoard
    staff: Staff
    worker: Worker
    outbox: Outbox
    ingest: Ingest

    async def arrive(self, raw: bytes, source: str) -> CaseId:
        """A mail as the ingest would take it."""
        at = await self.database.run(lambda connection: connection.fetchval("select clock_timestamp()"))
        found = await self.queue.ingest(INBOX, Arrival(source, raw, at), peek(raw))
        assert found is not None
        return found

    async def settle(self) -> None:
        """Let worker and outbox do all there is to do, and what is scheduled go out."""
        while await self.worker.step() or await self.outbox.step() or await self.soon():
            pass

    async def scheduled(self, name: str, text: str = "Answer by itself.", **more: str) -> Case:
        """A case that goes out by itself in a while, its card shown."""
        case = await self.arrive(mail(name, text=text, **more), name)
        while await self.worker.step() or await self.outbox.step():
            pass
        return await self.case(case)

    async def soon(self) -> bool:
        """Let the time of what is scheduled come; False where nothing is."""
        sql = (
            "update effects set available_at = clock_timestamp() where type = 'release' and state = 'pending' and attempts = 0 returning 1"
        )
        return await self.value(sql) is not None

    async def reviewed(self, name: str, **more: str) -> Case:
        """A case that waits for approval, its card shown."""
        case = await self.arrive(mail(name, **more), name)
        await self.settle()
        return await self.case(case)

    async def case(self, case: CaseId) -> Case:
        found = await self.cases.load(case)
        assert found is not None
        return found

    async def approve(self, case: Case, by: Person = ANA) -> Case | None:
        """Click on Approve."""
        move = approve(case, case.revision, by, await self.now(), await self.cases.first_text(case.id))
        assert isinstance(move, Move), move
        return await self.cases.commit(case, move)

    async def now(self) -> datetime:
        found: datetime = await self.database.run(lambda connection: connection.fetchval("select clock_timestamp()"))
        return found

    async def value(self, sql: str, *given: object) -> object:
        return await self.database.run(lambda connection: connection.fetchval(sql, *given))

    async def audit(self, case: CaseId) -> list[str]:
        sql = "select action from audit_log where message_id = $1 order by id"
        rows = await self.database.run(lambda connection: connection.fetch(sql, case))
        return [row["action"] for row in rows]

    def sent(self) -> list[bytes]:
        """Every mail that was handed over."""
        return handed_over(self.mailbox.root)

    def wake(self) -> Awaitable[object]:
        """Let everything that waits for a later try be due now; what waits for somebody to hold it goes on waiting."""
        return asyncio.gather(
            self.value(
                "update effects set available_at = clock_timestamp() where state = 'pending' and (type <> 'release' or attempts > 0)"
            ),
            self.value("update messages set available_at = clock_timestamp() where status in ('queued', 'working')"),
        )


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition, at most 20 s."""
    async with asyncio.timeout(20):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


def handed_over(root: Path) -> list[bytes]:
    folders = [root / folder / part for folder in (".Outbox", ".Sent") for part in ("new", "cur")]
    return [path.read_bytes() for folder in folders for path in sorted(folder.iterdir())]


def untouched(name: str, part: T) -> T:
    return part


class Wrap(Protocol):
    """What a fault test puts round each part, by the part's name."""

    def __call__(self, name: str, part: T) -> T: ...


def scene(
    database: Database,
    dsn: str,
    folder: Path,
    *,
    lease: float = 30.0,
    settles_within: float = 0.0,
    poll: float = 1.0,
    wrap: Wrap = untouched,
    caps: Caps = CAPS,
    hold: timedelta = HOLD,
) -> Scene:
    """Put everything together."""
    mailbox = connect(INBOX, folder / "Maildir", settles_within=timedelta(seconds=settles_within), create=True)
    queue, cases = wrap("queue", Queue(database, PLAIN)), wrap("cases", PostgresCases(database, PLAIN))
    cards, effects = wrap("cards", Cards(database)), wrap("effects", EffectQueue(database, PLAIN))
    sends, staff = wrap("sends", Sends(database, PLAIN)), Staff()
    mailboxes = {INBOX: wrap("mailbox", mailbox)}
    clearance = wrap("clearance", Clearance(database, lambda: HOUSE))
    sender = Sender(effects, cases, sends, cards, mailboxes, lambda: PEOPLE, staff, lambda: "Larkspur", lambda: caps, clearance)
    releaser = wrap("releaser", Releaser(clearance, PLAIN, lambda: caps))
    forwarder = Forwarder(effects, cases, sends, mailboxes, lambda: PEOPLE, lambda: "Larkspur", lambda: caps, clearance)
    board, span = FileBoard(folder / "board.jsonl"), timedelta(seconds=lease)
    worker = Worker(
        queue, Bell(dsn, CASES), wrap("read", read), wrap("triage", partial(triage, hold=hold)), plan.effects, lease=span, poll=poll
    )
    digests = Digests(database, PLAIN)
    parts = (cases, cards, digests, wrap("board", board), sender, forwarder, releaser)
    outbox = Outbox(effects, Bell(dsn, EFFECTS), *parts, lease=span, poll=poll)
    ingest = Ingest(queue, wrap("mailbox", mailbox), peek, poll)
    return Scene(database, queue, cases, effects, sends, cards, mailbox, board, staff, worker, outbox, ingest)
