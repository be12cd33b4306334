"""The one contract of the ingestion queues: at least once, in order within a thread, under a lease, buried after five receipts."""

import asyncio
import os
import random
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from bot.queue import MOST_ATTEMPTS, Deliveries, Delivery, Held
from pipeline.email import MailboxId
from tests.bot.queue.back_ends import LEASE, BackEnd

SUPPORT, SALES = MailboxId("support@larkspur.example"), MailboxId("sales@larkspur.example")
TRACE = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
MAILS = 400 if os.environ.get("TRIAGE_FULL") else 24
AT = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)


def delivery(source: str, thread: str = "t", mailbox: MailboxId = SUPPORT, raw: bytes | None = b"From: a\r\n\r\n\xff\x00") -> Delivery:
    return Delivery(mailbox, source, thread, raw, AT, TRACE)


async def receive(queue: Deliveries, seconds: float = 5.0) -> Held:
    """The next one, and no other."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = await queue.receive(1, 0.2)
        if found:
            [held] = found
            return held
    raise AssertionError(f"nothing came within {seconds} s")


async def test_what_was_put_comes_back_as_it_was(back_end: BackEnd) -> None:
    async with back_end.open() as queue:
        odd = delivery("Grüße/\u2028 '\"", "t <x@y>", raw=bytes(range(256)) * 500)
        named = delivery("large", "other", raw=None)
        for each in (odd, named):
            await queue.put(each)
        taken = [await receive(queue), await receive(queue)]
        assert sorted((held.delivery for held in taken), key=lambda found: found.source) == [odd, named]
        assert [(held.attempt, held.dead) for held in taken] == [(1, False)] * 2
        for held in taken:
            await queue.done(held)
        assert not await queue.receive(10, 0.1)


async def test_a_lease_can_be_kept_and_a_dead_consumers_delivery_comes_again(back_end: BackEnd) -> None:
    async with back_end.open() as dies, back_end.open() as lives:
        for source in ("first", "second"):
            await dies.put(delivery(source))
        held = await receive(dies)
        assert await dies.extend(held, 2 * LEASE)
        until = time.monotonic() + 1.6
        while time.monotonic() < until:
            assert not await lives.receive(1, 0.1), "the lease was extended, and what is behind it in the thread waits"
        again = await receive(lives)
        assert (again.delivery.source, again.attempt) == ("first", 2)
        await lives.done(again)
        await dies.done(held)
        second = await receive(lives)
        assert (second.delivery.source, second.attempt) == ("second", 1)


async def test_given_back_it_comes_again_at_once_before_what_is_behind_it(back_end: BackEnd) -> None:
    async with back_end.open(timedelta(seconds=60)) as queue:
        for source in ("first", "second"):
            await queue.put(delivery(source))
        for attempt in (1, 2, 3):
            held = await receive(queue)
            assert (held.delivery.source, held.attempt) == ("first", attempt)
            await queue.give_back(held)


async def test_after_five_receipts_it_is_a_dead_letter_and_the_thread_goes_on(back_end: BackEnd) -> None:
    async with back_end.open() as queue:
        for source in ("killer", "behind"):
            await queue.put(delivery(source))
        for _ in range(MOST_ATTEMPTS):
            held = await receive(queue)
            assert held.delivery.source == "killer"
            await queue.give_back(held)
        assert (await receive(queue)).delivery.source == "behind"
        [dead] = await queue.buried(10)
        assert (dead.delivery, dead.dead) == (delivery("killer"), True)
        await queue.give_back(dead)
        [dead] = await queue.buried(10)
        await queue.done(dead)
        assert not await queue.buried(10)


async def test_many_consumers_of_whom_some_die_keep_every_thread_in_order(back_end: BackEnd) -> None:
    """Six consumers; every now and then one takes mails and is never heard of again."""
    chance, finished = random.Random(7), defaultdict[tuple[str, str], list[str]](list)  # the same slice every time
    threads = [(mailbox, f"t{number}") for mailbox in (SUPPORT, SALES) for number in range(3)]
    wanted = {thread: [f"{number:03}" for number in range(MAILS // len(threads))] for thread in threads}

    def missing() -> bool:
        return any(len(set(finished[thread])) < len(mails) for thread, mails in wanted.items())

    async def consume(deaths: int) -> None:
        async with back_end.open() as queue:
            while missing():
                batch = await queue.receive(5, 0.2)
                if batch and deaths and chance.random() < 0.3:
                    deaths -= 1
                    continue
                for held in batch:
                    found = held.delivery
                    finished[found.mailbox, found.thread].append(found.source.rpartition("/")[2])
                    await queue.done(held)

    async with back_end.open() as producer:
        for number in range(MAILS // len(threads)):
            for mailbox, thread in threads:
                await producer.put(delivery(f"{thread}/{number:03}", thread, mailbox))
        async with asyncio.timeout(60 if MAILS > 100 else 20), asyncio.TaskGroup() as group:
            for deaths in (1, 1, 1, 0, 0, 0):
                group.create_task(consume(deaths))
    first_times = {thread: list(dict.fromkeys(sources)) for thread, sources in finished.items()}
    assert first_times == wanted
