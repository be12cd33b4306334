"""A mail's words are only ever text: they ping nobody, link nowhere and hide nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import card, draft, edit, home, ids, kit, mail, text
from pipeline.case import CaseId
from pipeline.email import Address
from tests.blocks import limits
from tests.blocks.cases import DRAFT, HOSTILE, MAIL, REVIEW, STATES
from tests.blocks.views import CHANNEL, OWN, THREAD, queue, shown

WORDS = st.text(max_size=400) | st.sampled_from(
    [HOSTILE, "<!channel>", "https://a.example", "\u202e", ":tada:", "\n" * 50, "x" * 9000, "𝔘" * 5000]
)


def marked_up(node: Any) -> Iterator[str]:
    """Every text that Slack would interpret."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield node["text"]
        for child in node.values():
            yield from marked_up(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from marked_up(child)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS, WORDS)
def test_any_mail_is_drawn_within_limits_and_uninterpreted(subject: str, body: str, name: str) -> None:
    email = replace(MAIL, subject=subject, text=body, reply=body, sender=Address(name, "a@b.example"))
    case = replace(REVIEW, email=email, draft=replace(DRAFT, text=body, subject=subject))
    for message in filter(None, (card.view(case), mail.message(case), draft.message(case))):
        assert limits.message(message.blocks) == []
        assert kit.weight(message.blocks) <= kit.MESSAGE_BUDGET
        assert "<" not in message.text
        assert list(marked_up(message.blocks)) == []
    for view in (
        edit.view(case, CHANNEL, THREAD, OWN),
        mail.view(case, 0, CHANNEL, THREAD),
        home.view(shown(waiting=[replace(queue()[0], subject=subject, sender=name)])),
    ):
        assert limits.view(view) == []
    assert list(marked_up([edit.view(case, CHANNEL, THREAD, OWN), mail.view(case, 0, CHANNEL, THREAD)])) == []


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co")) | st.just("\n"), max_size=6000)
    | st.sampled_from(["p\n\n" * 3000, "x" * 9000])
)
def test_a_draft_comes_back_from_the_form_as_it_went_in(body: str) -> None:
    whole = body.strip("\n")
    view = edit.view(replace(REVIEW, draft=replace(DRAFT, text=whole)), CHANNEL, THREAD, OWN)
    fields = [block for block in view["blocks"] if block["type"] == "input"]
    values = {field["block_id"]: {field["element"]["action_id"]: {"value": field["element"].get("initial_value")}} for field in fields}
    assert edit.read(values).text == whole
    assert edit.read(values).subject == DRAFT.subject


def test_hostile_mail_shows_no_address_that_can_be_clicked() -> None:
    thread = json.dumps([card.view(STATES["hostile"]).blocks, mail.message(STATES["hostile"]).blocks])
    assert "https://" not in thread
    assert "http://" not in thread
    assert "hxxps://evil[.]example/pay?x=1" in thread
    assert "\\u202e" not in thread


def test_pages_hold_the_whole_mail() -> None:
    email = STATES["long"].email
    pages = mail.pages(email)
    assert len(pages) > 3
    assert "".join("".join(pages).split()) == "".join(text.foreign(email.text).split())


def test_defang_covers_schemes_and_www() -> None:
    assert text.defang("see http://a.b.example/x?y=1, HTTPS://c.example and www.d.example/p") == (
        "see hxxp://a[.]b[.]example/x?y=1, hxxps://c[.]example and www[.]d[.]example/p"
    )
    assert text.defang("ftp://e.example") == "fxp://e[.]example"


def test_references_survive_the_button_and_refuse_anything_else() -> None:
    for ref in (ids.Ref(CaseId(17), 3), ids.Ref(CaseId(1), 0, 4)):
        assert ids.read(ids.write(ref)) == ref
    assert [ids.read(value) for value in ("", "17", "17.x", "0.1", "17.3.2.1", "١.1", "17.3\n")] == [None] * 7
    form = ids.FormRef(CaseId(17), 3, "ab" * 32, CHANNEL, THREAD)
    assert ids.read_form(ids.write_form(form)) == form
    assert ids.read_form("{}") is None
    assert ids.read_form("[1]") is None
