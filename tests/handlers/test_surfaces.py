"""Commands, the Home tab, shortcuts, messages and what nobody foresaw: every one has an answer."""

from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from blocks import ids, kit
from pipeline.case import CaseId, Status
from tests.blocks.cases import REVIEW, STATES
from tests.handlers.memory import MemoryCases
from tests.handlers.stage import CHANNEL, MemorySeen, Stage, said, stage, until


async def test_triage_alone_shows_help() -> None:
    async with stage() as at:
        await at.slack.command("mia", CHANNEL, "/triage")
        shown = (await until(lambda: at.slack.ephemerals("mia", CHANNEL)))[-1]
        assert "/triage stats" in said(shown["blocks"])
        assert "never reaches the customer" in said(shown["blocks"])


async def test_an_unknown_word_gets_help_with_a_sentence() -> None:
    async with stage() as at:
        await at.slack.command("mia", CHANNEL, "/triage polcy <!here>")
        assert "I do not know “polcy" in said((await until(lambda: at.slack.ephemerals("mia", CHANNEL)))[-1]["blocks"])


async def test_stats_shows_figures_with_a_line_for_each_intent() -> None:
    async with stage() as at:
        await at.slack.command("ana", CHANNEL, "/triage stats")
        shown = said((await until(lambda: at.slack.ephemerals("ana", CHANNEL)))[-1]["blocks"])
        assert "41 mails received, 24 replies sent, and 5 cases wait for somebody." in shown
        assert "support request 11 4 5 0 2" in shown


async def test_stats_are_for_members_only() -> None:
    async with stage() as at:
        await at.slack.command("gus", "general", "/triage stats")
        assert "Only members" in await at.whisper("gus", "general")


async def test_home_lists_what_this_person_may_act_on() -> None:
    async with stage() as at:
        at.cases.add(REVIEW)
        await at.slack.open_home("ana")
        assert "What would 40 seats cost us?" in said(await until(lambda: at.slack.home("ana")))
        await at.slack.open_home("chloe")
        shown = said(await until(lambda: at.slack.home("chloe")))
        assert "not an approver of any inbox" in shown
        assert "40 seats" not in shown


async def test_home_turns_pages_and_open_is_acknowledged() -> None:
    async with stage() as at:
        for number in range(1, 13):
            at.cases.add(replace(REVIEW, id=CaseId(number)))
        await at.slack.open_home("ana")
        tab = await until(lambda: at.slack.home("ana"))
        assert f"{ids.HOME_OPEN}.10" in str(tab)
        await at.slack.click_view("ana", tab["id"], f"{ids.HOME_PAGE}.1")

        async def second() -> bool:
            return f"{ids.HOME_OPEN}.12" in str(await at.slack.home("ana"))

        await until(second)
        await at.slack.click_view("ana", (await at.slack.home("ana") or {})["id"], f"{ids.HOME_OPEN}.12")


async def test_the_shortcut_says_what_can_be_done() -> None:
    async with stage() as at:
        ts = await at.slack.post("ana", CHANNEL, "Somebody should answer this")
        await at.slack.shortcut("ana", "triage_message", CHANNEL, ts)
        assert "my Home tab lists what waits" in await at.whisper("ana")


async def test_a_direct_message_is_answered_once_even_if_it_comes_twice() -> None:
    async with stage() as at:
        at.slack.faults.duplicate("events_api")
        await at.slack.post("ana", "ana", "hello?")

        async def answered() -> list[dict[str, object]]:
            return [message for message in await at.slack.messages("ana") if message.get("bot_id")]

        await until(answered)
        seen = at.desk.seen
        assert isinstance(seen, MemorySeen)
        await at.slack.open_home("ana")
        await until(lambda: at.slack.home("ana"))
        assert len(await answered()) == 1


async def test_a_reply_in_a_cards_thread_goes_nowhere() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.slack.post("ben", CHANNEL, "I would not send that, she is furious", thread_ts=ts["root"])
        await at.slack.open_home("ana")
        await until(lambda: at.slack.home("ana"))
        assert at.cases.moves == []
        assert len(await at.slack.thread(CHANNEL, ts["root"])) == 4


async def test_an_unknown_button_is_answered_and_an_address_button_only_acknowledged() -> None:
    async with stage() as at:
        client = AsyncWebClient(token=at.slack.bot_token, base_url=at.slack.api_url)
        blocks = [kit.actions(kit.button("Old", "nobody.knows", "17.3"), kit.link_button("Site", "some.link", "https://larkspur.example"))]
        posted = await client.chat_postMessage(channel=at.slack.channel(CHANNEL), text="old", blocks=blocks)
        await at.click("ana", str(posted["ts"]), "some.link")
        await at.click("ana", str(posted["ts"]), "nobody.knows")
        assert "has been superseded" in await at.whisper("ana")
        assert len(await at.slack.ephemerals("ana", CHANNEL)) == 1


async def test_an_error_is_acknowledged_logged_and_shown_with_its_number() -> None:
    async with stage(cases=MemoryCases(broken=True)) as at:
        at.cases.broken = False
        ts = await at.place()
        at.cases.broken = True
        await at.click("ana", ts["draft"], ids.APPROVE)
        assert "Something went wrong (" in await at.whisper("ana")
        await at.slack.command("ben", CHANNEL, "/triage stats")
        assert "Something went wrong (" in await at.whisper("ben")


async def test_an_error_in_a_form_keeps_the_form_and_its_text() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.EDIT)
        window = await at.window("ana")
        at.cases.broken = True
        answer = await at.slack.submit("ana", window["id"], {"text.0.0.3": "Words that nobody may lose."})
        assert "Something went wrong (" in answer["errors"]["text.0.0.3"]
        assert at.case().status is Status.REVIEW
        at.cases.broken = False
        await at.slack.submit("ana", window["id"], {"text.0.0.3": "Words that nobody may lose."})
        assert "Words that nobody may lose." in str(at.case().draft)


async def test_a_home_tab_that_cannot_be_drawn_says_so_with_a_number() -> None:
    async with stage() as at:
        at.cases.broken = True
        await at.slack.open_home("ana")
        tab = await until(lambda: at.slack.home("ana"))
        assert "Something went wrong (" in said(tab["blocks"])
        at.cases.broken = False
        await at.slack.click_view("ana", tab["id"], f"{ids.HOME_PAGE}.again")
        await until(lambda: shows(at, "The last 7 days"))


async def shows(at: Stage, words: str) -> bool:
    return words in said(await at.slack.home("ana"))


async def test_a_window_whose_page_cannot_be_turned_is_explained_directly() -> None:
    async with stage() as at:
        ts = await at.place(STATES["long"])
        await at.click("ana", ts["mail"], ids.SHOW_MAIL)
        window = await at.window("ana")
        at.cases.broken = True
        await at.slack.click_view("ana", window["id"], f"{ids.MAIL_PAGE}.1")
        told = await until(lambda: at.slack.messages("ana"))
        assert "Something went wrong (" in told[-1]["text"]
