"""Accounts, cards and addresses of machines, told from order ids and versions by their check digits and the word before them."""

import ipaddress
import re
from collections.abc import Iterator

from pipeline.email import Span
from pipeline.redaction.labels import ordered

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


def ibans(text: str) -> Iterator[Span]:
    """Account numbers whose country, length and check digits (mod 97) agree."""
    for found in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(found[0][:2].upper(), 0)
        at = [place for place, character in enumerate(found[0]) if character.isalnum()]
        if not length or len(at) < length or found[0][at[length - 1] + 1 :][:1].isalnum():
            continue
        account = "".join(found[0][place] for place in at[:length]).upper()
        if int("".join(str(int(character, 36)) for character in account[4:] + account[:4])) % 97 == 1:
            yield Span("IBAN_CODE", found.start(), found.start() + at[length - 1] + 1)


def cards(text: str) -> Iterator[Span]:
    """Card numbers: an issuer's prefix and length, the usual grouping, and Luhn's check digit."""
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if _GROUPS.fullmatch(found[0]) and _ISSUER.fullmatch(digits) and _luhn(digits) and not ordered(text, found.start()):
            yield Span("CREDIT_CARD", found.start(), found.end())


def addresses(text: str) -> Iterator[Span]:
    """IP addresses; a dotted version number stays."""
    for found in _IPV4.finditer(text):
        parts = found[0].split(".")
        if all(int(part) <= 255 for part in parts) and max(map(len, parts)) > 1 and not ordered(text, found.start()):
            yield Span("IP_ADDRESS", found.start(), found.end())
    for found in _IPV6.finditer(text):
        if _is_ipv6(found[0]):
            yield Span("IP_ADDRESS", found.start(), found.end())


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def _is_ipv6(text: str) -> bool:
    try:
        return len(ipaddress.IPv6Address(text).exploded) > 0 and len(text) > 4
    except ValueError:
        return False
