"""The conversation about a draft, through the real Bolt app."""

from dataclasses import replace
from functools import partial

from blocks import ids
from pipeline.case import Status
from pipeline.effects import SendReply, UpdateCard
from tests.blocks.cases import DRAFT, HOURS, REVIEW, STATES
from tests.handlers.stage import CHANNEL, Stage, said, stage, until


async def test_approve_sends_exactly_what_was_shown_and_the_card_says_who() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.APPROVE)
        assert at.case().status is Status.APPROVED
        update, send = at.cases.moves[0].effects
        assert update == UpdateCard(REVIEW.id, 4)
        assert send == SendReply(REVIEW.id, 4, 1, DRAFT.sha256, at.cases.moves[0].outcome.by if at.cases.moves[0].outcome else None)  # type: ignore[arg-type]
        await at.redraw()
        shown = await at.drawn(ts["draft"])
        assert "Ana Ruiz approved it unchanged" in " ".join(shown.split())
        assert "Approve & send" not in shown


async def test_edit_opens_the_whole_draft_and_saves_a_new_version_without_sending() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.EDIT)
        window = await at.window("ana")
        fields = {block["block_id"]: block["element"].get("initial_value") for block in window["blocks"] if block["type"] == "input"}
        assert fields == {"subject.3": DRAFT.subject, "text.0.0.3": DRAFT.text}
        assert "40 technicians" in said(window["blocks"])
        answer = await at.slack.submit("ana", window["id"], {"text.0.0.3": "Hello Nora,\n\nwe guarantee 10 EUR a seat."})
        assert not answer.get("errors")
        edited = at.case().draft
        assert edited is not None
        assert (edited.version, edited.text, edited.findings[0].code) == (2, "Hello Nora,\n\nwe guarantee 10 EUR a seat.", "promise")
        assert at.case().status is Status.REVIEW
        assert await at.slack.views("ana") == []
        await at.redraw()
        assert "Edited by Ana Ruiz" in await at.drawn(ts["draft"])
        assert "guarantee" in await at.drawn(ts["draft"])


async def test_approving_an_edited_draft_is_told_apart_from_an_unchanged_one() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.EDIT)
        await at.slack.submit("ana", (await at.window("ana"))["id"], {"text.0.0.3": f"{DRAFT.text}\n\nP.S. Thank you!"})
        await at.redraw()
        await at.click("ben", ts["draft"], ids.APPROVE)
        outcome = at.case().outcome
        assert outcome is not None
        assert outcome.kind == "sent_edited"
        assert 0.5 < outcome.similarity < 1.0


async def test_an_empty_reply_is_refused_at_its_field() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.EDIT)
        answer = await at.slack.submit("ana", (await at.window("ana"))["id"], {"text.0.0.3": "  \n "})
        assert "An empty reply cannot be saved" in answer["errors"]["text.0.0.3"]
        assert at.case() == REVIEW


async def test_saving_over_somebody_elses_edit_keeps_the_text_and_asks_again() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.EDIT)
        await at.click("ben", ts["draft"], ids.EDIT)
        first, second = await at.window("ana"), await at.window("ben")
        await at.slack.submit("ben", second["id"], {"text.0.0.3": "The words of Ben, which were first."})
        answer = await at.slack.submit("ana", first["id"], {"text.0.0.3": "The words of Ana, which were second."})
        assert answer["response_action"] == "update"
        window = await at.window("ana")
        assert "The words of Ben, which were first." in said(window["blocks"])
        field = next(block for block in window["blocks"] if block.get("block_id") == "text.0.0.4")
        assert field["element"]["initial_value"] == "The words of Ana, which were second."
        await at.slack.submit("ana", window["id"], {"text.0.0.4": "The words of both."})
        assert at.case().draft == replace(DRAFT, version=3, text="The words of both.", author=at.slack.user("ana"))


async def test_saving_after_the_decision_shows_the_persons_own_words_and_what_happened() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.EDIT)
        window = await at.window("ana")
        await at.click("ben", ts["draft"], ids.APPROVE)
        await at.slack.submit("ana", window["id"], {"text.0.0.3": "Words that nobody may lose."})
        shown = said((await at.window("ana"))["blocks"])
        assert "Already approved by Ben Okafor at 10:42 UTC." in shown
        assert "Words that nobody may lose." in shown
        assert at.case().draft == DRAFT


