"""Whether the provider that received a mail vouches for the domain of its sender (RFC 8601)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.authenticity import results
from bot.authenticity.results import Results
from bot.mailbox.addresses import Mailbox
from pipeline.email import Authentication

Dkim = Literal["required", "checked", "off"]
"""How much the sender's own signature counts beside the provider's word (bot/authenticity/verify.py)."""

_UNDECIDED = frozenset(("none", "temperror"))


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the provider says. `silent`: it found neither for nor against the domain, so the domain's own signature may still speak.

    `said` is the header it says it in, where there is one.
    """

    authentication: Authentication
    silent: bool
    said: Results | None


def authentication(headers: Iterable[bytes], senders: tuple[Mailbox, ...], authserv_ids: frozenset[str]) -> Authentication:
    """The verdict of the topmost Authentication-Results that one of our own providers wrote.

    `headers` are the header's values from the top. An empty string in `authserv_ids` stands for a provider that writes none.
    """
    return opinion(headers, senders, authserv_ids).authentication


def opinion(headers: Iterable[bytes], senders: tuple[Mailbox, ...], authserv_ids: frozenset[str]) -> Opinion:
    """The same, with what it rests on."""
    if len(senders) != 1 or not senders[0].well_formed:
        return Opinion(Authentication("none", "", "The sender is not written as one well-formed address."), False, None)
    domain = senders[0].address.domain
    for value in headers:
        said = results.parse(value)
        if said is None and authserv_ids:
            return Opinion(Authentication("none", domain, "A result of checking the sender is not well formed."), False, None)
        if said and said.authserv_id in authserv_ids:
            return _opinion(said, domain)
    return Opinion(Authentication("none", domain, "Our mail provider left no result of checking the sender."), True, None)


def _opinion(said: Results, domain: str) -> Opinion:
    name = said.authserv_id or "the provider"
    found = said.of("dmarc")
    words = [result.result for result in found]
    if "fail" in words:
        return Opinion(Authentication("fail", domain, f"{name} says that this mail does not come from {domain}."), False, said)
    if not found:
        return Opinion(Authentication("none", domain, f"{name} checked no DMARC policy for {domain}."), True, said)
    if words != ["pass"]:
        silent = len(words) == 1 and words[0] in _UNDECIDED
        return Opinion(Authentication("none", domain, f"{name} found no DMARC policy of {domain} that this mail meets."), silent, said)
    vouched = found[0].values("header.from")
    if vouched != [domain]:
        return Opinion(
            Authentication("none", domain, f"{name} vouches for {' and '.join(vouched) or 'no domain'}, not for {domain}."), False, said
        )
    if not said.authserv_id and [result.result for result in said.of("compauth")] != ["pass"]:
        return Opinion(Authentication("none", domain, f"{name} does not trust that this mail comes from {domain}."), False, said)
    return Opinion(Authentication("pass", domain, f"{name} vouches that this mail comes from {domain}."), False, said)
