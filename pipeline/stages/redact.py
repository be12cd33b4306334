"""Personal data out before a model sees a mail, and back in after it spoke: pure patterns, no model, in linear time."""

import re
from collections.abc import Iterable, Sequence

from pipeline.email import RedactedEmail, Span
from pipeline.redaction import numbers, words

_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{1,20}_\d{1,4}>")


def redact(subject: str, text: str, language: str, names: Iterable[str]) -> RedactedEmail:
    """Subject and text with every piece of personal data replaced; one value has one placeholder in both. `spans` are the text's."""
    known = tuple(names)
    found = spans(text, known)
    taken = set(_PLACEHOLDER.findall(subject) + _PLACEHOLDER.findall(text))
    placeholders: dict[tuple[str, str], str] = {}
    original: dict[str, str] = {}
    new_subject = _replaced(subject, spans(subject, known), placeholders, original, taken)
    new_text = _replaced(text, found, placeholders, original, taken)
    return RedactedEmail(new_subject, new_text, language, found, tuple(original.items()))


def spans(text: str, names: Iterable[str]) -> tuple[Span, ...]:
    """Where personal data stands, in order, never overlapping: of two that meet, the surer type wins."""
    candidates = (
        *words.secret_links(text),
        *words.emails(text),
        *numbers.ibans(text),
        *numbers.cards(text),
        *numbers.addresses(text),
        *numbers.social_security(text),
        *numbers.phones(text),
        *words.streets(text),
        *words.people(text, names),
    )
    covered = bytearray(len(text))
    kept: list[Span] = []
    for span in candidates:
        if not any(covered[span.start : span.end]):
            covered[span.start : span.end] = b"\1" * (span.end - span.start)
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))


def restore(text: str, redacted: RedactedEmail) -> str:
    """The text with the placeholders we made filled in again; what only looks like one stays."""
    original = dict(redacted.restore)
    return _PLACEHOLDER.sub(lambda found: original.get(found[0], found[0]), text)


def _replaced(text: str, found: Sequence[Span], placeholders: dict[tuple[str, str], str], original: dict[str, str], taken: set[str]) -> str:
    out: list[str] = []
    at = 0
    for span in found:
        value = text[span.start : span.end]
        key = (span.type, value.lower())
        if key not in placeholders:
            placeholders[key] = _unused(span.type, taken)
            original[placeholders[key]] = value
        out += [text[at : span.start], placeholders[key]]
        at = span.end
    return "".join((*out, text[at:]))


def _unused(kind: str, taken: set[str]) -> str:
    """A placeholder that stands nowhere yet, not even because the sender wrote it himself."""
    number = 1
    while (placeholder := f"<{kind}_{number}>") in taken:
        number += 1
    taken.add(placeholder)
    return placeholder
