"""Numbers that a state gave a person: by their check digits, or behind the word that says so."""

import re
from collections.abc import Callable, Iterator

from pipeline.email import Span
from pipeline.redaction.labels import ordered

_SSN = re.compile(r"(?<![\w.-])(?!000|666)\d{3}([ -])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])")
_DNI = re.compile(r"(?<![\w-])(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z](?![\w-])")
_CODICE = re.compile(r"(?<!\w)[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)", re.IGNORECASE)
_NIR = re.compile(r"(?<![\w.-])[12] ?\d{2} ?[01]\d ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?![\w-])")
_CPF = re.compile(r"(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])")
_NINO = re.compile(r"(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)")
_NAMED = re.compile(
    r"(?:(social security|ssn)|(driver['’]?s?['’]?|driving) licen[cs]e|passport|passeport|pasaporte|reisepass\w*|personalausweis\w*"
    r"|ausweis\w*|führerschein\w*"
    r"|national id(?:entity)?|identity card|id card|steuer-?id\w*|steuernummer|tax(?:payer)? id\w*|national insurance|nhs|bsn"
    r"|burgerservicenummer"
    r"|nif|nie|dni|cpf|codice fiscale|numéro de sécurité sociale|sozialversicherung\w*|health insurance|medicare)"
    r"(?: (?:number|no|nr|nummer|id|num[ée]ro|número|card))?\.?[ \t]*(?:is|ist|:|#|est|es|è)?[ \t:#]*"
    r"([A-Z]{0,3}\d[\dA-Z]{0,3}(?:[./-]?[\dA-Z]{1,6}| [\dA-Z]{0,3}\d[\dA-Z]{0,3}){0,6})(?![\w])",
    re.IGNORECASE,
)
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_ODD_PLACES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21) * 2 + (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", _ODD_PLACES, strict=True))
_FEWEST_DIGITS = 5


def identities(text: str) -> Iterator[Span]:
    """US social security numbers, and the national ids of Europe and Brazil that carry a check digit or a word before them."""
    for found in _SSN.finditer(text):
        if not ordered(text, found.start()):
            yield Span("US_SSN", found.start(), found.end())
    for pattern, checked in _CHECKED:
        for found in pattern.finditer(text):
            if checked(re.sub(r"[ .-]", "", found[0]).upper()) and not ordered(text, found.start()):
                yield Span("NATIONAL_ID", found.start(), found.end())
    for found in _NAMED.finditer(text):
        number = _number(found[3])
        if sum(map(str.isdigit, number)) >= _FEWEST_DIGITS:
            kind = "US_SSN" if found[1] else "US_DRIVER_LICENSE" if found[2] else "NATIONAL_ID"
            yield Span(kind, found.start(3), found.start(3) + len(number))


def _number(written: str) -> str:
    """Without the words that follow it: a part of it has a digit."""
    parts = re.split(r"([ ./-])", written)
    while len(parts) > 1 and not any(map(str.isdigit, parts[-1])):
        parts = parts[:-2]
    return "".join(parts)


def _dni(number: str) -> bool:
    return number[-1] == _LETTERS[int(number[:-1].translate(str.maketrans("XYZ", "012"))) % 23]


def _codice(number: str) -> bool:
    even = sum(int(sign) if sign.isdigit() else ord(sign) - 65 for sign in number[1:15:2])
    return chr((even + sum(_ODD[sign] for sign in number[0:15:2])) % 26 + 65) == number[15]


def _nir(number: str) -> bool:
    return 97 - int(number[:13].replace("2A", "19").replace("2B", "18")) % 97 == int(number[13:])


def _cpf(number: str) -> bool:
    def digit(upto: int) -> int:
        return sum(int(sign) * (upto + 1 - place) for place, sign in enumerate(number[:upto])) * 10 % 11 % 10

    return digit(9) == int(number[9]) and digit(10) == int(number[10])


def _always(number: str) -> bool:
    return bool(number)


_CHECKED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_DNI, _dni),
    (_CODICE, _codice),
    (_NIR, _nir),
    (_CPF, _cpf),
    (_NINO, _always),
)
