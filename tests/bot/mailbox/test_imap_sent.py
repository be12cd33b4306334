"""Sent mail over IMAP: a person's answer closes the case, ours never does, and neither an outage nor new numbers lose one."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot import mailboxes
from bot.budget import Budgets
from bot.mailbox.imap import ImapMailbox
from bot.mailbox.imap_sent import ImapSent
from bot.sent import SentWatch
from bot.settings import Settings
from bot.store.mailboxes import MailboxMemory
from pipeline.case import Case, Status
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Memory
from pipeline.review import Move, take_over
from tests.bot.mailbox.contract import a_reply
from tests.bot.scene import ANA, INBOX, Scene, mail
from tests.mail.account import Account, Kept
from tests.mail.wire import FAULTS, Fault, Wire

FULL = bool(os.environ.get("TRIAGE_FULL"))
ANSWER = """\
From: Ben Okafor <support@larkspur.example>\r
To: Carla Customer <carla@customers.example>\r
Subject: Re: Hours\r
Message-ID: <by-hand-{name}@larkspur.example>\r
In-Reply-To: <{answered}@customers.example>\r
References: <{answered}@customers.example>\r
\r
We open at nine. Do come by!\r
\r
> When do you open?\r
"""


def answer(name: str, answered: str = "m1") -> bytes:
    return ANSWER.format(name=name, answered=answered).encode()


@dataclass
class Desk:
    """An account whose sent mail has been looked at once, as `memory` remembers."""

    account: Account
    memory: Memory
    mailbox: ImapMailbox

    def again(self, **change: object) -> ImapSent:
        """The watch as a new process makes it."""
        return self.account.connect(**change).sent(self.memory)

    def file(self, *mails: bytes, folder: str | None = None, at: datetime | None = None) -> None:
        """What a mail program does after it has sent."""
        with self.account.client() as client:
            for raw in mails:
                typ, said = client.append(folder or str(self.account.settings.sent), r"(\Seen)", (at or datetime.now(UTC)).timestamp(), raw)
                assert typ == "OK", said


@pytest.fixture
async def desk(account: Account) -> Desk:
    return await _opened(account, Kept())


async def _opened(account: Account, memory: Memory) -> Desk:
    mailbox = account.connect()
    assert await mailbox.sent(memory).hand_replies(10) == []
    return Desk(account, memory, mailbox)


@pytest.fixture
async def lasting(stage: Scene, account: Account) -> Desk:
    """Whose memory is the database's."""
    return await _opened(account, MailboxMemory(stage.database, MailboxId(f"{INBOX} sent")))


async def _now(stage: Scene, case: Case) -> Case:
    found = await stage.cases.load(case.id)
    assert found is not None
    return found


async def test_an_answer_by_hand_closes_the_case_and_is_a_label(stage: Scene, lasting: Desk) -> None:
    case = await stage.reviewed("m1")
    lasting.file(answer("one"))
    watch = SentWatch(lasting.again(), stage.cases)
    assert await watch.look() == 1
    closed = await _now(stage, case)
    assert closed.status is Status.SENT
    assert closed.outcome is not None
    assert (closed.outcome.kind, closed.outcome.by_name) == ("answered_by_hand", "Ben Okafor")
    assert 0.0 < closed.outcome.similarity < 1.0
    assert await stage.value("select decision from drafts where message_id = $1", case.id) == "answered_by_hand"
    assert await watch.look() == 0
    assert await SentWatch(lasting.again(), stage.cases).sent.hand_replies(10) == []


async def test_a_case_somebody_took_over_is_closed_by_their_answer(stage: Scene, lasting: Desk) -> None:
    case = await stage.reviewed("m1")
    move = take_over(case, case.revision, ANA, await stage.now())
    assert isinstance(move, Move)
    assert await stage.cases.commit(case, move)
    lasting.file(answer("one"))
    assert await SentWatch(lasting.again(), stage.cases).look() == 1
    assert (await _now(stage, case)).status is Status.SENT


