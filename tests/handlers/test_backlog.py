"""A pile of mail in Slack: one message with its further pages in the thread, and a button that has a card posted."""

from dataclasses import replace

from blocks import ids
from pipeline.ports import Place
from tests.blocks.cases import REVIEW
from tests.blocks.views import pile
from tests.handlers.stage import CHANNEL, Stage, stage


async def listed(at: Stage, many: int = 34) -> dict[int, Place]:
    """A pile on the board, of which only the case REVIEW is held back."""
    held: dict[int, Place] = {}

    async def remember(page: int, place: Place) -> None:
        held[page] = place

    first, *others = pile(many).mails
    mails = (replace(first, case=REVIEW.id), *(replace(mail, shelved=False) for mail in others))
    await at.board.show_digest(replace(pile(many), mails=mails), {}, again=False, remember=remember)
    at.cases.add(REVIEW)
    return held


async def test_one_message_stands_in_the_channel_and_the_rest_in_its_thread() -> None:
    async with stage() as at:
        held = await listed(at, 12)
        posted = [message["ts"] for message in await at.slack.messages(CHANNEL) if "mails" in message["text"]]
        assert posted == [held[0].ts]
        assert sorted(held) == [0, 1]
        first = await at.drawn(held[0].ts)
        assert "12 mails to support@larkspur.example had waited for me when I came back." in first
        assert first.index("Nobody can log in") < first.index("Copy of invoice")


async def test_a_click_has_the_card_posted_and_the_second_is_told() -> None:
    async with stage() as at:
        held = await listed(at, 9)
        await at.click("ana", held[0].ts, ids.OPEN_CARD)
        assert "comes into the inbox's channel" in await at.whisper("ana")
        assert list(at.cases.opened) == [REVIEW.id]
        await at.click("ben", held[0].ts, ids.OPEN_CARD)
        assert "in the channel already" in await at.whisper("ben")


async def test_who_may_not_act_opens_nothing() -> None:
    async with stage() as at:
        held = await listed(at, 9)
        await at.click("chloe", held[0].ts, ids.OPEN_CARD)
        assert "approver list" in await at.whisper("chloe")
        assert at.cases.opened == {}
