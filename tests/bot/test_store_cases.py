"""Cases as handlers see them, the figures, and the one codec."""

import base64
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.store.calls import put_calls
from bot.store.codec import PLAIN, Identity, codecs
from bot.store.figures import roll_up
from pipeline.case import CaseId, Status
from pipeline.email import MailboxId
from pipeline.errors import Permanent
from pipeline.ports import IntentFigures
from pipeline.prompt import Call
from pipeline.review import OPEN, Move, edit, reject
from tests.bot.scene import ANA, BEN, CHANNEL, INBOX, Scene, mail, scene

CALL = Call("classify", "gpt-4o-mini", 800, 0, 60, 0.25, 420)


@dataclass(frozen=True)
class Backwards:
    """A codec that can be seen to have been used."""

    name: str = "backwards"

    def encode(self, plain: bytes) -> bytes:
        return plain[::-1]

    def decode(self, stored: bytes) -> bytes:
        return stored[::-1]


async def test_an_edit_is_a_new_version_and_the_last_one_is_sent(stage: Scene) -> None:
    case = await stage.reviewed("a")
    move = edit(case, case.revision, BEN, await stage.now(), "Re: hours", "We open at ten.", ())
    assert isinstance(move, Move)
    edited = await stage.cases.commit(case, move)
    assert edited is not None
    assert (edited.draft, edited.note) == (move.draft, "Edited by Ben")
    assert await stage.cases.first_text(case.id) == "We open at nine.\n"
    await stage.approve(edited)
    await stage.settle()
    outcome = (await stage.case(case.id)).outcome
    assert outcome is not None
    assert (outcome.kind, outcome.by, outcome.similarity < 1) == ("sent_edited", ANA.id, True)
    rows = await stage.database.run(lambda connection: connection.fetch("select decision from drafts order by version"))
    assert [row["decision"] for row in rows] == ["superseded", "sent_edited"]
    assert b"We open at ten." in stage.sent()[0]


async def test_a_case_is_found_by_its_cards(stage: Scene) -> None:
    case = await stage.reviewed("a")
    for card in (await stage.cards.placed(case.id)).values():
        assert await stage.cases.at_card(CHANNEL, card.ts) == case.id
    assert await stage.cases.at_card(CHANNEL, "0") is None
    assert await stage.cases.load(CaseId(999)) is None


async def test_who_waits_longest_for_a_person(stage: Scene) -> None:
    first, second, third = [await stage.reviewed(name) for name in "abc"]
    await stage.value("update messages set respond_by = clock_timestamp() where id = $1", second.id)
    await stage.approve(third)
    linked = replace(stage.cases, permalink=lambda channel, ts: f"{channel}/{ts}")
    waiting = await linked.waiting([INBOX], 10)
    assert [one.case for one in waiting] == [second.id, first.id]
    assert (waiting[0].subject, waiting[0].sender, waiting[0].status) == ("When do you open?", "carla@customers.example", Status.REVIEW)
    assert waiting[0].permalink.startswith(CHANNEL)
    assert await linked.waiting([MailboxId("other@larkspur.example")], 10) == []
    assert len(await linked.waiting([INBOX], 1)) == 1


async def test_figures_count_what_happened(stage: Scene) -> None:
    since = await stage.now()
    unchanged, edited, rejected = [await stage.reviewed(name) for name in "abc"]
    await stage.reviewed("d", text="Answer by itself.")
    await stage.approve(unchanged)
    move = edit(edited, edited.revision, BEN, await stage.now(), "Re: hours", "At ten.", ())
    assert isinstance(move, Move)
    changed = await stage.cases.commit(edited, move)
    assert changed is not None
    await stage.approve(changed)
    no = reject(rejected, rejected.revision, ANA, await stage.now(), "not_ours", "")
    assert isinstance(no, Move)
    await stage.cases.commit(rejected, no)
    await stage.settle()
    figures = await stage.cases.figures(since)
    assert (figures.received, figures.sent, figures.waiting, figures.dead) == (4, 3, 0, 0)
    assert figures.by_intent == (IntentFigures("hours", 4, 1, 1, 1, 0),)
    assert figures.triage_p50_ms is not None
    assert figures.approval_p50_ms is not None
    assert 0 < figures.triage_p50_ms <= (figures.triage_p95_ms or 0)
    assert (await stage.cases.figures(since + timedelta(hours=1))).received == 0