async def test_strange_mail_closes_nothing_and_is_passed_over(stage: Scene, lasting: Desk) -> None:
    case = await stage.reviewed("m1")
    lasting.file(answer("other", answered="m9"), answer("fresh").replace(b"In-Reply-To", b"X-Other").replace(b"References", b"X-More"))
    assert await SentWatch(lasting.again(), stage.cases).look() == 0
    assert (await _now(stage, case)).status is Status.REVIEW
    assert await lasting.again().hand_replies(10) == []


async def test_our_own_reply_is_never_taken_for_a_persons(desk: Desk) -> None:
    """Whether we file it or the provider does; and what we send is an answer to a mail, like any other."""
    raw, send_id = a_reply()
    raw = raw.replace(b"Subject:", b"In-Reply-To: <m1@customers.example>\r\nSubject:")
    await desk.mailbox.send_draft(await desk.mailbox.create_draft(raw, send_id))
    assert desk.account.mails(desk.account.settings.sent) == [raw]
    watch = desk.again()
    assert await watch.hand_replies(10) == []
    desk.file(raw.replace(b"X-Triage-Send-Id", b"X-Somebodys-Id"))
    assert [reply.in_reply_to for reply in await watch.hand_replies(10)] == ["m1@customers.example"]


async def test_what_was_sent_before_the_first_look_is_not_ours(account: Account) -> None:
    account.create(str(account.settings.sent))
    desk = Desk(account, Kept(), account.connect())
    desk.file(answer("before"))
    watch = desk.again()
    assert await watch.hand_replies(10) == []
    desk.file(answer("after"))
    assert len(await watch.hand_replies(10)) == 1


async def test_answers_come_oldest_first_until_they_are_noted(desk: Desk) -> None:
    desk.file(*(answer(name, answered=name) for name in ("a", "b", "c")))
    watch = desk.again()
    assert [reply.in_reply_to[0] for reply in await watch.hand_replies(2)] == ["a", "b"]
    found = await watch.hand_replies(10)
    assert [reply.in_reply_to[0] for reply in found] == ["a", "b", "c"]
    await watch.noted(found[1].source)
    for each in (watch, desk.again()):
        assert [reply.in_reply_to[0] for reply in await each.hand_replies(10)][:1] == ["a"]
    for reply in found:
        await watch.noted(reply.source)
    for each in (watch, desk.again()):
        assert await each.hand_replies(10) == []


async def test_an_answer_that_waits_is_fetched_once(desk: Desk, imap_wire: Wire) -> None:
    desk.file(answer("a"))
    watch = desk.again()
    first = await watch.hand_replies(10)
    imap_wire.seen.clear()
    assert await watch.hand_replies(10) == first
    assert not [words for words in imap_wire.seen if words.startswith(b"UID FETCH")]


async def test_an_outage_loses_no_answer(desk: Desk) -> None:
    """Nobody looked for a month, and much was sent."""
    names = [f"n{number}" for number in range(40)]
    desk.file(*(answer(name, answered=name) for name in names), at=datetime.now(UTC) - timedelta(days=30))
    watch, found = desk.again(), set[str]()
    while replies := await watch.hand_replies(15):
        found |= {reply.in_reply_to for reply in replies}
        for reply in replies:
            await watch.noted(reply.source)
    assert found == {f"{name}@customers.example" for name in names}


async def test_numbers_that_begin_anew_lose_no_answer(desk: Desk) -> None:
    """As after a restore: what was noted may come again with the source it had, what is older than a week before the newest does not."""
    now = datetime.now(UTC).replace(microsecond=0)
    watch = desk.again()
    desk.file(answer("known", answered="known"), answer("open", answered="open"), at=now)
    known, waits = await watch.hand_replies(10)
    await watch.noted(known.source)
    desk.account.recreate(str(desk.account.settings.sent))
    for name, days in (("fresh", 0), ("open", 0), ("known", 0), ("ancient", 90)):
        desk.file(answer(name, answered=name), at=now - timedelta(days=days))
    for each in (watch, desk.again()):
        found = {reply.in_reply_to.partition("@")[0]: reply.source for reply in await each.hand_replies(10)}
        assert found == {"fresh": found["fresh"], "open": waits.source, "known": known.source}
        for source in found.values():
            if each is not watch:
                await each.noted(source)
    assert await desk.again().hand_replies(10) == []


