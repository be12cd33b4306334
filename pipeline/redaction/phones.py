"""Telephone numbers: international, in the national form of a country, or behind a word that says so."""

import re
from collections.abc import Iterator

import phonenumbers

from pipeline.email import Span
from pipeline.redaction.labels import called, counted, numbered, ordered

_PHONE = re.compile(r"(?<![\w.@#/=&-])(?:\+|\()?\d[\d ()./\xa0-]{5,22}\d(?: ?(?:x|ext\.?) ?\d{1,6})?(?![\w@])")
_LOCAL = re.compile(r"(?:1[-. ])?(?:\(\d{3}\)[-. ]?|\d{3}[-. ])\d{3}[-. ]\d{4}|\(0\d{1,5}\)[ \d/-]{5,14}")
_DATE = re.compile(
    r"(?:[0-3]?\d[./-][01]?\d|[01]?\d[./-][0-3]?\d)[./-](?:19|20)?\d{2}(?![\d./-]*\d)|(?:19|20)\d\d[./-][01]?\d[./-][0-3]?\d\b"
)
_AREA = re.compile(r"\(\d{2,5}\)[ -]?\d{2,}[ -]?\d{2,}")
_EXTENDED = re.compile(r"\d ?(?:x|ext\.?) ?\d")
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){2,3}")
_GROUPED = re.compile(r"\(?\d{2,4}\)?(?:[ \xa0-]\d{2,4}){2,4}")
_REGIONS = ("ES", "PT", "IT", "DK", "NO", "PL", "CH", "US", "NL", "BE", "AT", "FR", "GB", "DE")
"""Whose national numbers are told without a word before them; those that begin with 0 need no list."""
_SHORTEST_CALLED, _SHORTEST, _LONGEST = 6, 7, 15


def phones(text: str) -> Iterator[Span]:
    """Telephone numbers, with their extension; an order id, a date or an amount is none."""
    for found in _PHONE.finditer(text):
        written = found[0] if ")" in found[0] else found[0].lstrip("(")
        start = found.end() - len(written)
        if _is_phone(written, text, start):
            yield Span("PHONE_NUMBER", start, found.end())


def _is_phone(written: str, text: str, at: int) -> bool:
    end = at + len(written)
    digits = re.sub(r"\D", "", re.split("[xe]", written)[0])
    if not _SHORTEST_CALLED <= len(digits) <= _LONGEST or _DATE.match(written) or ordered(text, at) or counted(text, at, end):
        return False
    if called(text, at, end):
        return True
    if len(digits) < _SHORTEST or numbered(text, at) or _DOTTED.fullmatch(written):
        return False
    return _is_abroad(written, digits) or _is_national(written, digits)


def _is_abroad(written: str, digits: str) -> bool:
    return (written.startswith("+") and len(digits) >= 8) or (digits.startswith("00") and len(digits) >= 10)


def _is_national(written: str, digits: str) -> bool:
    """By its own form; digits without any sign between them need a country that has such a number."""
    if digits.startswith("0") and 9 <= len(digits) <= 12 and "." not in written[:4]:
        return written != digits or _dialled(digits, _REGIONS)
    if _AREA.match(written) or _EXTENDED.search(written):
        return True
    return bool(_LOCAL.match(written)) or bool(_GROUPED.fullmatch(written) and len(digits) >= 8 and _dialled(digits, _REGIONS))


def _dialled(digits: str, regions: tuple[str, ...]) -> bool:
    """One of these countries has such a number."""
    return any(phonenumbers.is_valid_number(phonenumbers.parse(digits, region)) for region in regions)
