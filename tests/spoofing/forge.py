"""Mails as bytes, signed by whom a test wants, and the DNS of the domains that they name."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import dkim  # type: ignore[import-untyped]  # the package ships no types
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from dkim.canonicalization import CanonicalizationPolicy  # type: ignore[import-untyped]  # the same
from dkim.crypto import HASH_ALGORITHMS, parse_pem_private_key  # type: ignore[import-untyped]  # the same

from pipeline.errors import Temporary

NOW = datetime.now(UTC)
PROVIDER = "mx.larkspur.example"
TEXT = "The map does not load any more. How do I fix it?"
SIGNED = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type")
REJECT = ("v=DMARC1; p=reject",)

SMALL = (
    (
        "MIIBzAIBAAJhANui4REzePYvVqh8AXEPfupTVjE/eiiJssjS3CQrXM7hykf53Rnh43NP6mQJZvLWidj+7HtNS3EaX7frm1rasiOkuaK9/mBZbOAi7QUP03j1"
        "KowMQtFqa9ucQgnPp39eFQIDAQABAmB1/z6daCLfWDVdVSnNHP8ZUuZmlOzDJJ85hxcgE2/L8cAkBRgFFLeGtvN9BRQa+KidLDvCO65oD0+taouXdRzfJ+pF"
        "LVzfGQ1TNHoxkQuZVVanbUeOg59FLZEnzZE4lSECMQD4fAwDF71O+L27iVUsVNFWE4+iypfyBv9GC3MGlML0rkwbdQATP3EH/PEngoorFP0CMQDiR3eRwX4y"
        "jRGrG8aXrwWGtOtJs62JZFkGA79uN7pRXAFio3f3k84zE1H6rNmUBPkCMQCQ9v2jCER/QAqg0DwKguklyH+xv3Pp1T80RBW1LzCVwuHP2vBSSl7NBDpEjJnD"
        "DJkCMQCRtee/SlRThRftkZNOtfvfBL3G1hdXs/DHuL4a4XPvVEnoFM/584oCxdwyigAKGzECMQDo3fE8E+a95YqnbdP91eYjUyML9tsKk3us4s7fh+tlqqF4"
        "sv+OgMPMubSQWf4O58A="
    ),
    (
        "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhANui4REzePYvVqh8AXEPfupTVjE/eiiJssjS3CQrXM7hykf53Rnh43NP6mQJZvLWidj+7HtNS3EaX7frm1rasiOk"
        "uaK9/mBZbOAi7QUP03j1KowMQtFqa9ucQgnPp39eFQIDAQAB"
    ),
)
"""A key of 768 bits, as no library makes one any more: PKCS#1 and the p= of its record."""


@cache
def key(owner: str) -> tuple[bytes, str]:
    """The owner's private key as PEM, and the p= of its record."""
    if owner == "small":
        return f"-----BEGIN-----\n{SMALL[0]}\n-----END-----".encode(), SMALL[1]
    made = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    public = made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()), base64.b64encode(public).decode()


def record(owner: str, more: str = "") -> tuple[str]:
    return (f"v=DKIM1; k=rsa; {more}p={key(owner)[1]}",)


@dataclass
class Zone:
    """A DNS in a dict; questions for `dead` names end in Temporary, `asked` keeps all of them."""

    records: dict[str, tuple[str, ...]]
    dead: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    async def txt(self, name: str) -> tuple[bytes, ...]:
        self.asked.append(name)
        if name in self.dead:
            raise Temporary(f"The DNS gave no answer for {name}.")
        return tuple(text.encode() for text in self.records.get(name, ()))


def zone(dead: frozenset[str] = frozenset()) -> Zone:
    """What honest domains publish, with every mistake that a key can have, and what a forger publishes for names of their own."""
    return Zone({**_honest("nordlift.example"), **_honest("customer.example"), **_others(), **_forgers()}, dead)