async def test_another_folder_than_before_is_looked_at_like_new_numbers(desk: Desk) -> None:
    """The operator names another one, or the server marks another: what was numbered means nothing there, whatever its UIDVALIDITY."""
    other = f"{desk.account.settings.sent}-other"
    desk.account.create(other)
    desk.file(answer("elsewhere"), folder=other)
    with desk.account.client(other) as client:
        validity = client.response("UIDVALIDITY")[1][0]
    assert validity is not None
    await desk.memory.save({**await desk.memory.load(), "uidvalidity": int(validity), "uid": 100_000})
    (found,) = await desk.again(sent=other).hand_replies(10)
    assert found.in_reply_to == "m1@customers.example"


BREAKS = list(product(["EXAMINE", "UID SEARCH", "UID FETCH"], [fault for fault in FAULTS if not fault.startswith("hang")]))


@pytest.mark.parametrize(("command", "fault"), BREAKS if FULL else BREAKS[3::4])
async def test_looking_survives_every_fault(desk: Desk, imap_wire: Wire, command: str, fault: Fault) -> None:
    """A look fails with Temporary or finds what it can; the next ones find every answer, once."""
    watch = desk.again()
    await watch.hand_replies(10)
    desk.file(*(answer(name, answered=name) for name in ("a", "b")))
    imap_wire.strike(command, fault, skip=1 if command == "UID FETCH" else 0)
    try:
        first = [reply.in_reply_to[0] for reply in await watch.hand_replies(10)]
    except Temporary:
        first = []
    assert imap_wire.struck == 1
    assert first in ([], ["b"])
    assert sorted(reply.in_reply_to[0] for reply in await watch.hand_replies(10)) == ["a", "b"]


async def test_a_memory_that_fails_holds_answers_up_and_loses_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, _ = a_reply()
    watch = desk.again()
    desk.file(raw, answer("a"))

    async def away(kept: object) -> None:
        raise Temporary("The database is away.")

    with monkeypatch.context() as broken:
        broken.setattr(desk.memory, "save", away)
        with pytest.raises(Temporary):
            await watch.hand_replies(10)
    (found,) = await watch.hand_replies(10)
    await watch.noted(found.source)
    assert await watch.hand_replies(10) == await desk.again().hand_replies(10) == []


async def test_the_folder_that_the_server_marks_as_sent_is_watched(dovecot_account: Account) -> None:
    desk = await _opened(dovecot_account, Kept())
    desk.file(answer("marked"), folder="Gesendet")
    found = [reply for reply in await desk.again().hand_replies(50) if reply.in_reply_to == "m1@customers.example"]
    assert [(reply.by, reply.text) for reply in found] == [("Ben Okafor", "We open at nine. Do come by!")]


async def test_a_configured_account_has_its_sent_mail_watched(desk: Desk) -> None:
    """Inbox and sent mail remember apart: what one keeps, the other does not overwrite."""
    kept: dict[MailboxId, Kept] = {}
    settings = Settings(mailboxes=(desk.account.settings,))
    (opened,) = mailboxes.open_all(settings, lambda name: kept.setdefault(name, Kept()), Budgets(())).values()
    assert opened.sent is not None
    assert opened.close is not None
    await opened.mailbox.arrivals(10)
    await opened.sent.hand_replies(10)
    desk.account.deliver(mail("a"))
    desk.file(answer("b"))
    assert [reply.in_reply_to for reply in await opened.sent.hand_replies(10)] == ["m1@customers.example"]
    assert len(await opened.mailbox.arrivals(10)) == 1
    assert {str(memory.kept["folder"]).partition("-")[0] for memory in kept.values()} == {"Inbox", "Sent"}
    await opened.close()


async def test_a_sent_folder_that_cannot_be_opened_is_named(desk: Desk) -> None:
    watch = desk.again()
    await watch.hand_replies(10)
    with desk.account.client() as client:
        assert client.delete(str(desk.account.settings.sent))[0] == "OK"
    with pytest.raises((Temporary, Permanent), match=r"folder of support@larkspur\.example"):
        await watch.hand_replies(10)
