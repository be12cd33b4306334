"""The root card: one mail in its inbox's channel, as it stands now."""

from blocks import ids, kit
from blocks.kit import Json, Message
from blocks.state import blind, bounced, decided, headline, intent, next_step, reasons, urgency, when, who, would_have_been
from blocks.text import clip, count, escape, one_line, size, words
from pipeline.case import Case, Route, Status
from pipeline.email import Attachment, Email

EARN = "This intent has not earned the right to answer by itself yet."
IN_THREAD = "The draft waits in the thread."
BY_HAND = frozenset({Status.HUMAN, Status.QUARANTINED, Status.UNKNOWN, Status.DEAD})
"""Here the card itself asks for somebody; a review asks in the thread, beside the draft."""


def view(case: Case) -> Message:
    """The card for any state of a case."""
    return kit.message(
        fallback(case),
        kit.rich_text(_subject(case), _sender(case), _state(case), *_in_short(case), *_reasons(case)),
        *_small(case),
        *_buttons(case),
    )


def fallback(case: Case) -> str:
    """The card in one line, for notifications and screen readers."""
    sender = one_line(case.email.sender.name or case.email.sender.address, 80)
    return escape(f"{headline(case)}: “{subject(case.email)}” from {sender} ({intent(case)})")


def subject(email: Email) -> str:
    return one_line(email.subject, 110) or "(no subject)"


def _subject(case: Case) -> Json:
    return kit.line(kit.run(subject(case.email), bold=True))


def _sender(case: Case) -> Json:
    sender = case.email.sender
    named = [kit.run(f"{one_line(sender.name, 80)}  ·  ")] if sender.name.strip() else []
    return kit.line(*named, kit.run(one_line(sender.address, 120) or "unknown sender"), *_marks(case))


def _marks(case: Case) -> list[Json]:
    marks = []
    if case.context and case.context.is_vip:
        marks.append(kit.run("  ⭐ VIP", bold=True))
    if case.context and case.context.contact and case.context.contact.open_deals:
        marks.append(kit.run("  ·  open deal"))
    if case.email.authentication.verdict != "pass":
        marks.append(kit.run("  ⚠️ sender not verified"))
    if case.context and case.context.earlier:
        marks.append(kit.run(f"  ↩ {count(case.context.earlier, 'earlier mail')} in this thread"))
    return marks


def _state(case: Case) -> Json:
    waiting = not decided(case) and not bounced(case)
    what = [kit.run(f"  ·  {part}") for part in (_about(case) if waiting else [intent(case)])]
    return kit.line(kit.run(headline(case), bold=True), *when(case), *what, *(_deadline(case) if waiting else who(case)))


def _about(case: Case) -> list[str]:
    if case.classification is None or case.decision is None:
        return []
    return [intent(case), urgency(case.decision.urgency), f"owner: {words(case.decision.owner) or 'nobody'}"]


def _deadline(case: Case) -> list[Json]:
    if case.decision is None or case.decision.respond_by is None or case.status is Status.SCHEDULED:
        return []
    return [kit.run("  ·  answer by "), kit.moment(case.decision.respond_by)]


def _in_short(case: Case) -> list[Json]:
    """A model's line about a long mail, for whoever answers it: a stranger's words at second hand."""
    said = one_line(case.classification.summary, 160) if case.classification and not decided(case) else ""
    return [kit.line(kit.run("In short (by a model): ", italic=True), kit.run(said))] if said else []


def _reasons(case: Case) -> list[Json]:
    """Why a person is needed stands large, one line for each reason; what else spoke stands small."""
    if bounced(case):
        return [kit.line(kit.run(one_line(case.note, 600)))]
    if case.status is Status.HUMAN:
        heavy = reasons(case, of=Route.HUMAN)[:5]
        return [kit.bullets(*(kit.line(kit.run(reason)) for reason in heavy))] if heavy else []
    if case.status is Status.QUARANTINED and case.email.quarantined:
        return [kit.line(kit.run(one_line(case.email.quarantined, 400)))]
    return []


def _small(case: Case) -> list[Json]:
    lines = ["" if bounced(case) else case.note, next_step(case), *_why(case), _attached(case.email.attachments)]
    shown = [kit.plain(one_line(text, 1000)) for text in lines if text]
    return [kit.context(*shown)] if shown else []


def _why(case: Case) -> list[str]:
    if case.status is Status.HUMAN:
        heavy = reasons(case, of=Route.HUMAN)[:5]
        return [" ".join([would_have_been(case), *(reason for reason in reasons(case) if reason not in heavy)]).strip()]
    waits = case.status in (Status.REVIEW, Status.SCHEDULED) and case.draft is not None
    opening = [IN_THREAD] if waits else []
    return [" ".join([*opening, EARN if blind(case) else would_have_been(case), *reasons(case)]).strip()]


def _attached(attachments: tuple[Attachment, ...]) -> str:
    named = [f"{one_line(each.name, 60) or 'unnamed'} ({size(each.size)})" for each in attachments[:5]]
    more = [f"{len(attachments) - 5} more"] if len(attachments) > 5 else []
    return clip(f"📎 {', '.join([*named, *more])}", 600) if attachments else ""


def _buttons(case: Case) -> list[Json]:
    value = ids.write(ids.Ref(case.id, case.revision))
    if case.status is Status.SCHEDULED:
        return [kit.actions(kit.button("Hold", ids.HOLD, value, "danger"))]
    undecidable = case.status is Status.REVIEW and (case.draft is None or case.draft.outline)
    why = kit.button("Why?", ids.WHY, value)
    if case.status in BY_HAND or undecidable:
        return [kit.actions(kit.button("Take over", ids.TAKE_OVER, value, "primary"), why)]
    return [kit.actions(why)] if decided(case) and case.decision is not None else []
