"""Reading an Outlook inbox: every mail once, oldest first, whatever becomes of cursors, tokens, pages and answers."""

import asyncio
import logging
import os
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.buckets import alone
from bot.mailbox.graph.credentials import credential
from bot.mailbox.graph.inbox import MOST_TRIES
from bot.mailbox.limits import MAX_BYTES
from bot.mailbox.outlook import OutlookSettings, connect
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured, Permanent, Temporary
from sandbox.mail.graph.faults import KINDS
from sandbox.mail.graph.settings import Behaviour
from tests.bot.outlook.office import INBOX, PLENTY, Notebook, mail, names, office

ROUNDS = 60 if os.environ.get("TRIAGE_FULL") else 4


async def test_reading_begins_now_and_goes_oldest_first() -> None:
    async with office() as at:
        at.graph.deliver(mail("before"), age=timedelta(hours=1))
        await at.begin()
        for name, age in (("b", 20), ("a", 40), ("c", 0)):
            at.graph.deliver(mail(name))
            at.graph.mailbox.history[-1].item.received += timedelta(seconds=60 - age)
        first = await at.box.arrivals(2)
        assert names(list(first)) == ["a", "b"]
        assert first[0].raw == mail("a")
        assert first[0].received_at == at.graph.mailbox.find(first[0].source).received.replace(microsecond=0)
        assert names(list(await at.box.arrivals(5))) == ["a", "b", "c"]
        assert names(await at.take()) == ["a", "b", "c"]
        assert await at.box.arrivals(5) == []


async def test_the_source_is_an_id_that_survives_a_move() -> None:
    async with office() as at:
        await at.begin()
        item = at.graph.deliver(mail("a"))
        (arrival,) = await at.box.arrivals(5)
        at.graph.mailbox.move(item, "junkemail")
        at.graph.mailbox.move(item, "inbox")
        assert arrival.source == item.immutable
        assert [one.source for one in await at.take()] == [item.immutable]
        assert await at.box.arrivals(5) == []


async def test_a_restart_finds_what_was_not_taken_and_only_that() -> None:
    async with office() as at:
        await at.begin()
        for name in ("a", "b"):
            at.graph.deliver(mail(name))
        first, _ = await at.box.arrivals(5)
        await at.box.taken(first.source)
        at = await at.again()
        assert sorted(names(await at.take())) == ["a", "b"]
        at.graph.deliver(mail("c"))
        at = await at.again()
        assert names(await at.take()) == ["c"]


async def test_a_crash_at_the_first_connect_keeps_the_time_of_it() -> None:
    async with office() as at:
        at.graph.faults.order("delta", "error_before")
        with pytest.raises(Temporary):
            await at.box.arrivals(5)
        at.graph.deliver(mail("a"))
        at = await at.again()
        assert names(await at.take()) == ["a"]


async def test_many_mails_come_in_pages_and_each_once() -> None:
    async with office(Behaviour(largest_page=7, replays=3)) as at:
        await at.begin()
        for number in range(60):
            at.graph.deliver(mail(f"m{number}"))
        assert sorted(names(await at.take(13))) == sorted(f"m{number}" for number in range(60))
        assert at.graph.faults.calls["value"] == 60
        assert at.graph.world.most_under_way <= 4


async def test_our_own_drafts_and_sent_mail_and_changes_are_no_arrivals() -> None:
    async with office() as at:
        await at.begin()
        item = at.graph.deliver(mail("a"))
        at.graph.mailbox.deliver(mail("sent"), "sentitems")
        at.graph.mailbox.draft(mail("draft"), None)
        assert names(await at.take()) == ["a"]
        at.graph.mailbox.touch(item)
        at.graph.mailbox.remove(item)
        assert await at.box.arrivals(5) == []


async def test_a_mail_that_vanished_meanwhile_holds_nothing_up() -> None:
    async with office() as at:
        await at.begin()
        gone, _ = at.graph.deliver(mail("a")), at.graph.deliver(mail("b"))
        at.graph.faults.order("value", "error_before", times=2)
        with pytest.raises(Temporary):
            await at.box.arrivals(5)
        at.graph.mailbox.remove(gone)
        assert names(await at.take()) == ["b"]


async def test_an_expired_cursor_finds_all_of_the_last_days_and_nothing_older() -> None:
    async with office() as at:
        await at.begin()
        at.graph.deliver(mail("a"))
        assert names(await at.take()) == ["a"]
        at.graph.deliver(mail("old"), age=timedelta(days=30))
        at.graph.deliver(mail("b"))
        at.graph.expire_deltas()
        assert names(await at.take()) == ["b"]
        at = await at.again()
        at.graph.expire_deltas()
        assert sorted(set(names(await at.take()))) == ["a", "b"]


async def test_a_resync_reaches_back_seven_days() -> None:
    async with office() as at:
        await at.begin()
        cursor = at.notebook.kept["cursor"]
        assert isinstance(cursor, dict)
        cursor["began"] = (datetime.now(UTC) - timedelta(days=90)).isoformat()
        at = await at.again()
        for name, age in (("recent", 6), ("older", 8)):
            at.graph.deliver(mail(name), age=timedelta(days=age))
        at.graph.expire_deltas()
        assert names(await at.take()) == ["recent"]