async def test_the_day_is_rolled_up_and_again_brings_it_up_to_date(stage: Scene) -> None:
    day = (await stage.now()).date()
    case = await stage.reviewed("a")
    await stage.database.run(lambda connection: roll_up(connection, day, {"hours": 5}))
    sql = "select array[auto_rate, approve_rate, revert_rate, cost_usd] from metrics where date = $1 and intent = 'hours'"
    assert await stage.value(sql, day) == [0.0, None, None, 0.0]
    await stage.approve(case)
    b = await stage.reviewed("b", text="Answer by itself.")
    await stage.settle()
    await stage.database.run(lambda connection: put_calls(connection, case.id, (CALL, CALL)))
    await stage.database.run(lambda connection: put_calls(connection, b.id, (CALL,)))
    for _ in range(2):
        await stage.database.run(lambda connection: roll_up(connection, day, {"hours": 5}))
    assert await stage.value(sql, day) == [0.5, 1.0, 0.0, 0.75]
    figures = await stage.cases.figures(await stage.now() - timedelta(hours=1))
    assert (figures.cost_usd, figures.by_intent[0].cost_usd) == (0.75, 0.75)
    assert await stage.value("select count(*) from metrics") == 1
    assert float(str(await stage.value("select avg_latency_ms from metrics"))) > 0
    assert (figures.sent, figures.auto_sent, figures.reverted) == (2, 1, 0)
    assert 9 < figures.saved_minutes <= 10, "two answers of five minutes, less the moment that one review took"
    assert 0 < float(str(await stage.value("select approval_ms from metrics"))) < 60_000
    assert await stage.value("select draft_ms from metrics") == 3.0


async def test_what_people_wrote_passes_the_codec_everywhere(stage: Scene, tmp_path: object, database: str) -> None:
    codec = codecs(Backwards())
    other = scene(stage.database, database, stage.mailbox.root.parent)
    parts = {"queue": other.queue, "cases": other.cases, "effects": other.effects, "sends": other.sends}
    for part in parts.values():
        object.__setattr__(part, "codec", codec)
    plain = await stage.reviewed("a", text="plain words")
    case = await other.reviewed("b", subject="Hush", text="secret words")
    await other.approve(case)
    await other.settle()
    sent = await other.case(case.id)
    assert (sent.status, sent.email.text) == (Status.SENT, "secret words\n")
    assert (await other.case(plain.id)).email.text == "plain words\n", "rows of before stay readable"
    for table in ("bodies", "drafts", "decisions", "effects", "sends", "audit_log"):
        dump = str(await stage.value(f"select string_agg(t::text, '') from {table} t where message_id = $1", case.id))
        for word in ("Hush", "We open at nine", b"secret words".hex(), b"We open at nine".hex()):
            assert word not in dump, (table, word)
    assert "Hush" not in str(await stage.value("select t::text from messages t where id = $1", case.id))
    with pytest.raises(Permanent, match="backwards"):
        await stage.cases.load(case.id)


def test_text_columns_say_how_they_are_encoded() -> None:
    codec = codecs(Backwards(), Identity())
    for text in ("Grüße", "", "enc:identity:xx", "enc:", "a\0b", "\ud800"):
        for one in (codec, PLAIN):
            stored = one.encode_text(text)
            assert "\0" not in stored
            assert codec.decode_text(stored) == text.replace("\0", "\ufffd").replace("\ud800", "?")
    assert codec.encode_text("abc") == "enc:backwards:" + base64.b64encode(b"cba").decode()
    assert PLAIN.encode_text("abc") == "abc"


async def test_a_mail_in_the_queue_is_no_case_yet(stage: Scene) -> None:
    assert await stage.cases.load(await stage.arrive(mail("a"), "1")) is None


async def test_the_index_of_open_cases_holds_every_status_that_home_lists(stage: Scene) -> None:
    """A status that is missing there has every look at Home read the whole table."""
    held = str(await stage.value("select indexdef from pg_indexes where indexname = 'messages_open'"))
    assert {status for status in Status if f"'{status.value}'" in held} == {*OPEN, Status.SCHEDULED}
