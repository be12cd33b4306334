"""The digest in Slack: what was filed is listed, and one click takes a mistake back."""

import asyncio
from dataclasses import replace
from functools import partial

from blocks import ids
from pipeline.case import Case, CaseId, Decision, Reason, Route, Status
from pipeline.digest import Digest, DigestId, filed
from pipeline.effects import UpdateDigest
from pipeline.ports import Place
from tests.blocks.cases import NOW, REVIEW, SUPPORT
from tests.handlers.memory import MemoryCases
from tests.handlers.stage import CHANNEL, Stage, stage, until

REASON = Reason("prefilter", "spam", Route.IGNORE, "This mail reads like spam.")
DECISION = Decision(Route.IGNORE, Route.IGNORE, None, "support", "normal", None, (REASON,), ())
SPAM = replace(REVIEW, status=Status.IGNORED, revision=1, decision=DECISION, draft=None, classification=None, context=None, outcome=None)


async def listed(at: Stage, held: dict[int, Place], *cases: Case, again: bool = False) -> Digest:
    """The digest of these cases on the board, as the outbox draws it."""

    async def remember(page: int, place: Place) -> None:
        held[page] = place

    for case in cases:
        at.cases.cases.setdefault(case.id, case)
    now = [at.case(case.id) for case in cases]
    mails = tuple(filed(case, (REASON,), "" if case.status is Status.IGNORED else "Ana Ruiz") for case in now)
    digest = Digest(DigestId(1), SUPPORT, NOW, mails)
    await at.board.show_digest(digest, dict(held), again=again, remember=remember)
    return digest


async def posted(at: Stage) -> list[str]:
    """The digests in the channel."""
    return [message["ts"] for message in await at.slack.messages(CHANNEL) if "filed without a card" in message["text"]]


async def test_a_click_takes_a_mail_back_and_the_digest_says_who() -> None:
    async with stage() as at:
        held: dict[int, Place] = {}
        await listed(at, held, SPAM)
        assert "1 mail to support@larkspur.example was filed without a card: 1 spam." in await at.drawn(held[0].ts)
        await at.click("ana", held[0].ts, ids.NOT_SPAM)
        (move,) = at.cases.moves
        assert (move.action, move.status, at.case().revision) == ("not_spam", Status.QUEUED, 2)
        assert move.effects == (UpdateDigest(SPAM.id, SUPPORT, 2),)
        await listed(at, held, SPAM)
        drawn = await at.drawn(held[0].ts)
        assert "Ana Ruiz said that this is not spam." in drawn
        assert "Not spam" not in drawn
        assert len(await posted(at)) == 1


async def test_of_two_people_clicking_at_once_one_wins_and_the_other_is_told() -> None:
    async with stage(cases=MemoryCases(slow=0.02), connections=2) as at:
        held: dict[int, Place] = {}
        await listed(at, held, SPAM)
        await asyncio.gather(*(at.click(user, held[0].ts, ids.NOT_SPAM) for user in ("ana", "ben")))
        assert [move.action for move in at.cases.moves] == ["not_spam"]
        loser = "ben" if at.cases.moves[0].detail == (("by_name", "Ana Ruiz"),) else "ana"
        assert "said that this is not spam. It is being read anew." in await at.whisper(loser)


async def test_who_may_not_act_takes_nothing_back() -> None:
    async with stage() as at:
        held: dict[int, Place] = {}
        await listed(at, held, SPAM)
        await at.click("chloe", held[0].ts, ids.NOT_SPAM)
        assert "approver list" in await at.whisper("chloe")
        assert (at.cases.moves, at.case()) == ([], SPAM)


async def test_more_spam_than_one_message_holds_stands_in_the_thread() -> None:
    async with stage() as at:
        held: dict[int, Place] = {}
        cases = [replace(SPAM, id=CaseId(100 + number)) for number in range(14)]
        await listed(at, held, *cases)
        assert sorted(held) == [0, 1]
        thread = await at.slack.thread(CHANNEL, held[0].ts)
        assert [message["ts"] for message in thread] == [held[0].ts, held[1].ts]
        await at.click("ben", held[1].ts, ids.NOT_SPAM)
        await until(partial(_moved, at))
        assert at.case(CaseId(112)).status is Status.QUEUED


async def _moved(at: Stage) -> bool:
    return bool(at.cases.moves)


async def test_a_post_whose_answer_was_lost_is_found_again() -> None:
    async with stage() as at:
        held: dict[int, Place] = {}
        await listed(at, held, SPAM)
        found: dict[int, Place] = {}
        await listed(at, found, SPAM, again=True)
        assert found == held
        assert len(await posted(at)) == 1
