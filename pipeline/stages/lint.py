"""What is wrong with a text that is about to be sent: nothing in it may be invented, promised, forgotten or left over."""

import re
from collections.abc import Iterable, Iterator

import py3langid  # type: ignore[import-untyped]  # the package ships no types

from pipeline.atoms import Atom, AtomKind, atoms
from pipeline.case import Draft, Finding, Route
from pipeline.email import Email
from pipeline.house import House

SHORTEST, LONGEST = 40, 4_000
OURS = ("template", "model")
"""Authors that are no person."""
READABLE = 120
"""Letters from which on the language of a text can be told."""

_LEFT_OVER = re.compile(
    r"<[A-Z][A-Z_]*_\d+>|\{[{%][^{}\n]{0,60}[%}]?\}?|[%}]\}|\[(?:insert|your|name|placeholder)[^\]\n]{0,60}\]|\bX{3,}\b", re.IGNORECASE
)
_NAMES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "nl": "Dutch",
    "it": "Italian",
    "pt": "Portuguese",
    "ja": "Japanese",
}
_SAYS: dict[AtomKind, str] = {
    "link": "A link that we do not publish",
    "address": "An e-mail address that is not in our lists",
    "iban": "A bank account",
    "phone": "A phone number that is not in our lists",
    "amount": "A sum that is not in the approved price sheet",
    "percent": "A percentage that no approved text contains",
    "date": "A date or day that no approved text contains",
    "time": "A time that no approved text contains",
    "promise": "A word that promises something no approved text promises",
}


def lint(draft: Draft, email: Email, house: House) -> tuple[Finding, ...]:
    """The findings for a draft of ours, or as a person has edited it; they caution, they do not forbid.

    What was found about our own wording before stays; of a person's words only what is found now counts.
    """
    ours = draft.author in OURS
    spoken = draft.language if ours else spoken_in(draft.text)
    found = lint_text(draft.text, draft.subject, allowed_atoms(draft, house) | _asked(email.subject), email.language, spoken)
    return _canonical([*found, *(draft.findings if ours else ())])


def lint_text(text: str, subject: str, allowed: frozenset[Atom], language: str, spoken: str) -> tuple[Finding, ...]:
    """The findings for any text, in canonical order. `allowed` may occur.

    `language` is what the reader writes, `spoken` what the text is in; "und" is unknown.
    """
    found = [*_left_over(text, subject), *_invented(text, subject, allowed), *_language(language, spoken), *_length(text)]
    return _canonical(found)


def _canonical(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(set(found), key=lambda finding: (finding.code, finding.text)))


def allowed_atoms(draft: Draft, house: House) -> frozenset[Atom]:
    """What may occur in this draft: what stands in its template, in its slots, and in the pages we publish."""
    reply = house.voice.replies.get(draft.template)
    company = house.company
    published = [company.website, company.booking_link, company.status_page, company.sign_in, company.careers, company.billing_contact]
    published += [link.url for link in company.docs.values()] + list(house.people.own_addresses())
    said = [slot.value for slot in draft.slots if not slot.source.startswith("mail:")]
    return atoms("\n".join([reply.fixed if reply else "", *said, *published, house.people.partnerships or ""]))


def _asked(subject: str) -> frozenset[Atom]:
    """What the sender's own subject may bring back: no link, address or account."""
    return frozenset(atom for atom in atoms(subject) if atom.kind not in ("link", "address", "iban", "phone"))


def _left_over(text: str, subject: str) -> Iterator[Finding]:
    for match in _LEFT_OVER.finditer(f"{subject}\n{text}"):
        yield Finding("left_over", f"A placeholder was left in: {match.group()[:40]}", Route.HUMAN)


def _invented(text: str, subject: str, allowed: frozenset[Atom]) -> Iterator[Finding]:
    for atom in atoms(f"{subject}\n\n{text}") - allowed:
        yield Finding(f"unapproved_{atom.kind}", f"{_SAYS[atom.kind]}: {atom.value[:80]}", Route.REVIEW)


def spoken_in(text: str) -> str:
    """The language of a text that a person wrote, or "und" where it is too short to tell."""
    return str(py3langid.classify(text)[0]) if sum(map(str.isalpha, text)) >= READABLE else "und"


def _language(expected: str, spoken: str) -> Iterator[Finding]:
    if spoken != expected and "und" not in (spoken, expected):
        wrote, answered = (_NAMES.get(code, code) for code in (expected, spoken))
        yield Finding("language", f"The mail is in {wrote}, this answer in {answered}.", Route.REVIEW)


def _length(text: str) -> Iterator[Finding]:
    size = len(text.strip())
    if size < SHORTEST:
        yield Finding("too_short", f"The answer has only {size} characters.", Route.REVIEW)
    if size > LONGEST:
        yield Finding("too_long", f"The answer has {size:,} characters; customers read up to {LONGEST:,}.", Route.REVIEW)
