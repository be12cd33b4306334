"""Nothing is lost and nothing comes twice when notifications fail, history is forgotten, or we die while reading."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.doorbell import Doorbell
from bot.ingest import Ingest
from bot.mailbox import mime
from bot.mailbox.gmail import GmailMailbox
from bot.mailbox.gmail_token import GoogleCerts
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.mailboxes import MailboxMemory
from bot.store.queue import Queue
from bot.web import serving
from bot.webhooks.gmail import GMAIL, GmailPush, gmail_push
from pipeline.errors import Temporary
from sandbox.mail.gmail.pubsub import Subscription
from tests.bot.scene import until
from tests.gmail import INBOX, World, gmail_world, mail

AUDIENCE, ACCOUNT = "https://triage.example/webhooks/gmail", "push@project.iam.gserviceaccount.com"
TOPIC = "projects/project/topics/gmail"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with gmail_world(tmp_path) as made:
        yield made


@pytest.fixture
async def store(database: str) -> AsyncIterator[Database]:
    pool = await connect(database, name="test", size=4)
    yield pool
    await pool.close()


def ingest(world: World, store: Database, bell: Doorbell | None = None, seconds: float = 0.1) -> Ingest:
    """A newly started program's reading, with its memory in the database."""
    world.memory = MailboxMemory(store, INBOX)  # type: ignore[assignment]  # both are the Memory port
    return Ingest(Queue(store, PLAIN), world.mailbox(topic=TOPIC), mime.peek, seconds, bell or Doorbell())


async def stored(store: Database) -> list[str]:
    rows = await store.run(lambda link: link.fetch("select source from messages order by id"))
    return [row["source"] for row in rows]


async def _stored_are(store: Database, sources: list[str]) -> bool:
    return await stored(store) == sources


@asynccontextmanager
async def reading(world: World, store: Database, seconds: float) -> AsyncIterator[None]:
    """Reading under way, with a webhook that Pub/Sub may post to."""
    bell, stop = Doorbell(), asyncio.Event()
    under_way = ingest(world, store, bell, seconds)
    assert isinstance(under_way.mailbox, GmailMailbox)
    await under_way.mailbox.watch("projects/project/topics/gmail").renew()
    handler = gmail_push({INBOX: GmailPush(AUDIENCE, ACCOUNT, bell)}, GoogleCerts(world.gmail.certs_url))

    async def connected() -> bool:
        return True

    async with serving("127.0.0.1", 0, store.pool, connected, {GMAIL: handler}) as port:
        world.gmail.pubsub.subscription = Subscription(f"http://127.0.0.1:{port}/webhooks/gmail/{INBOX}", AUDIENCE, ACCOUNT)
        await under_way.poll()
        task = asyncio.create_task(under_way.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task


async def test_a_notification_rings_before_the_next_poll(world: World, store: Database) -> None:
    async with reading(world, store, seconds=600):
        sent = []
        for number in range(3):
            sent.append(world.gmail.deliver(mail(str(number))).id)
            await until(lambda: _stored_are(store, sent))
    assert await stored(store) == sent


async def test_notifications_dropped_repeated_and_shuffled_lose_nothing_and_repeat_nothing(world: World, store: Database) -> None:
    chance = random.Random(5)
    world.gmail.pubsub.held = []
    async with reading(world, store, seconds=0.3):
        sent = [world.gmail.deliver(mail(str(number)), ("SPAM",) if number % 7 == 0 else ("INBOX",)).id for number in range(60)]
        notices = [notice for notice in world.gmail.pubsub.held if chance.random() > 0.3] * 5
        chance.shuffle(notices)
        assert set(await asyncio.gather(*(world.gmail.pubsub.post(notice) for notice in notices))) == {204}

        async def all_there() -> bool:
            return len(await stored(store)) >= len(sent)

        await until(all_there)
    assert sorted(await stored(store)) == sorted(sent)


@pytest.mark.parametrize("taken", [0, 7, 20])
async def test_a_forgotten_history_is_read_again_from_the_inbox(world: World, store: Database, taken: int) -> None:
    world.gmail.deliver(mail("long before"), at=1)
    await ingest(world, store).poll()
    sent = [world.gmail.deliver(mail(str(number)), ("SPAM",) if number == 3 else ("INBOX",)).id for number in range(20)]
    first = ingest(world, store)
    for arrival in await first.mailbox.arrivals(taken):
        await first._take(arrival)
    world.gmail.box.expire_history()
    sent += [world.gmail.deliver(mail(f"later {number}")).id for number in range(5)]
    again = ingest(world, store)
    while await again.poll():
        continue
    assert sorted(await stored(store)) == sorted(sent)
    after = world.gmail.deliver(mail("after")).id
    await again.poll()
    assert (await stored(store))[-1] == after
    assert len(await stored(store)) == 26


async def test_a_large_inbox_is_read_again_only_as_far_as_needed(world: World, store: Database) -> None:
    old = 1_700_000_000_000
    for number in range(120):
        world.gmail.deliver(mail(str(number)), at=old + number)
    await ingest(world, store).poll()
    new = world.gmail.deliver(mail("new")).id
    world.gmail.box.expire_history()
    world.gmail.faults.calls.clear()
    reader = ingest(world, store)
    while await reader.poll():
        continue
    assert await stored(store) == [new]
    assert world.gmail.faults.calls.count("messages.list") == 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("death", range(4))
async def test_a_death_between_commit_and_cursor_costs_nothing(world: World, store: Database, death: int, when: str) -> None:
    """Dies around the n-th `taken`; the next start reads on from the cursor that was saved."""
    await ingest(world, store).poll()
    sent = [world.gmail.deliver(mail(str(number))).id for number in range(4)]
    dying = ingest(world, store)
    for number, arrival in enumerate(await dying.mailbox.arrivals(50)):
        if (number, when) == (death, "before"):
            await dying.queue.ingest(INBOX, arrival, mime.peek(arrival.raw))
            break
        await dying._take(arrival)
        if number == death:
            break
    again = ingest(world, store)
    while await again.poll():
        continue
    assert await stored(store) == sent


@pytest.mark.parametrize("method", ["history.list", "messages.get", "getProfile", "messages.list"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "rate_limited", "error_after", "reset", "odd_answer"])
async def test_a_fault_while_reading_costs_a_poll_and_no_mail(world: World, store: Database, method: str, kind: Any) -> None:
    await ingest(world, store).poll()
    sent = [world.gmail.deliver(mail(str(number))).id for number in range(3)]
    if method in ("getProfile", "messages.list"):
        world.gmail.box.expire_history()
    world.gmail.faults.fail(method, kind)
    reader = ingest(world, store)
    with pytest.raises(Temporary):
        await reader.poll()
    while await reader.poll():
        continue
    assert await stored(store) == sent
