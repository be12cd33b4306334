"""The parts of a text that can do harm when they are invented: links, addresses, numbers to call, sums, dates, promises."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

AtomKind = Literal["link", "address", "iban", "phone", "amount", "percent", "date", "time", "promise"]

_MONTHS = (
    r"jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]vrier|enero|febrero|mar(?:ch|s|zo)?|märz|apr(?:il)?|avril|abril|may|mai|mayo|june?|juni|juin|junio"
    r"|july?|juli|juillet|julio|aug(?:ust)?|août|agosto|sept?(?:ember|embre)?|septiembre|o[ck]t(?:ober|obre|ubre)?|nov(?:ember|embre|iembre)?|de[czs](?:ember|iembre)?|décembre|diciembre"
)
_DAYS = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo"
)
_MONEY = r"€|\$|£|¥|eur(?:os?)?\b|usd\b|gbp\b|chf\b|dollars?\b|pounds?\b"
_DATE = (
    r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d)?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|\.)? (?:de )?(?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}\b|\b(?:{_DAYS})\b"
)
_TAIL = r"[^\s<>\"'()\[\]{}|]"
_LINK = (
    rf"(?:[a-z][a-z0-9+.-]{{1,15}}://|www\.){_TAIL}{{2,500}}"
    rf"|\b[a-z0-9-]{{2,63}}(?:\.[a-z0-9-]{{1,63}}){{0,6}}\.(?-i:[a-z]{{2,24}})\b(?:/{_TAIL}{{0,500}})?"
)
_PROMISES = (
    r"discounts?|refund(?:s|ed)?|reimburs\w*|guarantee[sd]?|warrant(?:y|ies)|compensat\w*|free of charge|for free"
    r"|waive[sd]?|credit note|sla|legally|liab(?:le|ility)"
    r"|rabatt\w*|erstatt\w*|garantie\w*|garantier\w*|kostenlos\w*|gratis|gutschrift\w*|schadenersatz|haft(?:en|ung)"
    r"|remise|rembours\w*|garanti\w*|gratuit\w*|d[ée]dommag\w*|descuentos?|reembols\w*|garant[ií]\w*|indemni[zs]\w*"
)
_PATTERNS: Mapping[AtomKind, str] = {
    "address": r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
    "link": _LINK,
    "iban": r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?\b",
    "percent": r"\d{1,6}(?:[.,]\d{1,4})?\s?(?:%|percent\b|prozent\b|pour cent\b|por ciento\b)",
    "amount": rf"(?:{_MONEY})\s?\d[\d.,'’]{{0,14}}|\d[\d.,'’]{{0,14}}\s?(?:{_MONEY})",
    "date": _DATE,
    "time": r"\b\d{1,2}[:.h]\d\d\b(?: ?(?:am|pm|uhr))?|\b\d{1,2} ?(?:am|pm|uhr|h)\b",
    "phone": r"\+?\d[\d ()/.-]{6,20}\d",
    "promise": rf"\b(?:{_PROMISES})\b",
}
_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _PATTERNS.items()}
_SHOWN_AS: Mapping[AtomKind, str] = {"link": "[link]", "address": "[address]", "iban": "[account]", "phone": "[number]"}


@dataclass(frozen=True, slots=True)
class Atom:
    """One such part; `value` is made comparable: lower case, without spaces and closing punctuation."""

    kind: AtomKind
    value: str


@lru_cache(maxsize=512)
def atoms(text: str) -> frozenset[Atom]:
    """All atoms of a text; a stretch counts once, as the first kind that claims it."""
    return frozenset(Atom(kind, _comparable(kind, match.group())) for kind, match in _claimed(text))


def scrub(text: str) -> str:
    """The text with links, addresses, accounts and phone numbers replaced by what they are."""
    for kind, pattern in _KINDS.items():
        if kind in _SHOWN_AS:
            text = pattern.sub(_SHOWN_AS[kind], text)
    return text


def _claimed(text: str) -> Iterator[tuple[AtomKind, re.Match[str]]]:
    rest = text
    for kind, pattern in _KINDS.items():
        found = list(pattern.finditer(rest))
        yield from ((kind, match) for match in found)
        for match in found:
            rest = rest[: match.start()] + " " * len(match.group()) + rest[match.end() :]


def _comparable(kind: AtomKind, value: str) -> str:
    plain = value.casefold().rstrip(".,;:!?'’")
    return plain.rstrip("/") if kind == "link" else re.sub(r"\s+", "" if kind != "promise" else " ", plain)
