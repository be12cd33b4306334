"""The window in which a person rewrites a draft: drawn here and read here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks import ids, kit
from blocks.draft import finding
from blocks.kit import Json
from blocks.text import clip_lines, count, foreign, visible
from pipeline.case import Case, Draft, Status

PART = 2400
"""A field holds 3,000 characters: this leaves room to write more."""
MAIL_SHOWN = 1200
MAIL_LINES = 14

SUBJECT = re.compile(r"subject\.\d+")
TEXT = re.compile(r"text\.(?P<number>\d+)\.(?P<newlines>\d+)\.\d+")


@dataclass(frozen=True, slots=True)
class Form:
    """What the person wrote, and the field that an error about the text belongs to."""

    subject: str
    text: str
    field: str


def view(case: Case, channel: str, thread: str, *, keep: Form | None = None, said: str = "") -> Json:
    """The form on the case's draft; `keep` puts a person's own words into the fields instead, `said` explains why."""
    assert case.draft is not None
    ref = ids.FormRef(case.id, case.revision, case.draft.sha256, channel, thread)
    wanted = keep or Form(case.draft.subject, case.draft.text, "")
    blocks = [*_said(case.draft, said), *_findings(case.draft), *_mail(case), *_fields(wanted, case.revision)]
    return kit.modal("Edit the reply", ids.EDIT_FORM, blocks, metadata=ids.write_form(ref), submit="Save", close="Cancel")


def conflict(case: Case, channel: str, thread: str, form: Form, sentence: str) -> Json:
    """What stands in the window when the case moved on meanwhile: the sentence, and the person's words, which are never lost."""
    if case.status is Status.REVIEW and case.draft is not None and not case.draft.outline:
        return view(
            case,
            channel,
            thread,
            keep=form,
            said="Somebody changed this draft while you were writing. Save puts your words in place of theirs.",
        )
    mine = clip_lines(visible(form.text), 20_000, 2000) or "(nothing)"
    told = [kit.section(kit.plain(sentence)), kit.section(kit.plain("Your text was not saved. Copy what you want to keep:"))]
    return kit.modal("Not saved", ids.NOTICE_VIEW, [*told, kit.rich_text(kit.quote(mine))])


def read(values: Mapping[str, Mapping[str, Any]]) -> Form:
    """The form's content from a submission's `view.state.values`; the parts of a long text are joined as they were cut."""
    subject = next((_value(field) for block, field in values.items() if SUBJECT.fullmatch(block)), "")
    parts = sorted((int(match["number"]), int(match["newlines"]), block) for block in values if (match := TEXT.fullmatch(block)))
    text = "".join(_value(values[block]) + "\n" * newlines for _, newlines, block in parts)
    return Form(" ".join(subject.split()), text.replace("\r\n", "\n").strip("\n"), parts[0][2] if parts else "")


def _value(field: Mapping[str, Any]) -> str:
    return str(next((element.get("value") for element in field.values()), "") or "")


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
