"""Sending by a stored draft: the envelope, what each fault means, and whom a claimed draft keeps away."""

import os
from itertools import product

import pytest

from bot.mailbox.submission import recipients
from pipeline.errors import Permanent, Temporary
from tests.bot.mailbox.contract import a_reply
from tests.mail import wire
from tests.mail.account import Account
from tests.mail.smtp_server import Fault, PostOffice, Step, Taken
from tests.mail.wire import Wire, patience

MARKS = ["folder", "keyword"]
FULL = bool(os.environ.get("TRIAGE_FULL"))


async def test_the_envelope_is_the_mailbox_and_exactly_the_recipients_of_the_bytes(account: Account, office: PostOffice) -> None:
    raw, send_id = a_reply()
    raw = raw.replace(b"Subject:", b'Cc: "Dora, D." <dora@customers.example>, CARLA@customers.example\r\nSubject:')
    mailbox = account.connect()
    await mailbox.send_draft(await mailbox.create_draft(raw, send_id))
    names = ("carla@customers.example", "dora@customers.example", "CARLA@customers.example")
    assert office.ledger == [Taken("support@larkspur.example", names, raw)]
    assert account.mails(account.settings.sent) == [raw]
    assert account.mails(account.settings.drafts) == account.mails(account.settings.sending) == []


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: nobody\r\n",
        b"To: a@b.example\r\nBcc: c@d.example\r\n",
        b"To: undisclosed-recipients:;\r\n",
        "To: ä@b.example\r\n".encode(),
    ],
)
def test_a_draft_without_plain_recipients_is_refused(head: bytes) -> None:
    with pytest.raises(Permanent):
        recipients(head + b"\r\ntext")


CERTAIN: list[tuple[Step, Fault, type[Exception]]] = [
    ("MAIL", "4xx", Temporary), ("MAIL", "5xx", Permanent), ("MAIL", "drop before", Temporary), ("MAIL", "hang before", Temporary),
    ("RCPT", "4xx", Temporary), ("RCPT", "5xx", Permanent), ("RCPT", "reset before", Temporary), ("RCPT", "hang before", Temporary),
    ("DATA", "4xx", Temporary), ("DATA", "5xx", Permanent),
]  # fmt: skip


REFUSALS = list(product(CERTAIN, MARKS))


@pytest.mark.parametrize(("case", "mark"), REFUSALS if FULL else REFUSALS[::5], ids=str)
async def test_a_refusal_leaves_a_draft_that_can_be_sent(
    account: Account, office: PostOffice, case: tuple[Step, Fault, type[Exception]], mark: str
) -> None:
    step, fault, error = case
    mailbox = account.connect(mark=mark, timeout_seconds=patience(fault))
    raw, send_id = a_reply()
    draft = await mailbox.create_draft(raw, send_id)
    office.strike(step, fault)
    with pytest.raises(error):
        await mailbox.send_draft(draft)
    assert office.struck == 1
    assert await account.connect().find(draft, send_id) == "draft"
    assert office.ledger == []
    await mailbox.send_draft(draft)
    assert await mailbox.find(draft, send_id) == "sent"
    assert len(office.ledger) == 1


LOST: list[Fault] = ["drop before", "drop after", "reset before", "reset after", "hang before", "hang after"]
LOSSES = list(product(LOST, MARKS))


@pytest.mark.parametrize(("fault", "mark"), LOSSES if FULL else LOSSES[::5], ids=str)
async def test_no_answer_to_the_data_is_for_a_person(account: Account, office: PostOffice, mark: str, fault: Fault) -> None:
    mailbox = account.connect(mark=mark, timeout_seconds=patience(fault))
    raw, send_id = a_reply()
    draft = await mailbox.create_draft(raw, send_id)
    office.strike("DATA", fault)
    with pytest.raises(Temporary, match="not known"):
        await mailbox.send_draft(draft)
    for each in (mailbox, account.connect(mark="folder"), account.connect(mark="keyword")):
        assert await each.find(draft, send_id) == "gone"
        with pytest.raises(Permanent):
            await each.send_draft(draft)
        assert await each.create_draft(raw, send_id) == draft
    assert len(office.ledger) == (fault.endswith("after"))


async def test_one_refused_recipient_stops_the_mail_for_all(account: Account, office: PostOffice) -> None:
    raw, send_id = a_reply()
    raw = raw.replace(b"Subject:", b"Cc: dora@customers.example\r\nSubject:")
    mailbox = account.connect()
    draft = await mailbox.create_draft(raw, send_id)
    office.strike("RCPT", "5xx")
    with pytest.raises(Permanent, match=r"refused the recipient carla@customers\.example: 554 5\.7\.1 we do not want this"):
        await mailbox.send_draft(draft)
    assert office.ledger == []


