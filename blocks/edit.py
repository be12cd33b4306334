"""The window in which a person rewrites a draft: drawn here and read here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks import ids, kit
from blocks.draft import finding
from blocks.kit import Json
from blocks.state import shown
from blocks.text import clip_lines, count, foreign, in_full, visible
from pipeline.case import Case, Draft, Status
from pipeline.recipients import Offer, Place, addressed, offered

PART = 2400
"""A field holds 3,000 characters: this leaves room to write more."""
MAIL_SHOWN = 1200
MAIL_LINES = 14

SUBJECT = re.compile(r"subject\.\d+")
WHOM = re.compile(r"whom\.\d+\.\d+")
FORWARD = re.compile(r"forward\.\d+")
TEXT = re.compile(r"text\.(?P<number>\d+)\.(?P<newlines>\d+)\.\d+")


@dataclass(frozen=True, slots=True)
class Form:
    """What the person wrote, and the field that an error belongs to.

    `ticked` are the keys of the recipients (None where the form offered no choice), `forward` whether the mail is handed on.
    """

    subject: str
    text: str
    field: str
    ticked: frozenset[str] | None = None
    forward: bool | None = None


def view(case: Case, channel: str, thread: str, own: frozenset[str], *, keep: Form | None = None, said: str = "") -> Json:
    """The form on the case's draft; `own` are our addresses, which are never offered as recipients.

    `keep` puts a person's own words into the fields instead, `said` explains why.
    """
    assert case.draft is not None
    ref = ids.FormRef(case.id, case.revision, case.draft.sha256, channel, thread, case.seeded is not None)
    wanted = keep or Form(case.draft.subject, (shown(case).draft or case.draft).text, "")
    whom = [*_whom(case, case.draft, own, wanted.ticked), *_forward(case, case.draft, wanted.forward)]
    blocks = [*_said(case.draft, said), *_findings(case.draft), *_mail(case), *whom, *_fields(wanted, case.revision)]
    return kit.modal("Edit the reply", ids.EDIT_FORM, blocks, metadata=ids.write_form(ref), submit="Save", close="Cancel")


def conflict(case: Case, channel: str, thread: str, own: frozenset[str], form: Form, sentence: str) -> Json:
    """What stands in the window when the case moved on meanwhile: the sentence, and the person's words, which are never lost."""
    if case.status is Status.REVIEW and case.draft is not None and not case.draft.outline:
        return view(
            case,
            channel,
            thread,
            own,
            keep=form,
            said="Somebody changed this draft while you were writing. Save puts your words in place of theirs.",
        )
    return _unsaved(sentence, "Your text was not saved. Copy what you want to keep:", form)


def was_test(sentence: str, form: Form) -> Json:
    """The same where the words were written over a test draft that somebody else judged first: its error must not be saved with them."""
    told = "What you were editing was a test draft with an error in it. Edit the real one on the card, and copy only words of your own:"
    return _unsaved(sentence, told, form)


def _unsaved(sentence: str, told: str, form: Form) -> Json:
    mine = clip_lines(visible(form.text), 20_000, 2000) or "(nothing)"
    blocks = [kit.section(kit.plain(sentence)), kit.section(kit.plain(told)), kit.rich_text(kit.quote(mine))]
    return kit.modal("Not saved", ids.NOTICE_VIEW, blocks)


def read(values: Mapping[str, Mapping[str, Any]]) -> Form:
    """The form's content from a submission's `view.state.values`; the parts of a long text are joined as they were cut."""
    subject = next((_value(field) for block, field in values.items() if SUBJECT.fullmatch(block)), "")
    parts = sorted((int(match["number"]), int(match["newlines"]), block) for block in values if (match := TEXT.fullmatch(block)))
    text = "".join(_value(values[block]) + "\n" * newlines for _, newlines, block in parts)
    ticks = {block: _ticked(field) for block, field in values.items() if WHOM.fullmatch(block)}
    forward = next((bool(_ticked(field)) for block, field in values.items() if FORWARD.fullmatch(block)), None)
    chosen = frozenset().union(*ticks.values()) if ticks else None
    nobody = min(ticks) if ticks and not chosen else ""
    field = nobody or (parts[0][2] if parts else "")
    return Form(" ".join(subject.split()), text.replace("\r\n", "\n").strip("\n"), field, chosen, forward)


def _value(field: Mapping[str, Any]) -> str:
    return str(next((element.get("value") for element in field.values()), "") or "")


