"""The finished bytes name exactly whom the rules allow, and no header that we did not make, however headers are folded."""

import os
from contextlib import nullcontext
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.mailbox.compose import reply
from pipeline.case import Case, CaseId, Draft, Status
from pipeline.email import Address, Authentication, Email
from pipeline.errors import Permanent
from tests.bot.folding import VULNERABLE, naive, unpatched
from tests.bot.test_compose import AT, DRAFT, HEADERS, INBOX, MAIL, SEND_ID
from tests.bot.trouble import WORDS

FULL = bool(os.environ.get("TRIAGE_FULL"))
CVE = ("=?utf-8?q?hi=0D=0ABcc:_evil@x.test?=", "=?utf-8?b?aGkNCkJjYzogZXZpbEB4LnRlc3Q=?=")
OWN = frozenset({str(INBOX), "sales@larkspur.example"})
FORM = "form@web.example"
GOOD = ("carla@customers.example", "dan@customers.example", "otto@elsewhere.example", "evil@x.test", FORM)
OURS = ("support@larkspur.example", "support+x@larkspur.example", "sales@larkspur.example")
BROKEN = ("", "no-at", "a b@x.example", "a@x.example, b@y.example", "a@x.example\r\nBcc: e@x.test", "<a@x.example>", "a@-x", "a@x..y")
ADDRESSES = st.builds(Address, WORDS, st.sampled_from((*GOOD * 8, *OURS, *BROKEN, *("eva@bücher.example",) * 4)))
MANY = st.lists(ADDRESSES, max_size=3).map(tuple)
NAMED = st.lists(st.sampled_from((*GOOD, *OURS, "a@x.example\r\nBcc: e@x.test", "eva@xn--bcher-kva.example")), max_size=3).map(tuple)


@dataclass(frozen=True, slots=True)
class Ask:
    """One mail, one draft, and who wants it sent."""

    email: Email
    draft: Draft
    automatic: bool
    company: str


