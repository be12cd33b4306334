"""What the verdict costs, and that nothing in a mail can make it slow, loud or generous."""

import asyncio
from time import monotonic, process_time

import pytest
from dkim.canonicalization import Relaxed  # type: ignore[import-untyped]  # the package ships no types
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.authenticity import dmarc, results
from bot.authenticity.signatures import relaxed
from bot.authenticity.verify import Trust, verify
from bot.mailbox.authentication import Dkim
from bot.mailbox.mime import read
from pipeline.email import Email
from tests.spoofing.forge import NOW, PROVIDER, Zone, mail, record, signed, vouched, zone

OURS = frozenset((PROVIDER,))
D = "customer.example"


async def judged(raw: bytes, dns: Zone, dkim: Dkim = "required") -> Email:
    return await verify(read(raw, "s", NOW, OURS), raw, Trust(OURS, dkim), dns)


class Silent:
    """A DNS that never answers."""

    async def txt(self, name: str) -> tuple[bytes, ...]:
        await asyncio.sleep(60)
        return ()


async def test_a_silent_dns_ends_in_none_within_the_budget() -> None:
    raw = vouched(D).encode() + signed(mail(), D)
    email, started = read(raw, "s", NOW, OURS), monotonic()
    email = await verify(email, raw, Trust(OURS), Silent(), budget=0.1)
    assert monotonic() - started < 2
    assert (email.authentication.verdict, "DNS" in email.authentication.why) == ("none", True)


async def test_only_the_senders_own_names_are_asked_for() -> None:
    dns = zone()
    others = b"DKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=x; h=from; bh=AAAA; b=AAAA\r\n"
    await judged(others * 20 + signed(mail(), D), dns)
    assert dns.asked == [f"_dmarc.{D}", f"s1._domainkey.{D}"]


async def test_no_question_is_asked_where_it_is_off_or_can_change_nothing() -> None:
    dns = zone()
    await judged(vouched(D).encode() + mail(), dns, dkim="off")
    await judged(vouched(D).replace("dmarc=pass", "dmarc=fail").encode() + signed(mail(), D), dns)
    await judged(signed(mail(f"{D} <x@evil.test> <y@evil.test>"), D), dns)
    assert dns.asked == []


async def test_many_signatures_are_not_all_tried() -> None:
    dns = zone()
    wrong = b"".join(signed(mail(), D, s=f"n{at}", by=D).split(b"From:")[0] for at in range(30))
    email = await judged(wrong + signed(mail(), D), dns)
    assert email.authentication.verdict == "none"
    assert len(dns.asked) == 6


async def test_a_mail_made_to_be_slow_is_not() -> None:
    dns, own = zone(), "slow.example"
    dns.records |= {f"_dmarc.{own}": ("v=DMARC1; p=reject",), f"s1._domainkey.{own}": record(own)}
    body = b"x" + b" " * 1_000_000 + b"x\r\n"
    blanks = signed(mail(f"a@{own}"), own).partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body
    head = b"DKIM-Signature: v=1; a=rsa-sha256; d=slow.example; s=s1; h=from:subject:date; bh=AAAA;\r\n b=" + b"A \t" * 1300 + b"\r\n"
    names = ":".join(f"n{at}" for at in range(700))
    many = f"DKIM-Signature: v=1; a=rsa-sha256; d=slow.example; s=s1; h=from:subject:date:{names}; bh=AAAA; b=AAAA\r\n".encode()
    started = process_time()
    for raw in (blanks, head + mail(f"a@{own}"), many * 20 + mail(f"a@{own}", more="X: y\r\n" * 5000)):
        email = await judged(raw, dns)
        assert email.authentication.verdict == "none"
    assert process_time() - started < 4


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"  b", b"\r", b"."]), max_size=40).map(b"".join))
def test_our_relaxed_body_means_the_same_to_dkimpy(body: bytes) -> None:
    assert Relaxed.canonicalize_body(relaxed(body)) == Relaxed.canonicalize_body(body)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('mx.larkspur.example;dmarc=pass header.from ()"<>\\,: \t=/1'), max_size=300))
def test_no_header_breaks_the_reader(text: str) -> None:
    found = results.parse(text.encode())
    assert found is None or all(name == name.lower() for result in found.results for name, _ in result.properties)


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=400), dkim=st.sampled_from(["required", "checked"]))
def test_no_bytes_are_granted_anything_or_raise(raw: bytes, dkim: Dkim) -> None:
    email = asyncio.run(judged(b"DKIM-Signature: v=1; d=customer.example; s=s1; h=from; " + raw, zone(), dkim))
    assert email.authentication.verdict != "pass"


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10_000), byte=st.integers(33, 126))
def test_a_signed_mail_with_one_byte_changed_never_vouches_for_somebody_new(at: int, byte: int) -> None:
    raw = signed(mail(), D)
    at %= len(raw)
    email = asyncio.run(judged(raw[:at] + bytes([byte]) + raw[at + 1 :], zone()))
    assert email.authentication.verdict != "pass" or (email.sender.address, email.subject) == ("aoife@customer.example", "Map")


@pytest.mark.parametrize(
    ("signer", "domain", "strict", "speaks"),
    [
        (D, D, True, True),
        (D, D, False, True),
        (D, f"news.{D}", False, True),
        (D, f"news.{D}", True, False),
        (f"news.{D}", D, False, False),
        (f"a.{D}", f"b.{D}", False, False),
        ("example", D, False, False),
        ("", D, False, False),
        ("tomer.example", D, False, False),
    ],
)
def test_who_speaks_for_whom(signer: str, domain: str, strict: bool, speaks: bool) -> None:
    assert dmarc.aligned(signer, domain, strict=strict) is speaks