def _ticked(field: Mapping[str, Any]) -> frozenset[str]:
    boxes = next((element.get("selected_options") for element in field.values()), None) or []
    return frozenset(str(box.get("value")) for box in boxes)


def _said(draft: Draft, said: str) -> list[Json]:
    if not said:
        return []
    theirs = kit.rich_text(kit.line(kit.run("Their version", bold=True)), kit.quote(clip_lines(visible(draft.text), 2000, 30)))
    return [kit.section(kit.plain(f"⚠️ {said}")), theirs]


def _findings(draft: Draft) -> list[Json]:
    return [kit.context(*(kit.plain(f"⚠️ {finding(each)}") for each in draft.findings[:8]))] if draft.findings else []


def _mail(case: Case) -> list[Json]:
    whole = foreign(case.email.reply) or foreign(case.email.text)
    shown = clip_lines(whole, MAIL_SHOWN, MAIL_LINES)
    title = "The mail you answer" + (
        f" ({count(len(whole) - len(shown), 'more character')} in the thread)" if len(shown) < len(whole) else ""
    )
    return [kit.rich_text(kit.line(kit.run(title, bold=True)), kit.quote(shown or "(no text)"))]


def _whom(case: Case, draft: Draft, own: frozenset[str], ticked: frozenset[str] | None) -> list[Json]:
    """A box for every address that the mail names, where there is a choice."""
    offers = offered(case.email, own | {case.mailbox})
    if [offer.place for offer in offers] in ([], ["From"]):
        return []
    to, cc = addressed(case.email, draft)
    chosen = {offer.key for offer in offers if offer.address.address in (*to, *cc)} if ticked is None else ticked
    boxes = [kit.Box(offer.key, in_full(offer.address.address, kit.OPTION_TEXT), _place(offer), offer.key in chosen) for offer in offers]
    groups = [boxes[start : start + kit.CHECKBOXES] for start in range(0, len(boxes), kit.CHECKBOXES)]
    return [_group(number, group, len(groups), case.revision) for number, group in enumerate(groups)]


def _group(number: int, boxes: list[kit.Box], of: int, revision: int) -> Json:
    label = "Who gets the reply" if number == 0 else "Who else gets the reply"
    return kit.checkboxes_input(f"whom.{number}.{revision}", label, boxes, optional=of > 1)


def _place(offer: Offer) -> str:
    said: dict[Place, str] = {
        "From": "They wrote the mail",
        "Reply-To": "⚠️ The mail asks for answers here, and was not sent from here",
        "To": "The mail went to them too",
        "Cc": "In Cc of the mail; they would get a copy",
    }
    return said[offer.place]


def _forward(case: Case, draft: Draft, ticked: bool | None) -> list[Json]:
    if not draft.forward_to:
        return []
    box = kit.Box("forward", f"To {in_full(draft.forward_to, 70)}", "When the reply has gone out", ticked is not False)
    return [kit.checkboxes_input(f"forward.{case.revision}", "Forward the mail as well", [box], optional=True)]


def _fields(form: Form, revision: int) -> list[Json]:
    parts = cut(visible(form.text))
    subject = kit.text_input(f"subject.{revision}", "Subject", visible(form.subject), multiline=False)
    return [subject, *(_field(number, part, newlines, len(parts), revision) for number, (part, newlines) in enumerate(parts))]


def _field(number: int, part: str, newlines: int, of: int, revision: int) -> Json:
    label = "Reply" if of == 1 else f"Reply, part {number + 1} of {of}"
    hint = "Slack holds 3,000 characters in a field; the parts are sent as one text." if number == of - 1 > 0 else ""
    block_id = f"text.{number}.{newlines}.{revision}"
    return kit.text_input(block_id, label, part, multiline=True, optional=of > 1, hint=hint, focus=number == 0)


def cut(text: str) -> list[tuple[str, int]]:
    """Pieces of at most PART characters, each with the number of newlines before the next; cut between paragraphs where it can be."""
    pieces, rest = [], text
    while len(rest) > PART:
        end = max(rest.rfind("\n\n", PART // 2, PART), 0) or max(rest.rfind("\n", PART // 2, PART), 0)
        end = end or PART
        tail = rest[end:].lstrip("\n")
        pieces.append((rest[:end], len(rest) - end - len(tail)))
        rest = tail
    return [*pieces, (rest, 0)]
