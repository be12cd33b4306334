"""The Maildir: mails are read once, drafts are sent once, and a crash leaves each file in exactly one place."""

import asyncio
import logging
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.mailbox import maildir
from bot.mailbox.limits import MAX_BYTES
from bot.mailbox.maildir import MaildirMailbox, connect
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured, Permanent, Temporary

ADDRESS = MailboxId("support@larkspur.example")
ACCEPTS = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"


@pytest.fixture
def box(tmp_path: Path) -> MaildirMailbox:
    return connect(ADDRESS, tmp_path / "box", create=True)


def _sendmail(folder: Path, program: str, *given: str) -> MaildirMailbox:
    return connect(ADDRESS, folder / "box", sendmail=[sys.executable, "-c", program, *given], create=True)


async def test_mails_come_oldest_first_until_they_are_taken(box: MaildirMailbox) -> None:
    for name, age in (("b", 2000), ("a", 3000), ("c", 1000)):
        (box.root / "new" / name).write_bytes(name.encode())
        os.utime(box.root / "new" / name, (age, age))
    first = await box.arrivals(2)
    assert [(mail.source, mail.raw, mail.received_at.timestamp()) for mail in first] == [("c", b"c", 1000), ("b", b"b", 2000)]
    await box.taken("c")
    await box.taken("c")
    assert [mail.source for mail in await box.arrivals(5)] == ["b", "a"]
    assert (box.root / "cur" / "c:2,S").read_bytes() == b"c"


async def test_a_name_of_any_bytes_is_taken_by_its_reference(box: MaildirMailbox) -> None:
    odd = os.fsdecode(b"1.M2%P3.h\xff\xe9 x:2,")
    (box.root / "new" / odd).write_bytes(b"mail")
    (mail,) = await box.arrivals(5)
    assert mail.source.isascii()
    await box.taken(mail.source)
    assert await box.arrivals(5) == []
    assert len(list((box.root / "cur").iterdir())) == 1


async def test_odd_files_never_stop_the_poll_and_are_told_once(box: MaildirMailbox, caplog: pytest.LogCaptureFixture) -> None:
    (box.root / "new" / "folder").mkdir()
    (box.root / "new" / "link").symlink_to("/nowhere")
    (box.root / "new" / ".hidden").write_bytes(b"")
    (box.root / "new" / "mail").write_bytes(b"mail")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert [mail.source for mail in await box.arrivals(5)] == ["mail"]
    assert len(caplog.records) == 2


async def test_a_huge_mail_is_cut_where_its_reader_sees_that_it_is_too_big(box: MaildirMailbox) -> None:
    with (box.root / "new" / "huge").open("wb") as file:
        file.truncate(MAX_BYTES * 2)
    (mail,) = await box.arrivals(5)
    assert len(mail.raw) == MAX_BYTES + 1


async def test_a_draft_is_stored_once_and_sent_once(box: MaildirMailbox) -> None:
    draft = await box.create_draft(b"reply", "id-1")
    assert await box.create_draft(b"reply", "id-1") == draft
    assert await box.find(draft, "id-1") == "draft"
    assert [path.name for path in (box.root / ".Drafts" / "cur").iterdir()] == [f"{draft}:2,D"]
    ends = await asyncio.gather(*(box.send_draft(draft) for _ in range(20)), return_exceptions=True)
    assert [end for end in ends if end is None] == [None]
    assert all(isinstance(end, Permanent) for end in ends if end is not None)
    assert await box.find(draft, "id-1") == "sent"
    assert (box.root / ".Outbox" / "new" / draft).read_bytes() == b"reply"
    assert await box.create_draft(b"reply", "id-1") == draft
    assert not list((box.root / ".Drafts" / "cur").iterdir())


@pytest.mark.parametrize(
    ("place", "where"),
    [(".Drafts/cur/{}:2,DS", "draft"), (".Outbox/new/{}", "sent"), (".Outbox/cur/{}", "sent"), (".Sent/cur/{}:2,S", "sent"),
     (".Sent/new/{}", "sent"), (".Failed/new/{}", "gone"), ("cur/{}", "gone")],
)  # fmt: skip
async def test_where_a_draft_is(box: MaildirMailbox, place: str, where: str) -> None:
    (box.root / place.format("id-1.triage")).write_bytes(b"reply")
    assert await box.find("id-1.triage", "id-1") == where


async def test_a_draft_that_somebody_flagged_is_still_the_same(box: MaildirMailbox) -> None:
    draft = await box.create_draft(b"reply", "id-1")
    drafts = box.root / ".Drafts" / "cur"
    (drafts / f"{draft}:2,D").rename(drafts / f"{draft}:2,DFS")
    await box.send_draft(draft)
    assert await box.find(draft, "id-1") == "sent"


async def test_sendmail_takes_the_mail_from_standard_input(tmp_path: Path) -> None:
    box = _sendmail(tmp_path, ACCEPTS, str(tmp_path / "taken"))
    draft = await box.create_draft(b"reply", "id-1")
    await box.send_draft(draft)
    assert (tmp_path / "taken").read_bytes() == b"reply"
    assert (box.root / ".Sent" / "cur" / f"{draft}:2,S").exists()
    with pytest.raises(Permanent):
        await box.send_draft(draft)


@pytest.mark.parametrize(("code", "error"), [(75, Temporary), (67, Permanent)])
async def test_a_refusal_puts_the_draft_back(tmp_path: Path, code: int, error: type[Exception]) -> None:
    box = _sendmail(tmp_path, f"raise SystemExit({code})")
    draft = await box.create_draft(b"reply", "id-1")
    with pytest.raises(error):
        await box.send_draft(draft)
    assert await box.find(draft, "id-1") == "draft"


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", "import os; os.kill(os.getpid(), 9)"])
async def test_a_sendmail_that_does_not_answer_leaves_it_to_a_person(tmp_path: Path, program: str) -> None:
    box = _sendmail(tmp_path, program)
    assert box.sendmail is not None
    object.__setattr__(box.sendmail, "timeout", timedelta(seconds=0.3))
    draft = await box.create_draft(b"reply", "id-1")
    with pytest.raises(Temporary, match="not known"):
        await box.send_draft(draft)
    assert await box.find(draft, "id-1") == "gone"
    with pytest.raises(Permanent):
        await box.send_draft(draft)


async def test_a_sendmail_that_is_not_there_can_be_tried_again(tmp_path: Path) -> None:
    box = connect(ADDRESS, tmp_path / "box", sendmail=[str(tmp_path / "nothing")], create=True)
    draft = await box.create_draft(b"reply", "id-1")
    with pytest.raises(Temporary, match="setting sendmail"):
        await box.send_draft(draft)
    assert await box.find(draft, "id-1") == "draft"


def test_what_is_no_maildir_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no such folder"):
        connect(ADDRESS, tmp_path / "missing")
    with pytest.raises(Misconfigured, match="no Maildir"):
        connect(ADDRESS, tmp_path)
    for part in maildir.PARTS:
        (tmp_path / part).mkdir()
    with pytest.raises(Misconfigured, match=r"\.Drafts"):
        connect(ADDRESS, tmp_path)
    assert connect(ADDRESS, tmp_path, create=True).settles_within == maildir.SETTLES_WITHIN


async def test_a_folder_that_went_away_is_asked_again_later(box: MaildirMailbox) -> None:
    (box.root / "new").rmdir()
    with pytest.raises(Temporary, match="Check that it is there"):
        await box.arrivals(5)
