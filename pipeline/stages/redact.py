"""Personal data out before a model sees a mail, and back in after it spoke: the mapping stays in this process."""

import re
from collections.abc import Iterable, Sequence

from pipeline.email import Email, MailboxId, RedactedEmail, Shareable, Span
from pipeline.errors import Temporary
from pipeline.house import House
from pipeline.policy.evaluate import REDACTIONS, Signals, redaction
from pipeline.policy.rulebook import Redaction
from pipeline.ports import NameFinder
from pipeline.redaction.find import spans
from pipeline.redaction.placeholders import beside, filled
from pipeline.stages.enrich import facts

BRIEF, THREAD = 240, 400
"""Characters of a newest text that may need what it quotes to be understood, and of the quote that is shown then."""
_BETWEEN = "\n\n"
_MARKS = re.compile(r"^[>\s]+", re.MULTILINE)


async def redacted_for(email: Email, mailbox: MailboxId, house: House, said: Signals | None = None) -> RedactedEmail:
    """Subject and newest text as policy wants them read. Raises Temporary where the engine that it needs cannot answer."""
    asked = redaction(house.rulebook, facts(email, mailbox), said)
    (subject, text), found, restore = await _redacted((email.subject, email.reply), asked, email, house)
    return RedactedEmail(subject, text, email.language, found, restore)


async def shareable(email: Email, mailbox: MailboxId, house: House, said: Signals | None = None) -> Shareable:
    """What a language model may be shown. Raises Temporary where that cannot be made: then none is asked."""
    (subject, text, thread), found, restore = await _shown((email.subject, email.reply, quoted(email)), email, mailbox, house, said)
    return Shareable(subject, text, email.language, found, restore, thread)


async def exchange(email: Email, reply: str, mailbox: MailboxId, house: House) -> tuple[Shareable, str]:
    """A mail and our answer to it as a language model may be shown them: one value has one placeholder in both. Raises Temporary."""
    (subject, text, ours), found, restore = await _shown((email.subject, email.reply, reply), email, mailbox, house)
    return Shareable(subject, text, email.language, found, restore), ours


def quoted(email: Email) -> str:
    """The beginning of what the mail quotes, where its own text is brief."""
    own, _, below = email.text.partition(email.reply) if email.reply else ("", "", email.text)
    return "" if len(email.reply) > BRIEF or own.strip() else _MARKS.sub("", below).strip()[:THREAD]


Redacted = tuple[tuple[str, ...], tuple[Span, ...], tuple[tuple[str, str], ...]]
"""The parts with placeholders, the spans of the second part, and what each placeholder stands for."""


async def _shown(parts: tuple[str, ...], email: Email, mailbox: MailboxId, house: House, said: Signals | None = None) -> Redacted:
    """The parts as policy wants language models to see them."""
    asked = max(redaction(house.rulebook, facts(email, mailbox), said), house.rulebook.redaction_for_models, key=REDACTIONS.index)
    if asked == "full" and house.names is None:
        raise Temporary("Names cannot be taken out of mail here, so no language model is shown any.")
    return await _redacted(parts, asked, email, house)


async def _redacted(parts: tuple[str, ...], asked: Redaction, email: Email, house: House) -> Redacted:
    """In a language that no engine here reads, "full" is what has a form of its own, and the names in the headers."""
    known = correspondents(email, house.people.own_addresses())
    match asked:
        case "off":
            return parts, (), ()
        case "full" if house.names and email.language in house.names.languages:
            return _replaced(parts, known, await _found(parts, house.names))
        case _:
            return _replaced(parts, known, [()] * len(parts))


async def _found(parts: Sequence[str], names: NameFinder) -> list[list[Span]]:
    """What the engine finds in each part, asked once for all of them together."""
    found, at, by_part = await names.find(_BETWEEN.join(parts)), 0, []
    for part in parts:
        end = at + len(part)
        by_part.append([Span(span.type, span.start - at, span.end - at) for span in found if at <= span.start and span.end <= end])
        at = end + len(_BETWEEN)
    return by_part


def correspondents(email: Email, own: frozenset[str]) -> tuple[str, ...]:
    """The names in From, To, Cc and Reply-To, but for our own inboxes'."""
    people = (email.sender, *email.reply_to, *email.to, *email.cc)
    return tuple(dict.fromkeys(person.name for person in people if person.name and person.address not in own))


def redact(subject: str, text: str, language: str, names: Iterable[str], in_text: Sequence[Span] = ()) -> RedactedEmail:
    """Subject and text with every piece of personal data replaced; one value has one placeholder in both. `spans` are the text's.

    `names` are known ones; `in_text` is what an engine found there.
    """
    (new_subject, new_text), found, restore = _replaced((subject, text), tuple(names), ((), in_text))
    return RedactedEmail(new_subject, new_text, language, found, restore)


def _replaced(parts: tuple[str, ...], known: tuple[str, ...], found: Sequence[Sequence[Span]]) -> Redacted:
    """One value has one placeholder in all parts."""
    placeholders = beside(*parts)
    settled = [spans(part, known, engine) for part, engine in zip(parts, found, strict=True)]
    texts = tuple(placeholders.replaced(part, of_part) for part, of_part in zip(parts, settled, strict=True))
    return texts, settled[1], tuple(placeholders.original.items())


def restore(text: str, redacted: RedactedEmail) -> str:
    """The text with the placeholders we made filled in again; what only looks like one stays."""
    return filled(text, redacted.restore)
