"""Forgeries of a domain's signature; the provider is silent, so that the signature alone would have to speak."""

from dataclasses import replace

from tests.spoofing.cases import PEOPLE, Forgery
from tests.spoofing.forge import NOW, SIGNED, mail, signed, vouched

SECONDS = int(NOW.timestamp())


def misused(domain: str) -> list[Forgery]:
    """Every signature that does not bind this mail to this domain, by itself and under a forged word of the provider."""
    plain = mail(PEOPLE[domain])
    alone = [*_by_others(domain, plain), *_broken(domain, plain), *_replayed(domain, plain), *_unpublished(plain)]
    word = vouched(domain).encode()
    return [*alone, *(replace(case, name=f"{case.name}, under a forged word", raw=word + case.raw) for case in alone)]


def _by_others(domain: str, plain: bytes) -> list[Forgery]:
    twice = signed(plain, domain).replace(b"d=" + domain.encode(), b"d=evil.test; d=" + domain.encode())
    return [
        Forgery("signed by somebody else", signed(plain, "evil.test")),
        Forgery("signed by somebody else in our name", signed(plain, "evil.test", i=PEOPLE[domain])),
        Forgery("signed with somebody else's key", signed(plain, domain, by="evil.test")),
        Forgery("signed by a name below", signed(plain, f"mail.{domain}", by="below")),
        Forgery("signed by a longer name", signed(plain, f"{domain}.evil.test", by="evil.test")),
        Forgery("signed by the top level", signed(plain, "example", by="evil.test")),
        Forgery("signed for another identity", signed(plain, domain, i="x@evil.test")),
        Forgery("signed for a name below with an exact key", signed(plain, domain, s="exact", i=f"x@mail.{domain}")),
        Forgery("a domain named twice", twice),
        Forgery("six signatures of others", b"DKIM-Signature: v=1; d=evil.test\r\n" * 5 + signed(plain, "evil.test")),
    ]


def _broken(domain: str, plain: bytes) -> list[Forgery]:
    keys = {s: s for s in ("gone", "trial", "reports", "old", "twice", "broken", "huge", "missing")}
    good = signed(plain, domain)
    return [
        *(Forgery(f"a key that is {s}", signed(plain, domain, s=s)) for s in keys),
        Forgery("a key of 768 bits", signed(plain, domain, s="small", by="small")),
        Forgery("SHA-1", signed(plain, domain, a="rsa-sha1")),
        Forgery("another version", signed(plain, domain, v="2")),
        Forgery("an expired signature", signed(plain, domain, t=str(SECONDS - 7200), x=str(SECONDS - 3600))),
        Forgery("a signature from tomorrow", signed(plain, domain, t=str(SECONDS + 86400))),
        Forgery("a signature of the first bytes", signed(plain, domain, l="10")),
        Forgery("a signature of no bytes", signed(plain, domain, l="0")),
        Forgery("no From in it", signed(plain, domain, h=tuple(name for name in SIGNED if name != "from"))),
        Forgery("no Subject in it", signed(plain, domain, h=tuple(name for name in SIGNED if name != "subject"))),
        Forgery("another text", good.replace(b"The map", b"The MAP")),
        Forgery("another subject", good.replace(b"Subject: Map", b"Subject: Pay")),
        Forgery("more text", good + b"Please pay at once.\r\n"),
        Forgery("a body hash alone", good.replace(b" b=", b" b=ABCD")),
        Forgery("an empty signature", b"DKIM-Signature: \r\n" + plain),
        Forgery("a huge signature", good.replace(b"v=1;", b"v=1;" + b" " * 5000)),
        Forgery("no answer for the key", good, dead=frozenset((f"s1._domainkey.{domain}",))),
        Forgery("no answer for the policy", good, dead=frozenset((f"_dmarc.{domain}",))),
    ]


def _replayed(domain: str, plain: bytes) -> list[Forgery]:
    """Headers put on a mail that the domain once signed for somebody."""
    good = signed(plain, domain)
    evil = signed(mail("attacker@evil.test"), "evil.test")
    return [
        Forgery("a second From on top", b"From: boss@" + domain.encode() + b"\r\n" + good),
        Forgery("a second From below", good.replace(b"\r\n\r\n", b"\r\nFrom: boss@" + domain.encode() + b"\r\n\r\n", 1)),
        Forgery("the played From on another's signature", b"From: " + PEOPLE[domain].encode() + b"\r\n" + evil),
        Forgery("a From put in place of another's", evil.replace(b"attacker@evil.test", PEOPLE[domain].encode(), 1)),
        Forgery("a Reply-To added", b"Reply-To: attacker@evil.test\r\n" + good),
        Forgery("a Sender added", b"Sender: attacker@evil.test\r\n" + good),
        Forgery("a second Subject added", b"Subject: Pay\r\n" + good),
        Forgery("a second Date added", b"Date: Mon, 01 Jan 2024 00:00:00 +0000\r\n" + good),
        Forgery("a From behind a bare CR added", b"X-A: a\rFrom: boss@" + domain.encode() + b"\r\n" + good),
        Forgery("a Reply-To behind a bare CR added", b"X-A: a\rReply-To: attacker@evil.test\r\n" + good),
        Forgery("a Subject behind a bare CR added", b"X-A: a\rSubject: Pay\r\n" + good),
        Forgery("a line that is no header", b"this is no header\r\n" + good),
        Forgery("another From, the signed one renamed", good.replace(b"From: ", b"From: boss@" + domain.encode() + b"\r\nX-From: ", 1)),
    ]


def _unpublished(plain: bytes) -> list[Forgery]:
    """The domain itself asks nobody to turn forgeries away, or nobody can tell what it asks."""
    of = {name: signed(mail(f"a@{name}"), name) for name in ("watching.example", "silent.example", "twofold.example", "wrong.example")}
    exact = signed(mail("a@news.strict.example"), "strict.example")
    below = signed(mail("a@news.apart.example"), "apart.example")
    return [
        *(Forgery(f"the policy of {name}", raw) for name, raw in of.items()),
        Forgery("a name above where alignment is exact", exact),
        Forgery("a policy of none for what lies below", below),
    ]
