"""Reading over IMAP: the cursor, a server that numbers anew, the bell, and connections that break."""

import asyncio
import os
import time
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import pytest

from bot.doorbell import ring_on
from bot.ingest import Ingest
from bot.store.codec import PLAIN
from bot.store.database import Database
from bot.store.database import connect as open_database
from bot.store.mailboxes import MailboxMemory
from bot.store.queue import Queue
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Mailbox
from tests.bot.scene import mail, peek, until
from tests.mail.account import Account, Kept
from tests.mail.wire import FAULTS, Fault, Wire, patience

FULL = bool(os.environ.get("TRIAGE_FULL"))
INBOX = MailboxId("support@larkspur.example")


@pytest.fixture(params=["pymap", "dovecot"])
def anywhere(request: pytest.FixtureRequest) -> Account:
    """Both servers; the tests below rely on nothing else."""
    found: Account = request.getfixturevalue("account" if request.param == "pymap" else "dovecot_account")
    return found


async def test_the_first_look_starts_at_now_and_mails_stay_unread(anywhere: Account) -> None:
    anywhere.deliver(mail("before"))
    mailbox = anywhere.connect()
    assert await mailbox.arrivals(10) == []
    anywhere.deliver(mail("after"))
    (found,) = await mailbox.arrivals(10)
    assert b"<after@customers.example>" in found.raw
    await mailbox.taken(found.source)
    assert all(b"\\Seen" not in flags for flags in anywhere.flags(anywhere.settings.inbox))


async def test_a_mail_was_received_when_the_server_says(anywhere: Account) -> None:
    mailbox = anywhere.connect()
    await mailbox.arrivals(10)
    at = datetime(2026, 3, 29, 1, 30, 59, tzinfo=UTC)
    anywhere.deliver(mail("a"), at)
    assert [found.received_at for found in await mailbox.arrivals(10)] == [at]


async def test_the_cursor_is_saved_only_over_mails_that_were_taken(account: Account) -> None:
    memory = account.memory = Kept()
    mailbox = account.connect()
    await mailbox.arrivals(10)
    for name in ("a", "b", "c"):
        account.deliver(mail(name))
    start = memory.kept["uid"]
    first, second, third = await mailbox.arrivals(10)
    await mailbox.taken(second.source)
    await mailbox.taken(third.source)
    assert memory.kept["uid"] == start
    await mailbox.taken(first.source)
    assert memory.kept["uid"] == int(str(start)) + 3
    assert await account.connect().arrivals(10) == []


async def test_numbers_that_begin_anew_cost_no_mail_and_repeat_none(anywhere: Account) -> None:
    """What was there keeps its source; what is older than the start, or a week, stays out."""
    mailbox, now = anywhere.connect(), datetime.now(UTC).replace(microsecond=0)
    await mailbox.arrivals(10)
    for name in ("known", "untaken"):
        anywhere.deliver(mail(name), now)
    known, untaken = await mailbox.arrivals(10)
    await mailbox.taken(known.source)
    anywhere.recreate(anywhere.settings.inbox)
    for name, age in (("new", 0), ("known", 0), ("ancient", 3000), ("untaken", 0), ("before the start", 2)):
        anywhere.deliver(mail(name), now - timedelta(hours=age))
    for reader in (mailbox, anywhere.connect()):
        found = await reader.arrivals(10)
        assert [b"<new@" in each.raw for each in found] == [True, False, False]
        assert [each.source for each in found[1:]] == [known.source, untaken.source]
    for each in found:
        await reader.taken(each.source)
    assert await reader.arrivals(10) == []
    assert await anywhere.connect().arrivals(10) == []


async def test_the_database_knows_a_mail_by_its_source_after_a_restore(account: Account, database: str) -> None:
    pool = await open_database(database, name="test", size=2)
    account.memory = MailboxMemory(pool, INBOX)
    ingest = Ingest(Queue(pool, PLAIN), account.connect(), peek)
    await ingest.poll()
    now = datetime.now(UTC)
    account.deliver(mail("a"), now)
    await ingest.poll()
    account.recreate(account.settings.inbox)
    account.deliver(mail("b"), now)
    account.deliver(mail("a"), now)
    await ingest.poll()
    rows = await pool.run(lambda link: link.fetch("select rfc822_message_id as id from messages order by id"))
    assert sorted(row["id"] for row in rows) == ["a@customers.example", "b@customers.example"]
    await pool.close()