async def test_a_long_draft_is_edited_in_parts_and_saved_as_one_text() -> None:
    long = replace(DRAFT, text="\n\n".join(f"Paragraph {number}. " + "word " * 60 for number in range(30)).strip())
    async with stage() as at:
        ts = await at.place(replace(REVIEW, draft=long))
        await at.click("ana", ts["draft"], ids.EDIT)
        window = await at.window("ana")
        parts = [block for block in window["blocks"] if str(block.get("block_id", "")).startswith("text.")]
        assert len(parts) > 3
        values = {part["block_id"]: part["element"]["initial_value"] for part in parts}
        values[parts[1]["block_id"]] = "The second part is mine."
        await at.slack.submit("ana", window["id"], values)
        draft = at.case().draft
        assert draft is not None
        assert draft.text.startswith("Paragraph 0. word")
        assert "\n\nThe second part is mine.\n\n" in draft.text
        assert draft.text.endswith("word")


async def test_reject_asks_why_and_keeps_the_reason() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.REJECT)
        window = await at.window("ana")
        assert (await at.slack.submit("ana", window["id"], {"remark": "x"}))["response_action"] == "errors"
        await at.slack.submit("ana", window["id"], {"why": "wrong_intent", "remark": "She asks\nabout data protection"})
        assert at.case().status is Status.REJECTED
        assert at.cases.moves[0].detail == (("why", "wrong_intent"),)
        await at.redraw()
        assert "It answers another question. She asks about data protection" in await at.drawn(ts["root"])
        assert await at.slack.views("ana") == []


async def test_rejecting_what_was_sent_says_so_in_the_window() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ana", ts["draft"], ids.REJECT)
        window = await at.window("ana")
        await at.click("ben", ts["draft"], ids.APPROVE)
        await at.slack.submit("ana", window["id"], {"why": "other"})
        assert "Already approved by Ben Okafor" in said((await at.window("ana"))["blocks"])
        assert at.case().status is Status.APPROVED


async def test_an_old_card_is_refused_with_what_happened_since() -> None:
    async with stage() as at:
        ts = await at.place()
        await at.click("ben", ts["draft"], ids.APPROVE)
        for number, action in enumerate((ids.APPROVE, ids.EDIT, ids.REJECT, ids.TAKE_OVER), start=1):
            await at.click("ana", ts["draft"], action)
            told = await until(partial(whispers, at, number))
            assert [message["text"] for message in told] == ["Already approved by Ben Okafor at 10:42 UTC."] * number
        assert len(at.cases.moves) == 1


async def whispers(at: Stage, least: int) -> list[dict[str, object]]:
    told = await at.slack.ephemerals("ana", CHANNEL)
    return told if len(told) >= least else []


async def test_a_card_of_a_case_that_is_gone_says_superseded() -> None:
    async with stage() as at:
        ts = await at.place()
        at.cases.cases.clear()
        await at.click("ana", ts["draft"], ids.APPROVE)
        assert "has been superseded" in await at.whisper("ana")


async def test_the_whole_mail_opens_in_pages() -> None:
    async with stage() as at:
        ts = await at.place(STATES["long"])
        await at.click("ana", ts["mail"], ids.SHOW_MAIL)
        window = await at.window("ana")
        assert "Page 1 of" in said(window["blocks"])
        for turn, shown in ((1, "Page 2 of"), (0, "Page 1 of")):
            await at.slack.click_view("ana", window["id"], f"{ids.MAIL_PAGE}.{turn}")
            await until(partial(holds, at, shown))


async def holds(at: Stage, words: str) -> bool:
    return words in said((await at.window("ana"))["blocks"])


async def test_a_window_that_slack_does_not_open_is_explained() -> None:
    async with stage() as at:
        ts = await at.place()
        for fault in ("rate_limited", "server_error"):
            at.slack.faults.fail("views.open", fault, retry_after=60)
            await at.click("ana", ts["draft"], ids.EDIT)
            assert "The window could not be opened" in await at.whisper("ana")
        await at.click("ana", ts["draft"], ids.EDIT)
        assert (await at.window("ana"))["callback_id"] == ids.EDIT_FORM


async def test_a_draft_says_of_each_sentence_where_it_comes_from() -> None:
    async with stage() as at:
        ts = await at.place(STATES["review-reworded"])
        await at.click("ana", ts["draft"], ids.SOURCES)
        shown = said((await at.window("ana"))["blocks"])
        assert HOURS in shown
        assert "template “pricing”, line 7, settings (company.eta.normal), the knowledge base (sync, export)" in shown
        assert at.case() == STATES["review-reworded"]
