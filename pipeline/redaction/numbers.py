"""Numbers that name a person or an account, told from order ids, dates and versions by their check digits and their neighbours."""

import ipaddress
import re
from collections.abc import Iterator

from pipeline.email import Span

_IBAN_COUNTRIES = (
    "AD24 AE23 AL28 AT20 BA20 BE16 BG22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GE22 GI23 GR27 HR21 HU28 IE22 IL23"
    " IS26 IT27 LI21 LT20 LU20 LV21 MC27 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TR26 UA29 XK20"
)
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBAN_COUNTRIES.split(" ")}
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9][A-Za-z0-9 -]{9,45}")
_CARD = re.compile(r"(?<![\w.-])\d[\d -]{11,22}\d(?![\w-])")
_GROUPS = re.compile(r"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{5}")
_ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|35\d{14}|6(?:011|4|5)\d{12,13}|62\d{14,17}"
)
_IPV4 = re.compile(r"(?<![\w.-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{2,36}(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})?(?![\w:])")
_SSN = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}([ -])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])")
_PHONE = re.compile(r"(?<![\w.@#/-])(?:\+|\()?\d[\d ()./\xa0-]{5,22}\d(?: ?(?:x|ext\.?) ?\d{1,6})?(?![\w@])")
_LOCAL = re.compile(r"(?:1[-. ])?(?:\(\d{3}\)[-. ]?|\d{3}[-. ])\d{3}[-. ]\d{4}|\(0\d{1,5}\)[ \d/-]{5,14}")
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}\b|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}\b")

_ORDER = re.compile(
    r"(?:orders?|bestell\w*|auftrag\w*|rechnung\w*|invoice|ticket|case|ref\w*|imei|serial|serien\w*|tracking|shipment|sendung\w*|paket\w*"
    r"|commande|facture|pedido|factura|fatura|bestelling|factuur|ordine|fattura|customer|kunden\w*|article|artikel\w*|sku|isbn|ean|version|v)"
    r"[\s.:#°-]{0,3}(?:id|nr|no|number|nummer|num[ée]ro|número|code)?[\s.:#°-]{0,4}\Z",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?<!\w)(?:id|nr|no|number|nummer|num[ée]ro|número|code)[\s.:#°-]{0,4}\Z", re.IGNORECASE)
_CALL = re.compile(
    r"(?:phone|tel\w{0,6}|tél\w{0,6}|mobile?|cell|call(?: me| us)?(?: on| at)?|fax|handy\w*|ruf\w{0,8}|móvil|celular|whatsapp|reach me at"
    r"|(?:phone|mobile|contact) (?:number|no|nr)|number is|nummer ist)[\s.:)]{0,4}\Z",
    re.IGNORECASE,
)
_BEFORE = 24


def ibans(text: str) -> Iterator[Span]:
    """Account numbers whose country, length and check digits (mod 97) agree."""
    for found in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(found[0][:2].upper(), 0)
        at = [place for place, character in enumerate(found[0]) if character.isalnum()]
        if not length or len(at) < length or found[0][at[length - 1] + 1 :][:1].isalnum():
            continue
        account = "".join(found[0][place] for place in at[:length]).upper()
        if int("".join(str(int(character, 36)) for character in account[4:] + account[:4])) % 97 == 1:
            yield Span("IBAN", found.start(), found.start() + at[length - 1] + 1)


def cards(text: str) -> Iterator[Span]:
    """Card numbers: an issuer's prefix and length, the usual grouping, and Luhn's check digit."""
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if _GROUPS.fullmatch(found[0]) and _ISSUER.fullmatch(digits) and _luhn(digits) and not _follows(_ORDER, text, found.start()):
            yield Span("CREDIT_CARD", found.start(), found.end())


def addresses(text: str) -> Iterator[Span]:
    """IP addresses; a dotted version number stays."""
    for found in _IPV4.finditer(text):
        parts = found[0].split(".")
        if all(int(part) <= 255 for part in parts) and max(map(len, parts)) > 1 and not _follows(_ORDER, text, found.start()):
            yield Span("IP", found.start(), found.end())
    for found in _IPV6.finditer(text):
        if _is_ipv6(found[0]):
            yield Span("IP", found.start(), found.end())


def social_security(text: str) -> Iterator[Span]:
    """US social security numbers as they are usually written."""
    for found in _SSN.finditer(text):
        if not _follows(_ORDER, text, found.start()):
            yield Span("SSN", found.start(), found.end())


def phones(text: str) -> Iterator[Span]:
    """Telephone numbers: international, in a national form, or behind a word that says so."""
    for found in _PHONE.finditer(text):
        written = found[0] if ")" in found[0] else found[0].lstrip("(")
        if _is_phone(written, text, found.start()):
            yield Span("PHONE", found.end() - len(written), found.end())


def _is_phone(written: str, text: str, at: int) -> bool:
    digits = re.sub(r"\D", "", re.split("[xe]", written)[0])
    if not 7 <= len(digits) <= 15 or _DATE.match(written) or _follows(_ORDER, text, at):
        return False
    if _follows(_CALL, text, at):
        return True
    if _follows(_NUMBERED, text, at):
        return False
    abroad = written.startswith("+") or (digits.startswith("00") and len(digits) >= 10)
    national = digits.startswith("0") and 9 <= len(digits) <= 12 and "." not in written[:4]
    return (abroad and len(digits) >= 8) or national or bool(_LOCAL.match(written))


def _follows(word: re.Pattern[str], text: str, at: int) -> bool:
    return bool(word.search(text[max(0, at - _BEFORE) : at]))


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def _is_ipv6(text: str) -> bool:
    try:
        return len(ipaddress.IPv6Address(text).exploded) > 0 and len(text) > 4
    except ValueError:
        return False
