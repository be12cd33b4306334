"""The answer: a template with typed slots, or, where a person answers, an outline of what they need to know."""

import re
from dataclasses import dataclass, replace

from pipeline.atoms import scrub
from pipeline.case import CaseId, Cited, Classification, Contact, Context, Decision, Draft, Route, Slot
from pipeline.email import Email
from pipeline.house import House
from pipeline.letter import taken_apart
from pipeline.policy.content import Intent
from pipeline.recipients import author, written
from pipeline.slots import OPTIONAL, Ask, slots
from pipeline.voice import Refusal, ReplyTemplate, render

LONGEST_SUBJECT = 160
OUTLINE = "outline"
_PREFIX = re.compile(r"^(?:(?:re|aw|antw|sv|rif|res|ref|odp|fwd?|wg|tr|rv)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unfilled(Exception):
    """The template asks for a slot that has no value here."""

    template: str
    slot: str


def draft(email: Email, classification: Classification, context: Context, decision: Decision, house: House, case: CaseId | None) -> Draft:
    """The letter that could be sent, or the outline where a person answers. Raises Unfilled or voice.Refusal; the caller takes the time."""
    if decision.route is Route.HUMAN or decision.template is None:
        return outline(email, classification, context, decision, house)
    return _letter(email, classification, context, decision, house, case)


def _letter(email: Email, classification: Classification, context: Context, decision: Decision, house: House, case: CaseId | None) -> Draft:
    reply = house.voice.replies[decision.template or ""]
    ask = Ask(
        email.sender,
        house.intents[classification.intent],
        decision.urgency,
        reply.language,
        case,
        context.articles,
        context.free_slots,
        context.contact,
    )
    filled = slots(ask, house.company, house.prices, house.people)
    used = tuple(filled[name] for name in sorted(reply.uses))
    empty = [slot.name for slot in used if not slot.value and slot.name not in OPTIONAL]
    if empty:
        raise Unfilled(reply.name, empty[0])
    text = render(reply, {slot.name: slot.value for slot in used})
    letter = Draft(1, subject_of(email.subject), text, reply.name, reply.language, used, (), "template", 0, 0.0, cited=_cited(reply, used))
    return _addressed(letter, email, ask.intent, house)


def _cited(reply: ReplyTemplate, used: tuple[Slot, ...]) -> tuple[Cited, ...]:
    """Where each sentence comes from; none where the template cannot be taken apart."""
    try:
        return taken_apart(reply, used).cited()
    except Refusal:
        return ()


def _addressed(letter: Draft, email: Email, intent: Intent, house: House) -> Draft:
    """To the person for whom a contact form of ours wrote, and the mail itself to the alias that the intent names."""
    one = author(email, house.people.forms())
    to = () if one == email.sender else (written(one),)
    return replace(letter, to=to, forward_to=house.people.aliases().get(intent.forward_to or "", ""))


def subject_of(subject: str) -> str:
    """The subject of the answer: one "Re:", one line, and no link or address that the sender planted there."""
    line = " ".join("".join(char if char.isprintable() else " " for char in subject).split())
    bare = scrub(_PREFIX.sub("", line)).strip()
    return f"Re: {bare[:LONGEST_SUBJECT].rstrip() or 'your message'}"


def outline(email: Email, classification: Classification, context: Context, decision: Decision, house: House) -> Draft:
    """What the person needs to answer, made from facts alone; it is never sent."""
    parts = [
        _section("Why a person answers", [reason.text for reason in decision.reasons if reason.at_most is Route.HUMAN]),
        _section("What it is about", [_about(classification, house), *_also(classification, house), *_questions(email)]),
        _section("What we know", _known(email, context, classification)),
        _section("Before you answer", _checks(classification, house)),
    ]
    text = "\n\n".join(part for part in parts if part)
    return Draft(1, subject_of(email.subject), text, OUTLINE, house.company.language, (), (), "template", 0, 0.0, outline=True)


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)]) if lines else ""


def _about(classification: Classification, house: House) -> str:
    intent = house.intents.get(classification.intent)
    nearest = house.intents.get(classification.runner_up)
    if intent:
        return f"{intent.title} ({classification.confidence:.0%} sure)"
    return f"Nothing we have an answer for; the nearest is: {nearest.title}" if nearest else "Nothing we have an answer for"


def _questions(email: Email) -> list[str]:
    """The first questions of the mail, with links, addresses and numbers taken out."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in email.reply[:4000]).split())
    asked = re.findall(r"[^.!?]{8,200}\?", flat)
    return [f"They ask: {scrub(question.strip())}" for question in asked[:3]]


def _known(email: Email, context: Context, classification: Classification) -> list[str]:
    vouched = {"pass": "is who they say", "fail": "may be forged: authentication failed", "none": "is not authenticated"}
    lines = [f"The sender {vouched[email.authentication.verdict]}."]
    if context.is_vip:
        lines.append("They are on the VIP list." if context.vip else "The CRM says that they are a VIP.")
    lines += _of_crm(context.contact)
    lines.append(f"{context.earlier} earlier mail(s) in this thread." if context.earlier else "First mail in this thread.")
    if email.attachments:
        lines.append(f"{len(email.attachments)} attachment(s): {', '.join(sorted({part.media_type for part in email.attachments}))}.")
    if classification.policy_flags:
        lines.append(f"The wording raises: {', '.join(flag.replace('_', ' ') for flag in classification.policy_flags)}.")
    return [*lines, *(f"No answer from {source}." for source in context.missing)]


def _of_crm(contact: Contact | None) -> list[str]:
    """Company, stage and open deals, as the CRM has them."""
    if contact is None or contact == Contact():
        return []
    who = [part for part in (contact.company, contact.lifecycle, f"looked after by {contact.owner}" if contact.owner else "") if part]
    deals = [f"{deal.name} ({deal.amount:,.0f})" if deal.amount is not None else deal.name for deal in contact.open_deals[:3]]
    told = [", ".join(who), f"open deals: {', '.join(deals)}" if deals else ""]
    return [f"In the CRM: {scrub(one)}." for one in told if one]


def _also(classification: Classification, house: House) -> list[str]:
    return [f"They also ask: {house.intents[name].title}" for name in classification.also if name in house.intents]


def _checks(classification: Classification, house: House) -> list[str]:
    """What to look at, for each thing that the mail asks for."""
    first = classification.intent if classification.intent in house.intents else classification.runner_up
    named = (house.intents.get(name) for name in (first, *classification.also))
    return list(dict.fromkeys(check for intent in named if intent for check in intent.checks))