def choices(email: Email) -> st.SearchStrategy[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Addresses of the mail itself, mostly such as may be answered."""
    first = [form(one.address) for one in (email.sender, *email.reply_to, *email.to)]
    copied = [form(one.address) for one in email.cc if form(one.address) not in first]
    return st.tuples(*(some([one for one in group if one not in (*OURS, *BROKEN)] or group) for group in (first, copied)))


def some(group: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(group), unique=True, max_size=4).map(tuple) if group else st.just(())


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    ids = draw(st.lists(WORDS, max_size=3))
    email = replace(
        MAIL,
        sender=draw(ADDRESSES), reply_to=draw(MANY), to=draw(MANY), cc=draw(MANY), subject=draw(WORDS),
        message_id=ids[0] if ids else "q1@customers.example", references=tuple(ids[1:]),
        authentication=Authentication(draw(st.sampled_from(("pass", "pass", "none", "fail"))), "", ""),
    )  # fmt: skip
    to, cc = draw(st.one_of(st.just(((), ())), choices(email), choices(email), st.tuples(NAMED, NAMED)))
    draft = replace(DRAFT, subject=draw(WORDS), text=draw(WORDS), to=to, cc=cc)
    return Ask(email, draft, draw(st.booleans()), draw(WORDS))


def form(address: str) -> str:
    return address.replace("bücher", "xn--bcher-kva")


def allowed(ask: Ask) -> tuple[list[str], list[str]] | None:
    """The rules, said again in the plainest words: To and Cc, or None where nothing may be sent."""
    email, draft = ask.email, ask.draft
    wanted = (list(draft.to), list(draft.cc)) if draft.to or draft.cc else ([form(email.sender.address)], [])
    if ask.automatic:
        only = _automatic(email)
        return wanted if only is not None and wanted == ([only], []) else None
    first = [form(one.address) for one in (email.sender, *email.reply_to, *email.to)]
    copied = [form(one.address) for one in email.cc if form(one.address) not in first]
    known = len({*wanted[0], *wanted[1]}) == len(wanted[0] + wanted[1]) and set(wanted[0]) <= set(first) and set(wanted[1]) <= set(copied)
    return wanted if wanted[0] and known and not {*wanted[0], *wanted[1]} & {*OURS, *BROKEN} else None


def _automatic(email: Email) -> str | None:
    if email.authentication.verdict != "pass" or (email.sender.address == FORM and len(email.reply_to) != 1):
        return None
    only = form((email.reply_to[0] if email.sender.address == FORM else email.sender).address)
    return None if only in (*OURS, *BROKEN) else only


def composed(ask: Ask) -> bytes | None:
    case = Case(CaseId(1), 2, Status.APPROVED, INBOX, ask.email, None, None, None, ask.draft, None)
    own, forms = OWN, frozenset({FORM})
    try:
        return reply(case, ask.draft, INBOX, SEND_ID, AT, ask.automatic, company=ask.company, own=own, forms=forms)
    except Permanent:
        return None


def read(raw: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(raw)


def names(message: EmailMessage) -> list[str]:
    return [name.lower() for name in message.keys()]  # noqa: SIM118  # a message's keys repeat


def addresses(message: EmailMessage, name: str) -> list[str]:
    header = message[name]
    return [one.addr_spec for one in header.addresses] if header is not None else []


@given(asks())
@settings(
    max_examples=100_000 if FULL else 250, deadline=None, derandomize=not FULL, database=None, suppress_health_check=list(HealthCheck)
)
@pytest.mark.timeout(3600)
def test_recipients_are_those_that_the_rules_allow_and_no_header_is_injected(ask: Ask) -> None:
    check_obeys(ask, composed(ask))
    with unpatched():
        raw = composed(ask)
    check_obeys(ask, raw)


def check_obeys(ask: Ask, raw: bytes | None) -> None:
    expected = allowed(ask)
    assert (raw is None) == (expected is None)
    if raw is None or expected is None:
        return
    message = read(raw)
    assert (addresses(message, "to"), addresses(message, "cc"), addresses(message, "from")) == (*expected, [INBOX])
    automatic = ["auto-submitted", "x-auto-response-suppress"] if ask.automatic else []
    threaded = [name for name in ("in-reply-to", "references") if name in names(message)]
    always = [name for name in HEADERS if name not in ("in-reply-to", "references")]
    assert sorted(names(message)) == sorted([*always, *threaded, *automatic, *(["cc"] if expected[1] else [])])


@pytest.mark.parametrize("subject", CVE)
def test_the_unpatched_folding_injects_a_header_into_what_naive_code_writes(subject: str) -> None:
    with unpatched():
        assert addresses(read(naive(subject)), "bcc") == ["evil@x.test"]


@pytest.mark.parametrize("subject", CVE)
def test_the_reproduction_does_what_a_vulnerable_python_does(subject: str) -> None:
    """On a patched Python the same naive code injects nothing."""
    assert addresses(read(naive(subject)), "bcc") == (["evil@x.test"] if VULNERABLE else [])


@pytest.mark.parametrize("folding", [nullcontext, unpatched])
@pytest.mark.parametrize("hostile", CVE)
def test_what_injects_there_is_inert_in_a_reply_of_ours(hostile: str, folding: type[nullcontext[None]]) -> None:
    email = replace(MAIL, sender=Address(hostile, MAIL.sender.address), cc=(Address(hostile, "cc@x.test"),), subject=hostile)
    ask = Ask(email, replace(DRAFT, subject=f"Re: {hostile}", to=(MAIL.sender.address,), cc=("cc@x.test",)), False, hostile)
    with folding():
        raw = composed(ask)
    assert raw is not None
    message = read(raw)
    assert "bcc" not in names(message)
    assert (addresses(message, "to"), addresses(message, "cc")) == ([MAIL.sender.address], ["cc@x.test"])
