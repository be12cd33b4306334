"""Mails that are what they say, in every form that honest systems write: each of them is granted what it is due."""

from tests.spoofing.cases import PEOPLE, Genuine
from tests.spoofing.forge import NOW, PROVIDER, SIGNED, mail, results, signed, vouched

SECONDS = int(NOW.timestamp())
FROMS = {
    "an address alone": "{v}",
    "an address in angles": "<{v}>",
    "a name": "Kim Berg <{v}>",
    "a quoted name": '"Berg, Kim" <{v}>',
    "a quoted name with a comma and brackets": '"Berg, Kim (Support; Oslo)" <{v}>',
    "a name with a comment": "Kim Berg (Oslo) <{v}>",
    "a comment behind": "{v} (Kim Berg)",
    "an encoded name": "=?utf-8?b?S2ltIELDuHJn?= <{v}>",
    "a name over two lines": "Kim\r\n Berg\r\n <{v}>",
    "the address as its own name": '"{v}" <{v}>',
    "capitals": "Kim <{V}>",
}
WORDS = {
    "with comments": "dkim=pass (2048-bit key; unprotected) header.d={d}; dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from={d}",
    "over several lines": "dkim=pass\r\n\theader.i=@{d} header.s=s1 header.b=Ab/c+d;\r\n       dmarc=pass\r\n\t(p=REJECT) header.from={d}",
    "with a reason": 'dkim=pass reason="good; signature" header.d={d}; dmarc=pass header.from={d}',
    "with spaces about the signs": "dmarc = pass header.from = {d}",
    "with methods we do not know": "arc=none; iprev=pass policy.iprev=192.0.2.1 (mx.x.example); bimi=skipped; dmarc=pass header.from={d}",
    "with a version of the method": "dmarc/1=pass header.from={d}",
    "as Google writes it": (
        "\r\n       dkim=pass header.i=@{d} header.s=s1 header.b=abc;\r\n       spf=pass (google.com: domain of a@{d} designates 192.0.2.1"
        " as permitted sender) smtp.mailfrom=a@{d};\r\n       dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from={d}"
    ),
}


def genuine(domain: str) -> list[Genuine]:
    """What is authenticated, for this domain."""
    return [*_written(domain), *_said(domain), *_alone(domain), *_without_dns(domain)]


def _written(domain: str) -> list[Genuine]:
    v = PEOPLE[domain]
    top = vouched(domain).encode()
    return [Genuine(f"From: {n}", top + signed(mail(line.format(v=v, V=v.upper())), domain)) for n, line in FROMS.items()]


def _said(domain: str) -> list[Genuine]:
    good = signed(mail(PEOPLE[domain]), domain)
    found = [Genuine(f"the provider's word {n}", results(line.format(d=domain)).encode() + good) for n, line in WORDS.items()]
    upper = results(f"dmarc=pass header.from={domain.upper()}", PROVIDER.upper()).encode() + good
    versioned = results(f"dmarc=pass header.from={domain}", f"{PROVIDER} 1").encode() + good
    inner = results("none", "filter.larkspur.example").encode() + vouched(domain).encode() + good
    forged = vouched(domain).encode() + results(f"dmarc=fail header.from={domain}", "mx.evil.test").encode() + good
    watching = vouched("watching.example").encode() + signed(mail("a@watching.example"), "watching.example")
    by_spf = mail(PEOPLE[domain], top=results(f"spf=pass smtp.mailfrom={domain}; dmarc=pass header.from={domain}"))
    return [
        *found,
        Genuine("the provider's word in capitals", upper),
        Genuine("the provider's word with a version", versioned),
        Genuine("an inner server's word above", inner),
        Genuine("another server's fail below", forged),
        Genuine("a domain that only watches, with the provider's word", watching),
        Genuine("SPF alone, where that suffices", by_spf, dkim="checked"),
        Genuine("a signature where SPF would suffice", vouched(domain).encode() + good, dkim="checked"),
    ]


def _alone(domain: str) -> list[Genuine]:
    """Without the provider's word: the signature speaks."""
    plain = mail(PEOPLE[domain])
    spaced = mail(PEOPLE[domain], text="Some   blanks \t here  \r\n\r\n\tand there.  \r\n\r\n\r\n")
    undecided = {word: results(f"dmarc={word} header.from={domain}").encode() + signed(plain, domain) for word in ("none", "temperror")}
    forms = [Genuine(f"a signature alone, {c}", signed(spaced, domain, c=c)) for c in ("simple/simple", "relaxed/simple", "simple/relaxed")]
    other = signed(signed(plain, domain), "evil.test", by="evil.test")
    with_answer = signed(mail(PEOPLE[domain], more=f"Reply-To: {PEOPLE[domain]}\r\n"), domain, h=(*SIGNED, "reply-to"))
    return [
        *forms,
        *(Genuine(f"a signature where the provider says {word}", raw) for word, raw in undecided.items()),
        Genuine("a signature alone, relaxed", signed(spaced, domain)),
        Genuine("a signature that protects against additions", signed(plain, domain, h=(*SIGNED, "from", "subject", "reply-to"))),
        Genuine("a signature with times", signed(plain, domain, t=str(SECONDS - 60), x=str(SECONDS + 86400))),
        Genuine("a signature for a name below", signed(plain, domain, i=f"x@mail.{domain}")),
        Genuine("an exact key", signed(plain, domain, s="exact", i=f"x@{domain}")),
        Genuine("another's signature beside it", other),
        Genuine("an old signature under the new one", signed(signed(plain, domain).replace(b"bh=", b"bh=AA"), domain)),
        Genuine("a broken signature above the good one", _under_broken(plain, domain)),
        Genuine("a signed Reply-To", with_answer),
        Genuine("lines that end as on this machine", signed(plain, domain).replace(b"\r\n", b"\n")),
        Genuine("a policy of quarantine", signed(mail("a@quarantine.example"), "quarantine.example")),
        Genuine("a name below its signer", signed(mail("a@news.quarantine.example"), "quarantine.example")),
        Genuine("exact alignment, met", signed(mail("a@strict.example"), "strict.example")),
        Genuine("an international domain", signed(mail("Kim <a@xn--bcher-kva.example>"), "xn--bcher-kva.example")),
    ]


def _under_broken(plain: bytes, domain: str) -> bytes:
    good = signed(plain, domain)
    line = good[: good.index(b"From:")]
    return line.replace(b"s=s1", b"s=gone") + good


def _without_dns(domain: str) -> list[Genuine]:
    """The provider's word alone, where no question is asked of the DNS."""
    address = PEOPLE[domain]
    microsoft = f"Authentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom={domain}; dkim=pass (signature verified)\r\n"
    microsoft += f" header.d={domain};dmarc=pass action=none\r\n header.from={domain};compauth=pass reason=100\r\n"
    return [
        Genuine("the provider's word, DNS off", mail(address, top=vouched(domain)), dkim="off"),
        Genuine("Microsoft's word, DNS off", mail(address, top=microsoft), dkim="off", ids=frozenset(("",))),
        Genuine(
            "the provider's word over its own fail for another hop",
            mail(address, top=vouched(domain) + results(f"dmarc=fail header.from={domain}")),
            dkim="off",
        ),
    ]
