"""Whether the provider that received a mail vouches for the domain of its sender (RFC 8601)."""

import re
from collections.abc import Iterable

from bot.mailbox.addresses import Mailbox, tokens
from pipeline.email import Authentication

_DMARC = re.compile(r"\s*dmarc\s*=\s*([A-Za-z]+)\b(.*)", re.DOTALL | re.IGNORECASE)
_HEADER_FROM = re.compile(r"\bheader\.from\s*=\s*([^\s;]+)", re.IGNORECASE)


def authentication(results: Iterable[bytes], senders: tuple[Mailbox, ...], authserv_ids: frozenset[str]) -> Authentication:
    """The verdict of the topmost Authentication-Results that one of our own providers wrote.

    `results` are the header's values from the top. An empty string in `authserv_ids` stands for a provider that writes none.
    """
    if len(senders) != 1 or not senders[0].well_formed:
        return Authentication("none", "", "The sender is not written as one well-formed address.")
    domain = senders[0].address.domain
    for value in results:
        name, clauses = _clauses(value)
        if name in authserv_ids:
            return _verdict(clauses, domain, name or "the provider")
    return Authentication("none", domain, "Our mail provider left no result of checking the sender.")


def _clauses(value: bytes) -> tuple[str, list[str]]:
    """The authserv-id and the clauses behind it, without comments and quoted strings, which a sender can fill at will."""
    plain = "".join(token.text for token in tokens(value.decode("latin-1")) if token.kind in ("text", "mark"))
    first, *rest = plain.split(";")
    if "=" in first:
        return "", [first, *rest]
    return first.split()[0].lower() if first.split() else "", rest


def _verdict(clauses: list[str], domain: str, name: str) -> Authentication:
    found = [match for clause in clauses if (match := _DMARC.match(clause))]
    if not found:
        return Authentication("none", domain, f"{name} checked no DMARC policy for {domain}.")
    if any(match[1].lower() == "fail" for match in found):
        return Authentication("fail", domain, f"{name} says that this mail does not come from {domain}.")
    if len(found) > 1 or found[0][1].lower() != "pass":
        return Authentication("none", domain, f"{name} found no DMARC policy of {domain} that this mail meets.")
    vouched = _HEADER_FROM.search(found[0][2])
    if not vouched or vouched[1].lower() != domain:
        return Authentication("none", domain, f"{name} vouches for {vouched[1].lower() if vouched else 'no domain'}, not for {domain}.")
    return Authentication("pass", domain, f"{name} vouches that this mail comes from {domain}.")
