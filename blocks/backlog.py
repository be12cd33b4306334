"""A pile of mail in one message: how much and what about, the most pressing mails, and a button that posts a mail's card."""

from collections.abc import Iterator

from blocks import ids, kit
from blocks.ids import Ref
from blocks.kit import Json, Message
from blocks.state import intent_name, urgency
from blocks.text import count, escape, one_line, stamp
from pipeline.backlog import Pile, Piled
from pipeline.case import Route, Status

SENDER, SUBJECT = 60, 90
INTENTS = 12


def message(pile: Pile, page: int) -> Message:
    """One page; page 0 says what there is."""
    listed = [_mail(mail) for mail in pile.pages[page]]
    if page:
        return kit.message(f"More mails of {escape(pile.mailbox)}", *listed)
    told = [kit.context(kit.plain(line)) for line in (_urgencies(pile), _intents(pile), _routes(pile)) if line]
    hint = [kit.section(kit.plain(_hint(pile)))] if listed else []
    return kit.message(escape(summary(pile)), kit.section(kit.plain(summary(pile))), *told, *hint, *listed)


def summary(pile: Pile) -> str:
    """The message in one or two sentences."""
    since = f" The oldest came on {stamp(pile.oldest)}." if pile.oldest else ""
    mails = count(len(pile.mails), "mail")
    if pile.kind == "late":
        return f"{mails} to {pile.mailbox} had waited for me when I came back.{since} They get one message instead of a card each."
    filed = f" {count(pile.filed, 'other')} needed nobody (bounces, newsletters, spam)." if pile.filed else ""
    found = f"{mails} to {pile.mailbox} from the last {count(pile.days, 'day')}, read in a dry run: nothing is sent to any of them."
    return f"{found}{since}{filed}"


def _urgencies(pile: Pile) -> str:
    return "  ·  ".join(f"{number} {urgency(name)}" for name, number in pile.urgencies)


def _intents(pile: Pile) -> str:
    named = [f"{number} {intent_name(name) if name else 'not classified'}" for name, number in pile.intents]
    more = [f"{len(named) - INTENTS} more kinds"] if len(named) > INTENTS else []
    return ", ".join([*named[:INTENTS], *more])


def _routes(pile: Pile) -> str:
    alone, review, human = (pile.going(route) for route in (Route.AUTO_SEND, Route.REVIEW, Route.HUMAN))
    if pile.kind == "late":
        return f"{count(human, 'mail needs', 'mails need')} a person, {count(review + alone, 'has', 'have')} a draft to approve."
    answered = sum(mail.answered for mail in pile.mails)
    known = f" The mailbox says that {count(answered, 'mail was', 'mails were')} answered." if answered else ""
    return (
        f"By my rules, {count(human, 'mail is', 'mails are')} for a person and {review} for review;"
        f" {alone} could have been answered by themselves, once earned.{known}"
    )


def _hint(pile: Pile) -> str:
    where = " The others stand in this thread." if len(pile.pages) > 1 else ""
    left = f" {count(pile.unlisted, 'more mail')} would not fit." if pile.unlisted else ""
    if pile.kind == "late":
        return f"Most pressing first; Open posts a mail's card.{where}{left}{' My Home tab lists all of them.' if left else ''}"
    return (
        f"Unanswered and urgent first, as far as I can tell. Open posts a mail's card; its answer is written in the mailbox.{where}{left}"
    )


def _mail(mail: Piled) -> Json:
    text = f"{one_line(mail.subject, SUBJECT) or '(no subject)'}\n{'  ·  '.join(_facts(mail))}"
    open_it = kit.button("Open", ids.OPEN_CARD, ids.write(Ref(mail.case, 0))) if mail.shelved else None
    return kit.section(kit.plain(text), open_it)


def _facts(mail: Piled) -> Iterator[str]:
    yield one_line(mail.sender, SENDER) or "unknown sender"
    yield intent_name(mail.intent) if mail.intent else "not classified"
    if mail.urgency != "normal":
        yield urgency(mail.urgency)
    if mail.would_be is Route.HUMAN or mail.status in (Status.QUARANTINED, Status.DEAD):
        yield "🔴 for a person"
    yield stamp(mail.received_at)
    if mail.answered or mail.status is Status.SENT:
        yield "✅ answered"
    elif not mail.shelved:
        yield "card posted"