async def test_the_bell_rings_when_a_mail_arrives(anywhere: Account) -> None:
    mailbox = anywhere.connect()
    await mailbox.arrivals(10)
    waiting = asyncio.ensure_future(mailbox.wait_for_news(60))
    done, _ = await asyncio.wait({waiting}, timeout=0.7)
    assert not done
    start = time.monotonic()
    await asyncio.to_thread(anywhere.deliver, mail("a"))
    await waiting
    assert time.monotonic() - start < 5
    assert len(await mailbox.arrivals(10)) == 1


async def test_a_mail_between_looking_and_listening_rings_at_once(account: Account) -> None:
    mailbox = account.connect()
    await mailbox.arrivals(10)
    account.deliver(mail("a"))
    assert await _waited(mailbox.wait_for_news(60)) < 5
    await mailbox.arrivals(10)
    assert await _waited(mailbox.wait_for_news(0.3)) >= 0.3


async def test_waiting_ends_with_its_time_and_when_it_is_cancelled(account: Account) -> None:
    """Who waits no longer does not hold the connection: the next one gets it, and waits its own time."""
    mailbox = account.connect()
    await mailbox.arrivals(10)
    assert 0.1 <= await _waited(mailbox.wait_for_news(0.1)) < 5
    waiting = asyncio.ensure_future(mailbox.wait_for_news(60))
    assert not (await asyncio.wait({waiting}, timeout=0.3))[0]
    waiting.cancel()
    assert 0.1 <= await _waited(mailbox.wait_for_news(0.1)) < 5
    assert waiting.cancelled()


async def _waited(wait: Awaitable[None]) -> float:
    """How many seconds it took; within 20."""
    began = time.monotonic()
    async with asyncio.timeout(20):
        await wait
    return time.monotonic() - began


async def test_ingest_hears_of_a_mail_long_before_it_would_look(account: Account, database: str) -> None:
    pool, stop = await open_database(database, name="test", size=2), asyncio.Event()
    mailbox = account.connect()
    await mailbox.arrivals(10)
    ingest = Ingest(Queue(pool, PLAIN), mailbox, peek, 600.0)
    running = asyncio.gather(ingest.run(stop), ring_on(mailbox.wait_for_news, ingest.bell, stop))
    began = time.monotonic()
    for number, name in enumerate(("perhaps found by the first look", "heard of", "heard of again"), 1):
        await asyncio.to_thread(account.deliver, mail(name.replace(" ", "-")))
        await until(partial(_has, pool, number))
    assert time.monotonic() - began < ingest.seconds / 10
    stop.set()
    async with asyncio.timeout(5):
        await running
    await pool.close()


async def _has(pool: Database, mails: int) -> bool:
    return bool(await pool.run(lambda link: link.fetchval("select count(*) = $1 from messages", mails)))


BREAKS = list(product(["NOOP", "LOGIN", "CAPABILITY", "EXAMINE", "UID SEARCH", "UID FETCH"], FAULTS))


@pytest.mark.parametrize(("command", "fault"), BREAKS if FULL else BREAKS[::11])
async def test_reading_survives_every_fault(account: Account, imap_wire: Wire, command: str, fault: Fault) -> None:
    """A call fails with Temporary or not at all, and the next ones find the mail, unchanged, once."""
    mailbox: Mailbox = account.connect(timeout_seconds=patience(fault))
    if command == "NOOP":
        await mailbox.arrivals(10)
    else:
        await account.connect().arrivals(10)
    account.deliver(mail("a"))
    imap_wire.strike(command, fault)
    try:
        found = await mailbox.arrivals(10)
    except Temporary:
        found = []
    assert imap_wire.struck == 1
    again = await mailbox.arrivals(10)
    assert [each.raw.replace(b"\r\n", b"\n") for each in again] == [mail("a")]
    assert found in ([], again)
    await mailbox.taken(again[0].source)
    assert await mailbox.arrivals(10) == []


@pytest.mark.parametrize("fault", ["no before", "bad before"])
async def test_a_mail_that_cannot_be_fetched_holds_nothing_up_and_is_not_lost(account: Account, imap_wire: Wire, fault: Fault) -> None:
    mailbox = account.connect()
    await mailbox.arrivals(10)
    account.deliver(mail("a"))
    account.deliver(mail("b"))
    imap_wire.strike("UID FETCH", fault, skip=1)
    (found,) = await mailbox.arrivals(10)
    assert b"<b@" in found.raw
    await mailbox.taken(found.source)
    (late,) = await account.connect().arrivals(1)
    assert b"<a@" in late.raw


async def test_a_mailbox_that_is_not_there_is_named(account: Account) -> None:
    with pytest.raises((Temporary, Permanent), match=r"folder of support@larkspur\.example"):
        await account.connect(inbox="Nowhere").arrivals(10)
