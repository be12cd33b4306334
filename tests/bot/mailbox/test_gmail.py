"""The Gmail mailbox keeps the contract of the port, through Google's own client, on a local Gmail."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from bot.mailbox import mime
from bot.mailbox.gmail_calls import SCOPES
from bot.mailboxes import check_gmail
from pipeline.case import History
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.screening.spam import Judge
from pipeline.stages.prefilter import screen
from sandbox.mail.gmail.faults import KINDS, Fault, FaultKind
from tests.bot.scene import until
from tests.gmail import INBOX, SEND_ID, World, gmail_world, mail, reply


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with gmail_world(tmp_path) as made:
        yield made


async def test_the_first_connect_starts_at_now(world: World) -> None:
    world.gmail.deliver(mail("before"))
    mailbox = world.mailbox()
    assert await mailbox.arrivals(50) == []
    new = world.gmail.deliver(mail("after"))
    assert await world.take(mailbox) == [new.id]


async def test_a_mail_comes_again_until_it_is_taken(world: World) -> None:
    mailbox = world.mailbox()
    await mailbox.arrivals(50)
    sent = [world.gmail.deliver(mail(name)) for name in ("a", "b", "c")]
    first = await mailbox.arrivals(2)
    assert [arrival.source for arrival in first] == [sent[0].id, sent[1].id]
    assert first[0].raw.endswith(sent[0].raw)
    assert first[0].received_at == datetime.fromtimestamp(sent[0].internal_date / 1000, UTC)
    await mailbox.taken(sent[1].id)
    for again in (mailbox, world.mailbox()):
        found = {arrival.source for arrival in await again.arrivals(50)}
        assert {sent[0].id, sent[2].id} <= found
    await mailbox.taken(sent[1].id)
    assert set(await world.take(mailbox)) == {sent[0].id, sent[2].id}
    assert await world.take(world.mailbox()) == []


async def test_the_cursor_never_passes_a_mail_that_is_not_taken(world: World) -> None:
    mailbox = world.mailbox()
    await mailbox.arrivals(50)
    sent = [world.gmail.deliver(mail(str(number))) for number in range(4)]
    arrivals = await mailbox.arrivals(50)
    for arrival in (arrivals[2], arrivals[0], arrivals[3]):
        await mailbox.taken(arrival.source)
        left = {found.source for found in await world.mailbox().arrivals(50)}
        assert sent[1].id in left
    await mailbox.taken(sent[1].id)
    assert await world.take(world.mailbox()) == []


async def test_only_the_inbox_and_spam_arrive(world: World) -> None:
    mailbox = world.mailbox()
    await mailbox.arrivals(50)
    world.gmail.deliver(mail("archived by a filter"), ("Label_7",))
    world.gmail.deliver(mail("ours"), ("SENT",))
    world.gmail.box.create_draft(mail("draft"), None, 1)
    binned = world.gmail.deliver(mail("binned"))
    deleted = world.gmail.deliver(mail("deleted"))
    wanted = [world.gmail.deliver(mail("in")), world.gmail.deliver(mail("spam"), ("SPAM",))]
    world.gmail.box.label(binned.id, {"TRASH"}, {"INBOX"})
    world.gmail.box.remove(deleted)
    assert await world.take(mailbox) == [message.id for message in wanted]


async def test_what_a_person_moves_to_the_inbox_arrives_if_it_is_new(world: World) -> None:
    week = timedelta(days=8) / timedelta(milliseconds=1)
    old = world.gmail.deliver(mail("old"), ("Label_7",), at=int(datetime.now(UTC).timestamp() * 1000 - week))
    mailbox = world.mailbox()
    await mailbox.arrivals(50)
    new = world.gmail.deliver(mail("new"), ("Label_7",))
    for message in (old, new):
        world.gmail.box.label(message.id, {"INBOX"}, set())
    assert await world.take(mailbox) == [new.id]


async def test_gmails_spam_label_is_believed_and_a_senders_copy_of_it_is_not(world: World) -> None:
    mailbox = world.mailbox()
    await mailbox.arrivals(50)
    world.gmail.deliver(b"X-Gmail-Labels: INBOX\r\n" + mail("spam"), ("SPAM", "UNREAD"))
    world.gmail.deliver(b"X-Gmail-Labels: SPAM\r\n" + mail("ham"))
    verdicts = []
    for arrival in await mailbox.arrivals(50):
        email = mime.read(arrival.raw, arrival.source, arrival.received_at, frozenset())
        ignored = screen(email, frozenset({INBOX}), History(0, None, False), judge=Judge(headers=True)).ignore
        verdicts.append((email.header("x-gmail-labels"), ignored.name if ignored else None))
    assert verdicts == [("SPAM,UNREAD", "spam"), ("INBOX,UNREAD", None)]


async def test_a_draft_is_made_in_its_thread_found_sent_once_and_found_sent(world: World) -> None:
    asked = world.gmail.deliver(mail("a"))
    mailbox = world.mailbox()
    draft = await mailbox.create_draft(reply(), SEND_ID)
    assert [message.thread_id for message in world.gmail.box.messages.values()] == [asked.thread_id] * 2
    assert await mailbox.create_draft(reply(), SEND_ID) == draft
    assert await mailbox.find(draft, SEND_ID) == "draft"
    await mailbox.send_draft(draft)
    assert world.gmail.box.ledger == [reply()]
    assert await mailbox.find(draft, SEND_ID) == "sent"
    with pytest.raises(Permanent, match="not in the drafts"):
        await mailbox.send_draft(draft)
    assert len(world.gmail.box.ledger) == 1


async def test_a_sent_draft_that_keeps_its_message_id_is_found(world: World) -> None:
    world.gmail.box.keeps_id = True
    mailbox = world.mailbox()
    draft = await mailbox.create_draft(reply(), SEND_ID)
    await mailbox.send_draft(draft)
    assert await mailbox.find(draft, SEND_ID) == "sent"


async def test_where_nothing_can_be_found_the_draft_is_gone(world: World) -> None:
    mailbox = world.mailbox()
    draft = await mailbox.create_draft(reply(), SEND_ID)
    world.gmail.box.delete_draft(draft.partition("/")[0])
    world.gmail.deliver(reply(send_id="somebody-else"), ("SENT",))
    assert await mailbox.find(draft, SEND_ID) == "gone"
    with pytest.raises(Permanent):
        await mailbox.send_draft(draft)
    assert await mailbox.find("unheard-of", SEND_ID) == "gone"


async def test_a_stale_search_makes_a_second_draft_and_never_a_second_mail(world: World) -> None:
    world.gmail.box.stale_since = world.gmail.box.history_id
    mailbox = world.mailbox()
    first, second = [await mailbox.create_draft(reply(), SEND_ID) for _ in range(2)]
    assert first != second
    await mailbox.send_draft(second)
    assert await mailbox.find(second, SEND_ID) == "sent"
    assert len(world.gmail.box.ledger) == 1


async def test_one_call_is_one_request_whatever_happens_to_it(world: World) -> None:
    """httplib2 by itself sends a POST again when the connection closes without an answer."""
    mailbox = world.mailbox()
    draft = await mailbox.create_draft(reply(), SEND_ID)
    world.gmail.faults.calls.clear()
    faults: tuple[FaultKind, ...] = ("drop_before", "reset", "error_after")
    for fault in faults:
        world.gmail.faults.fail("drafts.create", fault)
        with pytest.raises(Temporary):
            await mailbox.create_draft(reply(send_id=fault), fault)
        assert world.gmail.faults.calls.count("drafts.create") == 1
        world.gmail.faults.calls.clear()
    world.gmail.faults.fail("drafts.send", "drop_after")
    with pytest.raises(Temporary):
        await mailbox.send_draft(draft)
    assert world.gmail.faults.calls.count("drafts.send") == 1
    assert await mailbox.find(draft, SEND_ID) == "sent"


METHODS = ("getProfile", "history.list", "messages.get", "drafts.create", "drafts.get", "drafts.send")
PASSING = [(method, kind) for method in METHODS for kind in KINDS if kind not in ("refused", "hang")]
TOKENS = [("token", kind) for kind in ("drop_before", "reset", "odd_answer", "rate_limited")]


@pytest.mark.parametrize(("method", "kind"), PASSING + TOKENS)
async def test_what_may_pass_is_temporary(world: World, method: str, kind: Any) -> None:
    mailbox = world.mailbox()
    if method in ("history.list", "messages.get"):
        await mailbox.arrivals(50)
        world.gmail.deliver(mail("a"))
    if method == "drafts.get":
        world.gmail.box.create_draft(reply(), None, 1)
    draft = await mailbox.create_draft(reply(), SEND_ID) if method == "drafts.send" else ""
    arrivals, create, send = (
        partial(mailbox.arrivals, 50),
        partial(mailbox.create_draft, reply(), SEND_ID),
        partial(mailbox.send_draft, draft),
    )
    calls = {"drafts.send": send, "drafts.create": create, "drafts.get": create, "token": create}
    world.gmail.faults.fail(method, Fault(kind, retry_after=7), times=9 if method == "token" else 1)
    with pytest.raises(Temporary) as raised:
        await calls.get(method, arrivals)()  # type: ignore[operator]  # each is a call without arguments
    if kind == "rate_limited" and method != "token":
        assert raised.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (403, "userRateLimitExceeded", Temporary), (403, "rateLimitExceeded", Temporary), (403, "dailyLimitExceeded", Temporary),
        (403, "insufficientPermissions", Temporary), (500, "backendError", Temporary), (403, "domainPolicy", Permanent),
        (400, "invalidArgument", Permanent), (413, "uploadTooLarge", Permanent),
    ],
)  # fmt: skip
async def test_googles_reasons_are_told_apart(world: World, status: int, reason: str, error: type[Exception]) -> None:
    mailbox = world.mailbox()
    draft = await mailbox.create_draft(reply(), SEND_ID)
    world.gmail.faults.fail("drafts.send", Fault("refused", status=status, reason=reason))
    with pytest.raises(error, match=INBOX):
        await mailbox.send_draft(draft)
    assert await mailbox.find(draft, SEND_ID) == "draft"
    await mailbox.send_draft(draft)


async def test_a_call_that_hangs_ends_in_time_and_sends_nothing_later(world: World) -> None:
    mailbox = world.mailbox(timeout_seconds=0.3)
    draft = await mailbox.create_draft(reply(), SEND_ID)
    world.gmail.faults.fail("drafts.send", Fault("hang", seconds=0.8))
    began = monotonic()
    with pytest.raises(Temporary):
        await mailbox.send_draft(draft)
    assert monotonic() - began < 0.8
    assert world.gmail.box.ledger == []


async def test_an_access_token_that_ends_is_renewed_and_a_revoked_one_is_told(world: World) -> None:
    mailbox = world.mailbox()
    await mailbox.arrivals(50)
    world.gmail.oauth.tokens.clear()
    await mailbox.arrivals(50)
    world.gmail.oauth.tokens.clear()
    world.gmail.oauth.revoked = True
    with pytest.raises(Temporary, match=f"credentials of {INBOX}"):
        await mailbox.arrivals(50)


async def test_a_service_account_acts_as_the_mailbox_with_two_scopes(world: World) -> None:
    file = world.folder / "account.json"
    file.write_text(world.gmail.oauth.account_file(world.gmail.token_uri))
    assert await check_gmail(world.settings(credentials=file)) == "Google lets us in."
    assert [scopes for scopes, _ in world.gmail.oauth.tokens.values()] == [frozenset(SCOPES)]
    assert sorted(SCOPES) == ["https://www.googleapis.com/auth/gmail.compose", "https://www.googleapis.com/auth/gmail.readonly"]


async def test_credentials_of_another_mailbox_are_refused(world: World) -> None:
    with pytest.raises(Misconfigured, match=f"open {INBOX}, not sales@"):
        await check_gmail(world.settings(address="sales@larkspur.example"))


@pytest.mark.parametrize(
    "content", [None, "", "[]", "{}", '{"type": "other"}', '{"type": "authorized_user"}', '{"type": "service_account"}']
)
async def test_credentials_that_cannot_be_read_are_named(world: World, content: str | None) -> None:
    file = world.folder / "odd.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Misconfigured, match=r"odd\.json"):
        world.mailbox(credentials=file)


async def test_a_reply_goes_out_while_reading_waits(world: World) -> None:
    """The bucket holds 300 units and fills by 7.5 a second: reading takes 100 of them and waits, the reply takes 120 at once."""
    mailbox, started = world.mailbox(units_per_minute=1000), monotonic()
    await mailbox.arrivals(50)
    for number in range(60):
        world.gmail.deliver(mail(str(number)))
    reading = asyncio.create_task(mailbox.arrivals(50))
    await until(lambda: _waits(world))
    await mailbox.send_draft(await mailbox.create_draft(reply("0"), SEND_ID))
    assert len(world.gmail.box.ledger) == 1
    assert world.gmail.quota.total <= 300 + 7.5 * (monotonic() - started)
    got = await asyncio.wait_for(reading, 20)
    assert 4 <= len(got) < 50, "what the reply took must come back first"


async def _waits(world: World) -> bool:
    """Some mails were fetched, and nothing was asked for a while."""
    return world.gmail.faults.calls.count("messages.get") >= 4 and world.gmail.quota.spent[-1][0] < monotonic() - 0.4
