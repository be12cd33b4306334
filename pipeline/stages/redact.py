"""Personal data out before a model sees a mail, and back in after it spoke: the mapping stays in this process."""

from collections.abc import Iterable, Sequence

from pipeline.email import Email, MailboxId, RedactedEmail, Span
from pipeline.house import House
from pipeline.policy.evaluate import redaction
from pipeline.ports import NameFinder
from pipeline.redaction.find import spans
from pipeline.redaction.placeholders import beside, filled
from pipeline.stages.enrich import facts

_BETWEEN = "\n\n"


async def redacted_for(email: Email, mailbox: MailboxId, house: House) -> RedactedEmail:
    """Subject and newest text as policy wants them read. Raises Temporary where the engine that it needs cannot answer."""
    match redaction(house.rulebook, facts(email, mailbox)):
        case "off":
            return RedactedEmail(email.subject, email.reply, email.language, (), ())
        case "full" if house.names and email.language in house.names.languages:
            return await redacted_in_full(email, house.people.own_addresses(), house.names)
        case _:
            return redact(email.subject, email.reply, email.language, correspondents(email, house.people.own_addresses()))


async def redacted_in_full(email: Email, own: frozenset[str], names: NameFinder) -> RedactedEmail:
    """With what the engine finds, asked once for subject and text together."""
    found = await names.find(f"{email.subject}{_BETWEEN}{email.reply}")
    at = len(email.subject) + len(_BETWEEN)
    in_subject = [span for span in found if span.end <= len(email.subject)]
    in_text = [Span(span.type, span.start - at, span.end - at) for span in found if span.start >= at]
    return redact(email.subject, email.reply, email.language, correspondents(email, own), in_subject, in_text)


def correspondents(email: Email, own: frozenset[str]) -> tuple[str, ...]:
    """The names in From, To, Cc and Reply-To, but for our own inboxes'."""
    people = (email.sender, *email.reply_to, *email.to, *email.cc)
    return tuple(dict.fromkeys(person.name for person in people if person.name and person.address not in own))


def redact(
    subject: str, text: str, language: str, names: Iterable[str], in_subject: Sequence[Span] = (), in_text: Sequence[Span] = ()
) -> RedactedEmail:
    """Subject and text with every piece of personal data replaced; one value has one placeholder in both. `spans` are the text's.

    `names` are known ones; `in_subject` and `in_text` are what an engine found there.
    """
    known = tuple(names)
    found = spans(text, known, in_text)
    placeholders = beside(subject, text)
    new_subject = placeholders.replaced(subject, spans(subject, known, in_subject))
    new_text = placeholders.replaced(text, found)
    return RedactedEmail(new_subject, new_text, language, found, tuple(placeholders.original.items()))


def restore(text: str, redacted: RedactedEmail) -> str:
    """The text with the placeholders we made filled in again; what only looks like one stays."""
    return filled(text, redacted.restore)
