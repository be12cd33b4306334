"""Where personal data stands in a text: every rule asked, and of two that meet the surer one believed. Pure, no model, in linear time."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipeline.email import Span
from pipeline.redaction import identity, links, names, numbers, phones, streets

LONGEST = 20_000
"""Characters in which names are looked for by their neighbours; structured data is found in all of a text."""


def spans(text: str, known: Iterable[str], found: Iterable[Span] = ()) -> tuple[Span, ...]:
    """In order, never overlapping. `known` are names; `found` is what an engine found beside, least sure of all."""
    return _spans(text, tuple(known), tuple(found))


@lru_cache(maxsize=64)
def _spans(text: str, known: tuple[str, ...], found: tuple[Span, ...]) -> tuple[Span, ...]:
    """Remembered for as long as a mail is in work: it is redacted for each model that reads it."""
    return settled(len(text), _all(text, known, found))


def structured(text: str) -> Iterator[Span]:
    """Addresses, links and numbers, told by their form; the surest types first."""
    yield from links.secret_links(text)
    yield from links.emails(text)
    yield from links.homes(text)
    yield from numbers.ibans(text)
    yield from numbers.cards(text)
    yield from numbers.addresses(text)
    yield from identity.identities(text)
    yield from phones.phones(text)
    yield from streets.streets(text)


def settled(length: int, candidates: Iterable[Span]) -> tuple[Span, ...]:
    """The candidates that do not meet an earlier one, by place."""
    covered = bytearray(length)
    kept: list[Span] = []
    for span in candidates:
        if span.end > span.start and not any(covered[span.start : span.end]):
            covered[span.start : span.end] = b"\1" * (span.end - span.start)
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))


def _all(text: str, known: tuple[str, ...], found: tuple[Span, ...]) -> Iterator[Span]:
    yield from structured(text)
    people = [*names.known(text, known), *_people(text[:LONGEST]), *(span for span in found if span.type == "PERSON")]
    people.sort(key=lambda span: span.start - span.end)
    yield from people
    yield from names.beside(text[:LONGEST], people)
    yield from (span for span in found if span.type != "PERSON")


def _people(text: str) -> Iterator[Span]:
    yield from names.introduced(text)
    yield from names.given(text)