async def test_a_draft_that_a_person_changed_is_not_sent(account: Account, office: PostOffice) -> None:
    raw, send_id = a_reply()
    mailbox = account.connect()
    draft = await mailbox.create_draft(raw, send_id)
    account.delete_all(str(account.settings.drafts))
    with account.client() as client:
        client.append(str(account.settings.drafts), "", "", raw.replace(b"nine", b"ten"))
    with pytest.raises(Permanent, match="Somebody changed the draft"):
        await mailbox.send_draft(draft)
    assert office.ledger == []


@pytest.mark.parametrize("mark", MARKS)
async def test_what_others_marked_as_deleted_is_not_expunged(account: Account, mark: str) -> None:
    """imap-tools' own flag() and delete() would take it along."""
    mailbox = account.connect(mark=mark)
    (other, other_id), (raw, send_id) = a_reply(), a_reply()
    await mailbox.create_draft(other, other_id)
    with account.client(account.settings.drafts) as client:
        client.store("1", "+FLAGS", r"(\Deleted)")
    await mailbox.send_draft(await mailbox.create_draft(raw, send_id))
    assert account.mails(account.settings.drafts) == [other]


async def test_a_draft_is_stored_once_however_often_the_answer_is_lost(account: Account, imap_wire: Wire) -> None:
    raw, send_id = a_reply()
    mailbox = account.connect()
    imap_wire.strike("APPEND", "drop after")
    with pytest.raises(Temporary):
        await mailbox.create_draft(raw, send_id)
    draft = await mailbox.create_draft(raw, send_id)
    assert await account.connect().create_draft(raw, send_id) == draft
    assert account.mails(account.settings.drafts) == [raw]


@pytest.mark.parametrize("fault", ["no before", "no after", "bad before"])
async def test_a_server_that_does_not_say_what_it_can_do_is_asked_again(account: Account, imap_wire: Wire, fault: wire.Fault) -> None:
    """A refusal is not remembered as a server that can do nothing, for which drafts would be claimed in the weaker way."""
    raw, send_id = a_reply()
    mailbox = account.connect()
    imap_wire.strike("CAPABILITY", fault, skip=1)
    with pytest.raises(Temporary, match=r"what it can do|did not understand us"):
        await mailbox.create_draft(raw, send_id)
    assert mailbox.drafts.line.session is None
    await mailbox.send_draft(await mailbox.create_draft(raw, send_id))
    assert [words for words in imap_wire.seen if words.startswith(b"UID MOVE")]


async def test_a_provider_that_files_sent_mail_is_asked_where_it_is(account: Account, office: PostOffice) -> None:
    raw, send_id = a_reply()
    mailbox = account.connect(server_files_sent=True)
    draft = await mailbox.create_draft(raw, send_id)
    await mailbox.send_draft(draft)
    assert account.mails(account.settings.sent) == account.mails(account.settings.drafts) == []
    assert await mailbox.find(draft, send_id) == "gone"
    with account.client() as client:
        client.append(str(account.settings.sent), "", "", office.ledger[0].raw)
    assert await mailbox.find(draft, send_id) == "sent"


async def test_a_reply_that_left_was_sent_even_if_it_cannot_be_filed(account: Account, imap_wire: Wire, office: PostOffice) -> None:
    raw, send_id = a_reply()
    mailbox = account.connect()
    draft = await mailbox.create_draft(raw, send_id)
    imap_wire.strike("APPEND", "no before", times=9)
    await mailbox.send_draft(draft)
    assert len(office.ledger) == 1
    assert await mailbox.find(draft, send_id) == "gone"


@pytest.mark.parametrize(("asked", "hidden", "found_in"), [
    ("auto", b"", "sending"), ("keyword", b"", "drafts"), ("keyword", b"\\*", "sending"),
    ("auto", b" MOVE", "drafts"), ("folder", b" MOVE", "sending"), ("folder", b" UIDPLUS", "sending"),
])  # fmt: skip
async def test_a_draft_is_claimed_as_the_server_can(
    account: Account, imap_wire: Wire, office: PostOffice, asked: str, hidden: bytes, found_in: str
) -> None:
    """By moving where that is safer, by a keyword where it is kept; by copying where a server can do neither."""
    raw, send_id = a_reply()
    imap_wire.hides = hidden
    mailbox = account.connect(mark=asked)
    draft = await mailbox.create_draft(raw, send_id)
    office.strike("DATA", "4xx")
    with pytest.raises(Temporary):
        await mailbox.send_draft(draft)
    assert await mailbox.find(draft, send_id) == "draft"
    office.strike("DATA", "drop after")
    with pytest.raises(Temporary):
        await mailbox.send_draft(draft)
    assert await mailbox.find(draft, send_id) == "gone"
    assert raw in account.mails(getattr(account.settings, found_in))
    with pytest.raises(Permanent):
        await mailbox.send_draft(draft)
    assert len(office.ledger) == 1
