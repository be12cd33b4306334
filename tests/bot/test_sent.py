"""A person's answer from their own mail program closes the case, and the draft is never sent."""

from datetime import UTC, datetime

import pytest

from bot.mailbox.maildir_sent import MaildirSent
from bot.sent import SentWatch
from pipeline.case import Status
from pipeline.review import Move, Refused, answered_by_hand, approve, take_over
from tests.bot.scene import ANA, INBOX, Scene

ANSWER = """\
From: Ben Okafor <support@larkspur.example>
To: Carla Customer <carla@customers.example>
Subject: Re: Hours
Message-ID: <by-hand-1@larkspur.example>
In-Reply-To: <{answered}>
References: <{answered}>

We open at nine. Do come by!

> When do you open?
"""


@pytest.fixture
def sent(stage: Scene) -> MaildirSent:
    return MaildirSent(INBOX, stage.mailbox.root)


def file(sent: MaildirSent, name: str, text: str) -> None:
    (sent.root / ".Sent" / "cur" / f"{name}:2,S").write_text(text)


async def test_an_answer_by_hand_closes_the_case(stage: Scene, sent: MaildirSent) -> None:
    case = await stage.reviewed("m1")
    file(sent, "one", ANSWER.format(answered=case.email.message_id))
    watch = SentWatch(sent, stage.cases)
    assert await watch.look() == 1
    closed = await stage.cases.load(case.id)
    assert closed is not None
    assert closed.status is Status.SENT
    assert closed.outcome is not None
    assert (closed.outcome.kind, closed.outcome.by_name) == ("answered_by_hand", "Ben Okafor")
    assert 0.0 < closed.outcome.similarity < 1.0
    assert isinstance(approve(closed, closed.revision, ANA, datetime.now(UTC), ""), Refused)
    assert await watch.look() == 0


async def test_our_own_reply_and_strange_mail_close_nothing(stage: Scene, sent: MaildirSent) -> None:
    case = await stage.reviewed("m1")
    file(sent, "ours", "X-Triage-Send-Id: 1\n" + ANSWER.format(answered=case.email.message_id))
    file(sent, "other", ANSWER.format(answered="m9@customers.example"))
    file(sent, "fresh", ANSWER.format(answered=case.email.message_id).replace("In-Reply-To", "X-Other").replace("References", "X-More"))
    watch = SentWatch(sent, stage.cases)
    assert await watch.look() == 0
    kept = await stage.cases.load(case.id)
    assert kept is not None
    assert kept.status is Status.REVIEW
    assert sent.known == {"ours", "other", "fresh"}


async def test_a_reply_on_its_way_is_not_called_back(stage: Scene) -> None:
    case = await stage.reviewed("m1")
    approved = await stage.approve(case)
    assert approved is not None
    assert isinstance(answered_by_hand(approved, "Ben", datetime.now(UTC), "Hello"), Refused)


async def test_a_case_somebody_took_over_is_closed_by_their_answer(stage: Scene, sent: MaildirSent) -> None:
    case = await stage.reviewed("m1")
    move = take_over(case, case.revision, ANA, await stage.now())
    assert isinstance(move, Move)
    assert await stage.cases.commit(case, move)
    file(sent, "one", ANSWER.format(answered=case.email.message_id))
    assert await SentWatch(sent, stage.cases).look() == 1
    assert await stage.value("select decision from drafts where message_id = $1", case.id) == "answered_by_hand"
