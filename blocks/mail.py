"""The mail itself: its newest words in the thread, and all of it in a window with pages."""

from blocks import ids, kit
from blocks.card import subject
from blocks.kit import Json, Message
from blocks.text import clip_lines, count, escape, foreign, one_line, size
from pipeline.case import Case
from pipeline.email import Email

SHOWN = 2500
SHOWN_LINES = 40
PAGE = 6000


def message(case: Case) -> Message:
    """What the customer wrote, as the first reply of the card's thread; the same at every revision of the case."""
    whole = foreign(case.email.reply) or foreign(case.email.text)
    shown = clip_lines(whole, SHOWN, SHOWN_LINES)
    text = f"Mail from {one_line(case.email.sender.name or case.email.sender.address, 80)}: {one_line(whole, 150)}"
    return kit.message(escape(text), kit.rich_text(_from(case.email), _body(shown)), *_small(case, whole, shown))


def _from(email: Email) -> Json:
    named = f"{one_line(email.sender.name, 80)} " if email.sender.name.strip() else ""
    return kit.line(kit.run(f"{named}wrote", bold=True), kit.run("  "), kit.moment(email.sent_at or email.received_at))


def _body(shown: str) -> Json:
    return kit.quote(shown) if shown else kit.line(kit.run("This mail has no text.", italic=True))


def _small(case: Case, whole: str, shown: str) -> list[Json]:
    notes = [
        kit.plain(note)
        for note in (_hidden(case.email, whole, shown), _answers_elsewhere(case.email), _addressed(case.email), _files(case.email))
        if note
    ]
    small = [kit.context(*notes)] if notes else []
    return [*small, kit.actions(kit.button("Show full mail", ids.SHOW_MAIL, ids.write(ids.Ref(case.id, 0))))]


def _hidden(email: Email, whole: str, shown: str) -> str:
    hidden = len(whole) - len(shown)
    quoted = len(foreign(email.text)) - len(foreign(email.reply)) if foreign(email.reply) else 0
    parts = [count(hidden, "more character")] if hidden > 0 else []
    parts += [f"{count(quoted, 'character')} of earlier mail and signature"] if quoted > 200 else []
    return f"Not shown: {' and '.join(parts)}." if parts else ""


def _answers_elsewhere(email: Email) -> str:
    others = [one_line(each.address, 120) for each in email.reply_to if each.address != email.sender.address]
    return f"⚠️ Asks for answers to {', '.join(others[:3])}, which is another address." if others else ""


def _addressed(email: Email) -> str:
    copied = [one_line(each.address, 120) for each in email.cc]
    return f"Copy to {', '.join(copied[:5])}{f' and {len(copied) - 5} more' if len(copied) > 5 else ''}" if copied else ""


def _files(email: Email) -> str:
    named = [
        f"{one_line(each.name, 60) or 'unnamed'} ({one_line(each.media_type, 60)}, {size(each.size)})" for each in email.attachments[:8]
    ]
    return f"📎 {', '.join(named)}. Attachments are never opened here." if named else ""


def pages(email: Email) -> list[str]:
    """The whole text, cut at line ends into pieces of at most PAGE characters; at least one."""
    rest, cut = foreign(email.text), []
    while len(rest) > PAGE:
        end = rest.rfind("\n", PAGE // 2, PAGE)
        end = end if end > 0 else PAGE
        cut.append(rest[:end])
        rest = rest[end:].lstrip("\n")
    return [*cut, rest]


def view(case: Case, page: int, channel: str, thread: str) -> Json:
    """One page of the whole mail, in a window; a page that does not exist shows the nearest."""
    parts = pages(case.email)
    page = min(max(page, 0), len(parts) - 1)
    blocks = [
        kit.rich_text(kit.line(kit.run(subject(case.email), bold=True)), *_headers(case.email)),
        kit.divider(),
        kit.rich_text(_body(parts[page])),
    ]
    ref = ids.FormRef(case.id, case.revision, "", channel, thread)
    return kit.modal("Full mail", ids.MAIL_VIEW, [*blocks, *_turn(case, page, len(parts))], metadata=ids.write_form(ref))


def _headers(email: Email) -> list[Json]:
    to = ", ".join(one_line(each.address, 120) for each in email.to[:10])
    verdict = {"pass": "verified", "fail": "failed verification", "none": "not verified"}[email.authentication.verdict]
    sender = f"{one_line(email.sender.name, 80)} {one_line(email.sender.address, 120)}".strip()
    said = [
        f"From: {sender} ({verdict}: {one_line(email.authentication.why, 200)})",
        f"To: {to or 'nobody named'}",
        *(note for note in (_addressed(email), _answers_elsewhere(email), _files(email)) if note),
        *(f"Odd: {one_line(defect, 200)}" for defect in email.defects[:5]),
    ]
    return [kit.line(kit.run(one)) for one in said]


def _turn(case: Case, page: int, of: int) -> list[Json]:
    if of == 1:
        return []
    turns = [("Previous page", page - 1)] if page > 0 else []
    turns += [("Next page", page + 1)] if page < of - 1 else []
    buttons = [kit.button(label, f"{ids.MAIL_PAGE}.{to}", ids.write(ids.Ref(case.id, case.revision, to))) for label, to in turns]
    return [kit.context(kit.plain(f"Page {page + 1} of {of}")), kit.actions(*buttons)]
