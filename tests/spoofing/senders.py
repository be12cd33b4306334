"""Forgeries in how From is written; the provider vouches for whom such a mail would name to another reader."""

from base64 import b64encode

from tests.spoofing.cases import PEOPLE, Forgery
from tests.spoofing.forge import mail, signed, vouched

EVIL = "evil.test"
LINES = {
    "an address before the angle": "{v} <attacker@evil.test>",
    "an address before the angle, folded": "{v}\r\n <attacker@evil.test>",
    "an angle before a domain": "<{v}>@evil.test",
    "an angle before an angle": "<{v}> <attacker@evil.test>",
    "two addresses without a comma": "{v} attacker@evil.test",
    "two addresses, the played one first": "{v}, attacker@evil.test",
    "two addresses, the played one last": "attacker@evil.test, {v}",
    "a group": "Customers: {v};",
    "a group behind an address": "attacker@evil.test, Customers: {v};",
    "an unclosed quote": '"Ingrid <{v}>',
    "an unclosed comment": "(Ingrid <{v}>",
    "an unclosed angle": "Ingrid <{v}",
    "a source route": "<@evil.test:{v}>",
    "a quoted address as local part": '"{v}"@evil.test',
    "a trailing dot": "Ingrid <{v}.>",
    "a space in the domain": "Ingrid <{v} .evil.test>",
    "a NUL behind the address": "Ingrid <{v}\x00>",
    "a second at sign": "Ingrid <{v}@evil.test>",
    "letters beyond ASCII in the local part": "Ingrid <ï{v}>",
    "letters beyond ASCII in the domain": "Ingrid <{v}ö>",
    "a no-break space": "Ingrid <{v}\xa0>",
    "nobody in angles": "<>",
    "nothing": "",
    "an undisclosed group": "undisclosed-recipients:;",
    "an encoded address as the whole": "=?utf-8?q?{q}?=",
    "an encoded address in angles": "Ingrid <=?utf-8?b?{b}?=>",
}
OWN = {
    "an address as quoted name": ('"{v}" <attacker@evil.test>', "sender_name"),
    "an address in an encoded name": ("=?utf-8?b?{b}?= <attacker@evil.test>", "sender_name"),
    "both addresses in the name": ('"{v} via attacker@evil.test" <attacker@evil.test>', "sender_name"),
    "an address in a comment": ("({v}) attacker@evil.test", "sender_name"),
    "a percent route": ("{p}@evil.test", "routed_address"),
    "a bang path": ("{d}!ingrid@evil.test", "routed_address"),
}
HEADERS = {
    "two From headers, the played one first": "From: {v}\r\nFrom: attacker@evil.test\r\n",
    "two From headers, the played one last": "From: attacker@evil.test\r\nFrom: {v}\r\n",
    "two From headers in different case": "FROM: {v}\r\nfrom: attacker@evil.test\r\n",
    "a From with a space before the colon": "From : {v}\r\nFrom: attacker@evil.test\r\n",
    "the same From twice": "From: {v}\r\nFrom: {v}\r\n",
    "no From": "",
    "a From behind a bare CR": "X-Mailer: a\rFrom: {v}\r\nFrom: attacker@evil.test\r\n",
    "a From behind a bare CR, alone": "X-Mailer: a\rFrom: {v}\r\n",
    "a Resent-From beside the played one": "Resent-From: attacker@evil.test\r\nSender: attacker@evil.test\r\nFrom: {v}\r\n",
}


def written(domain: str) -> list[Forgery]:
    """Every way to write From so that somebody takes it for the played address."""
    return [*_lines(domain), *_own(domain), *_headers(domain)]


def _fill(line: str, domain: str) -> str:
    v = PEOPLE[domain]
    return line.format(v=v, d=domain, p=v.replace("@", "%"), q=v.replace("@", "=40"), b=b64encode(v.encode()).decode())


def _sent(raw: bytes, domain: str) -> bytes:
    """As it leaves the forger: signed by themselves, where such a mail can be signed at all."""
    return vouched(domain).encode() + signed(raw, EVIL)


def _lines(domain: str) -> list[Forgery]:
    found = []
    for name, line in LINES.items():
        raw = mail(_fill(line, domain))
        found += [Forgery(f"{name}, vouched for as {d}", _sent(raw, d)) for d in (EVIL, domain)]
    return found


def _own(domain: str) -> list[Forgery]:
    return [Forgery(name, _sent(mail(_fill(line, domain)), EVIL), own=EVIL, caution=caution) for name, (line, caution) in OWN.items()]


def _headers(domain: str) -> list[Forgery]:
    raws = {name: vouched(EVIL).encode() + mail(sender_line=_fill(line, domain)) for name, line in HEADERS.items()}
    return [Forgery(name, raw) for name, raw in raws.items()]
