"""The Home tab: what waits for this person, the figures, and whether all is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blocks import ids, kit, stats
from blocks.kit import Json
from blocks.state import intent_name, urgency
from blocks.text import count, one_line, relative, span
from pipeline.case import Status
from pipeline.email import MailboxId
from pipeline.ports import Figures, Waiting

PAGE = 10


@dataclass(frozen=True, slots=True)
class Health:
    """One part of the program: whether it works, and a few words."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Home:
    """All that the tab shows. `waiting` is this page's cases and `more` says that another page follows."""

    mailboxes: tuple[MailboxId, ...]
    waiting: Sequence[Waiting]
    page: int
    more: bool
    figures: Figures
    health: Sequence[Health]
    now: datetime


def view(shown: Home) -> Json:
    blocks = [*_queue(shown), *_turn(shown), kit.divider(), *_figures(shown), *_footer(shown)]
    return kit.home(ids.HOME_VIEW, blocks, metadata=str(shown.page))


def sorry(sentence: str) -> Json:
    """The tab when it cannot be drawn."""
    return kit.home(ids.HOME_VIEW, [_text(sentence), kit.actions(kit.button("Try again", f"{ids.HOME_PAGE}.again", "0"))])


def _queue(shown: Home) -> list[Json]:
    if not shown.mailboxes:
        return [kit.header("Welcome"), _text(NO_INBOX)]
    if not shown.waiting:
        return [kit.header("Nothing waits for you"), _text(_empty(shown))]
    return [kit.header("Waiting for you"), *(block for mailbox in _inboxes(shown) for block in _inbox(shown, mailbox))]


NO_INBOX = (
    "I sort the mail of shared inboxes and draft the replies, and people approve them. You are not an approver of any inbox yet: "
    "an admin can add your e-mail address to an inbox in policies/people.json."
)


def _empty(shown: Home) -> str:
    inboxes = ", ".join(shown.mailboxes)
    if shown.figures.received:
        return f"Every mail to {inboxes} is answered or in somebody's hands."
    return f"Send a mail to {inboxes}: its card appears in the inbox's channel within seconds, and whatever needs you is listed here."


def _inboxes(shown: Home) -> list[MailboxId]:
    return list(dict.fromkeys(each.mailbox for each in shown.waiting))


def _inbox(shown: Home, mailbox: MailboxId) -> list[Json]:
    mine = [each for each in shown.waiting if each.mailbox == mailbox]
    return [kit.context(kit.plain(f"📥 {mailbox}")), *(_item(each, shown.now) for each in mine)]


def _item(each: Waiting, now: datetime) -> Json:
    overdue = each.respond_by is not None and each.respond_by <= now
    due = relative(each.respond_by, now) if each.respond_by else f"arrived {span(now - each.received_at)} ago"
    facts = [
        _need(each.status),
        intent_name(each.intent),
        urgency(each.urgency) if each.urgency != "normal" else "",
        f"{'⏰ ' if overdue else ''}{due}",
    ]
    text = (
        f"{one_line(each.subject, 110) or '(no subject)'}\n{one_line(each.sender, 80)}  ·  {'  ·  '.join(fact for fact in facts if fact)}"
    )
    return kit.section(kit.plain(text), _opens(each))


def _opens(each: Waiting) -> Json:
    """A link to the card, or a button that has it posted."""
    if each.permalink:
        return kit.link_button("Open", f"{ids.HOME_OPEN}.{each.case}", each.permalink)
    return kit.button("Open", ids.OPEN_CARD, ids.write(ids.Ref(each.case, 0)))


def _need(status: Status) -> str:
    match status:
        case Status.HUMAN:
            return "🔴 needs a person"
        case Status.QUARANTINED:
            return "⛔ quarantined"
        case Status.UNKNOWN:
            return "❓ sent or not?"
        case Status.DEAD:
            return "⚠️ not processed"
        case Status.SCHEDULED:
            return "⏱️ sends by itself"
        case _:
            return "🟡 review"


def _turn(shown: Home) -> list[Json]:
    turns = [("Newer", shown.page - 1)] if shown.page > 0 else []
    turns += [("More", shown.page + 1)] if shown.more else []
    buttons = [kit.button(label, f"{ids.HOME_PAGE}.{to}", str(to)) for label, to in turns]
    return [kit.actions(*buttons, kit.button("Refresh", f"{ids.HOME_PAGE}.again", str(shown.page)))]


def _figures(shown: Home) -> list[Json]:
    return [
        kit.header("The last 7 days"),
        _text(stats.sentence(shown.figures)),
        *(stats.lines(shown.figures) if shown.figures.received else []),
        *stats.paused(shown.figures),
    ]


def _footer(shown: Home) -> list[Json]:
    bad = [each for each in shown.health if not each.ok]
    state = f"⚠️ {count(len(bad), 'part')} not working" if bad else "🟢 All parts work"
    parts = "  ·  ".join(f"{each.name}: {one_line(each.detail, 100)}" for each in (bad or shown.health))
    return [
        kit.context(
            kit.plain(f"{state}{f': {parts}' if bad else f'  ·  {parts}' if parts else ''}"),
            kit.plain(f"Drawn {shown.now:%-d %b %H:%M} UTC"),
        )
    ]


def _text(text: str) -> Json:
    return kit.section(kit.plain(text))
