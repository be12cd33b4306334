"""Street addresses of English, German, Dutch, French and other Romance form."""

import re
from collections.abc import Iterator

from pipeline.email import Span

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w.'’-]{0,30}"
_ENGLISH = (
    rf"\d{{1,5}}[A-Za-z]? (?:[NSEW]\.? )?{_CAPITAL}(?: {_CAPITAL}){{0,3}} (?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr"
    r"|Court|Ct|Square|Sq|Terrace|Way|Place|Pl|Close|Crescent|Parkway|Highway)\b\.?(?:,? (?:Apt|Apartment|Suite|Unit|Flat)\.? ?#?\w{1,6})?"
)
_GERMAN_DUTCH = (
    r"[A-ZÄÖÜ][\wäöüß.-]{1,30}(?:straße|strasse|str\.|weg|gasse|platz|allee|damm|ufer|straat|laan|plein|gracht|kade|dijk) \d{1,4} ?[a-z]?\b"
)
_FRENCH = (
    r"\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|impasse|allée|route|quai) (?:d[eu]s? |d['’]|la |le |les |l['’]){0,3}"
    rf"{_CAPITAL}(?: {_CAPITAL}){{0,2}}"
)
_ROMANCE = (
    r"(?:Calle|C/|Avenida|Avda\.|Av\.|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua|Praça|Travessa) (?:d[aeiou]l?s? |la )?"
    rf"{_CAPITAL}(?: {_CAPITAL}){{0,3}},? \d{{1,4}}\b"
)
_TOWN = (
    rf"(?:,? ?\n? ?(?:{_CAPITAL},? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?|\d{{4,5}}(?: [A-Z]{{2}})? {_CAPITAL}"
    rf"|{_CAPITAL},? [A-Z]{{1,2}}\d[A-Z\d]? \d[A-Z]{{2}}))?"
)
_STREET = re.compile(rf"(?<![\w-])(?:{_ENGLISH}|{_GERMAN_DUTCH}|{_FRENCH}|{_ROMANCE}){_TOWN}")


def streets(text: str) -> Iterator[Span]:
    return (_span("ADDRESS", found.start(), found[0]) for found in _STREET.finditer(text))


def _span(kind: str, start: int, written: str) -> Span:
    """Without the full stop that ends the sentence."""
    return Span(kind, start, start + len(written.rstrip(".'’-")))