def _honest(domain: str) -> dict[str, tuple[str, ...]]:
    return {
        f"_dmarc.{domain}": REJECT,
        f"s1._domainkey.{domain}": record(domain),
        f"s1._domainkey.mail.{domain}": record("below"),
        f"small._domainkey.{domain}": record("small"),
        f"gone._domainkey.{domain}": ("v=DKIM1; p=",),
        f"trial._domainkey.{domain}": record(domain, "t=y; "),
        f"reports._domainkey.{domain}": record(domain, "s=tlsrpt; "),
        f"old._domainkey.{domain}": record(domain, "h=sha1; "),
        f"exact._domainkey.{domain}": record(domain, "t=s; "),
        f"twice._domainkey.{domain}": (*record(domain), *record("evil.test")),
        f"broken._domainkey.{domain}": ("v=DKIM1; p=@@@@",),
        f"huge._domainkey.{domain}": (f"v=DKIM1; p={'A' * 4000}",),
    }


def _others() -> dict[str, tuple[str, ...]]:
    """Domains with other policies: exact alignment, watching only, none, two, none for what lies below, quarantine, in other letters."""
    policies = {
        "strict.example": ("v=DMARC1; p=reject; adkim=s",),
        "watching.example": ("v=DMARC1; p=none; rua=mailto:a@watching.example",),
        "silent.example": ("v=spf1 -all",),
        "twofold.example": (*REJECT, "v=DMARC1; p=none"),
        "apart.example": ("v=DMARC1; p=reject; sp=none",),
        "wrong.example": ("v=DMARC1; p=always",),
        "quarantine.example": ("v=DMARC1;p=quarantine;pct=50;",),
        "xn--bcher-kva.example": REJECT,
    }
    keys = {f"s1._domainkey.{domain}": record(domain) for domain in policies}
    return {**{f"_dmarc.{domain}": policy for domain, policy in policies.items()}, **keys}


def _forgers() -> dict[str, tuple[str, ...]]:
    domains = ("evil.test", "nordlift.example.evil.test", "customer.example.evil.test")
    return {f"{name}.{domain}": value for domain in domains for name, value in (("_dmarc", REJECT), ("s1._domainkey", record("evil.test")))}


def mail(
    sender: str = "Aoife Byrne <aoife@customer.example>",
    *,
    top: str = "",
    more: str = "",
    subject: str = "Map",
    text: str = TEXT,
    sender_line: str | None = None,
) -> bytes:
    """A plain mail to support. `top` stands above its headers, `more` below them; `sender_line` in place of the From line."""
    line = f"From: {sender}\r\n" if sender_line is None else sender_line
    head = f"{top}{line}To: support@larkspur.example\r\nSubject: {subject}\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n"
    rest = f"Message-ID: <1@somewhere.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n{more}\r\n{text}\r\n"
    return (head + rest).encode()


def signed(
    raw: bytes, d: str, *, s: str = "s1", by: str = "", h: tuple[str, ...] = SIGNED, c: str = "relaxed/relaxed", **tags: str
) -> bytes:
    """The mail under a DKIM signature. `by` owns the key (default: `d`); `tags` are further ones, such as x, t, l, i, or another v, a."""
    signer, canon = dkim.DKIM(raw), CanonicalizationPolicy.from_c_value(c.encode())
    signer.signature_algorithm = tags.get("a", "rsa-sha256").encode()
    signer.hasher = HASH_ALGORITHMS[signer.signature_algorithm]
    body = canon.canonicalize_body(signer.body)
    digest = base64.b64encode(signer.hasher(body[: int(tags["l"])] if "l" in tags else body).digest()).decode()
    written = {"v": "1", "a": "rsa-sha256", "c": c, "d": d, "s": s, **tags, "h": ":".join(h), "bh": digest, "b": "0" * 60}
    fields = [(name.encode(), value.encode()) for name, value in written.items()]
    names = [name.encode() for name in h]
    value = signer.gen_header(fields, names, canon, b"DKIM-Signature", parse_pem_private_key(key(by or d)[0]))
    return b"DKIM-Signature: " + bytes(value) + raw


def results(said: str, by: str = PROVIDER) -> str:
    """One Authentication-Results line."""
    return f"Authentication-Results: {by}; {said}\r\n"


def vouched(domain: str) -> str:
    return results(f"spf=pass smtp.mailfrom={domain}; dkim=pass header.i=@{domain} header.s=s1; dmarc=pass (p=REJECT) header.from={domain}")