async def test_the_silent_limit_of_a_filtered_query_hides_nothing() -> None:
    async with office(Behaviour(filter_limit=20, largest_page=6)) as at:
        at.box.inbox.filter_limit = 20
        await at.begin()
        for wave in range(6):
            for number in range(7 if wave < 4 else 40):
                at.graph.deliver(mail(f"m{wave}-{number}"))
            found = names(await at.take())
            assert len(found) == len(set(found)) == (7 if wave < 4 else 40)


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_dropped_repeated_and_shuffled_notifications_lose_nothing(seed: int) -> None:
    chance, found = random.Random(seed), Counter[str]()
    async with office(Behaviour(replays=4, largest_page=5)) as at:
        await at.begin()
        for wave in range(4):
            for number in range(12):
                at.graph.deliver(mail(f"m{wave}-{number}"))
            await at.graph.notify(chance, drop=0.3, times=5)
            if chance.random() < 0.5:
                at.graph.expire_deltas()
            for name in ("delta", "delta_link", "value"):
                at.graph.faults.order(name, chance.choice(["drop_before", "drop_after", "error_after", "reset"]))
            found.update(await _patiently(at.take))
    assert found == {f"m{wave}-{number}": 1 for wave in range(4) for number in range(12)}


async def _patiently(take: object) -> list[str]:
    """Take until nothing is new and nothing failed."""
    names_: list[str] = []
    for _ in range(10):
        try:
            names_ += names(await take())  # type: ignore[operator]
        except Temporary:
            continue
        else:
            return names_
    raise AssertionError("it never came to an end")


@pytest.mark.parametrize("name", ["folder", "delta", "value", "token"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_fault_while_reading_is_temporary_and_costs_nothing(name: str, kind: str) -> None:
    async with office(timeout=timedelta(seconds=0.3 if kind == "hang" else 5)) as at:
        at.graph.deliver(mail("before"), age=timedelta(hours=1))
        at.graph.faults.order(name, kind, seconds=0.6, retry_after=7)  # type: ignore[arg-type]  # one of KINDS
        wishes: list[timedelta | None] = []
        found: list[str] = []
        for attempt in range(3):
            try:
                found += names(await at.take())
            except Temporary as away:
                wishes.append(away.retry_after)
                at = await at.again() if name == "token" else at  # msal itself waits a minute after a failure
            at.graph.deliver(mail(f"m{attempt}")) if attempt == 0 else None
        assert found.count("m0") == 1
        assert found == ["m0"]
        if name in ("folder", "delta"):
            assert all(wish == (timedelta(seconds=7) if kind == "rate_limited" else None) for wish in wishes)
            assert wishes or kind.startswith("drop")  # the HTTP library asks again by itself where a connection that it kept was cut


async def test_a_mail_that_never_can_be_read_goes_to_a_person_and_stops_nobody() -> None:
    async with office() as at:
        await at.begin()
        bad = at.graph.deliver(mail("bad"))
        for _ in range(MOST_TRIES - 1):
            at.graph.faults.order("value", "error_before")
            with pytest.raises(Temporary):
                await at.box.arrivals(5)
        at.graph.faults.order("value", "error_before")
        (note,) = await at.box.arrivals(5)
        assert note.source == bad.immutable
        assert b"could not be read" in note.raw
        assert b"\nFrom:" not in note.raw


async def test_a_huge_mail_is_cut_where_its_reader_sees_that_it_is_too_big() -> None:
    async with office(timeout=timedelta(seconds=20)) as at:
        await at.begin()
        at.graph.deliver(mail("a") + b"x" * (MAX_BYTES + 500_000))
        (arrival,) = await at.box.arrivals(5)
        assert len(arrival.raw) == MAX_BYTES + 1


async def test_an_expired_access_token_is_replaced_within_the_call() -> None:
    async with office() as at:
        await at.begin()
        await at.box.arrivals(5)
        assert at.graph.world.tokens_given == 1
        at.graph.expire_tokens()
        at.graph.deliver(mail("a"))
        assert names(await at.take()) == ["a"]
        assert at.graph.world.tokens_given == 2


async def test_a_refused_app_is_told_with_microsofts_own_code() -> None:
    async with office() as at:
        at.graph.world.refuses_secret = True
        with pytest.raises(Permanent, match="AADSTS7000215"):
            await at.box.arrivals(5)


async def test_a_mailbox_outside_the_apps_scope_is_told() -> None:
    async with office() as at:
        other = connect(replace(at.settings, address=MailboxId("ceo@larkspur.example")), Notebook(), alone(PLENTY))
        with pytest.raises(Permanent, match=r"ErrorAccessDenied.*Mail\.ReadWrite"):
            await other.arrivals(5)
        await other.close()


async def test_a_link_that_leads_elsewhere_is_not_followed() -> None:
    async with office() as at:
        await at.begin()
        cursor = at.notebook.kept["cursor"]
        assert isinstance(cursor, dict)
        cursor["link"] = "http://127.0.0.1:1/v1.0/steal"
        at = await at.again()
        with pytest.raises(Permanent, match="leads away"):
            await at.box.arrivals(5)


async def test_quiet_polls_do_not_write_into_the_database(caplog: pytest.LogCaptureFixture) -> None:
    async with office() as at:
        await at.begin()
        before = at.notebook.saves
        with caplog.at_level(logging.WARNING):
            await asyncio.gather(*(at.box.taken("unknown") for _ in range(3)))
            for _ in range(5):
                assert await at.box.arrivals(5) == []
        assert at.notebook.saves == before
        assert caplog.records == []


def test_without_a_secret_or_with_a_wrong_file_the_operator_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    bare = OutlookSettings(address=INBOX, tenant="t", client_id="c")
    with pytest.raises(Misconfigured, match="neither client_secret nor certificate"):
        connect(bare, Notebook(), alone(PLENTY))
    empty = tmp_path_factory.mktemp("pem") / "app.pem"
    empty.write_text("nothing")
    with pytest.raises(Misconfigured, match="lacks a private key"):
        credential(OutlookSettings(address=INBOX, tenant="t", client_id="c", certificate=empty))
