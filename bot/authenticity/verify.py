"""The verdict on a mail's sender. What grants and what does not: docs/authenticity.md, the same table in words.

The receiving provider says      | the domain's own signature   | DMARC policy        | verdict
---------------------------------+------------------------------+---------------------+--------
pass, for the domain of From     | holds                        | any                 | pass
pass                             | refuted                      | any                 | none
pass                             | missing, `dkim = "required"` | any                 | none
pass, with no DKIM of the domain | missing, `dkim = "checked"`  | any                 | pass
pass                             | not looked at (`dkim = "off"`) | not looked at     | pass
pass                             | any                          | none published      | none
nothing, none or temperror       | holds                        | quarantine, reject  | pass
fail                             | any                          | any                 | fail
anything else                    | any                          | any                 | none

A From that is not one well-formed address is never authenticated, and neither is a mail for which the DNS gave no answer in time.
"""

import asyncio
from dataclasses import dataclass, replace

from bot.authenticity import dmarc
from bot.authenticity.dmarc import Policy
from bot.authenticity.results import Results
from bot.authenticity.signatures import Proof, prove
from bot.dns import Resolver
from bot.mailbox.addresses import mailboxes
from bot.mailbox.authentication import Dkim, Opinion, opinion
from bot.mailbox.headers import Headers, scan, unwrapped
from bot.mailbox.limits import Exceeded
from pipeline.email import Authentication, Email, Verdict
from pipeline.errors import Temporary

BUDGET = 2.0
"""Seconds for all questions about one mail."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom one mailbox believes: the names its provider writes, and how much the domain's own signature counts beside them.

    `required`: the provider's word needs a signature of the domain that holds. `checked`: it needs one that is not refuted,
    for mails that pass by SPF alone. `off`: no question is asked of the DNS.
    """

    authserv_ids: frozenset[str]
    dkim: Dkim = "required"


async def verify(email: Email, raw: bytes, trust: Trust, resolver: Resolver, budget: float = BUDGET) -> Email:
    """The mail with the verdict on its sender; `budget` in seconds. Never raises: what could not be found out is no proof."""
    if email.quarantined is not None:
        return email
    try:
        mail = unwrapped(raw)
        head = scan(mail)
        senders = mailboxes(b",".join(head.all("from")))
        found = opinion(head.all("authentication-results"), senders, trust.authserv_ids)
        said = found.authentication
        if said.domain and said.domain != email.sender.domain:
            said = _none(said.domain, "Two readings of this mail disagree on who sent it.")
        elif trust.dkim != "off" and said.domain and (said.verdict == "pass" or found.silent):
            async with asyncio.timeout(budget):
                said = await _weighed(email, mail, head, found, trust, resolver)
    except Exceeded:
        said = Authentication("none", email.sender.domain, "The headers of this mail cannot be read.")
    except (Temporary, TimeoutError):
        said = Authentication("none", email.sender.domain, "The DNS gave no answer in time, so the sender could not be checked.")
    return replace(email, authentication=said)


async def _weighed(email: Email, mail: bytes, head: Headers, found: Opinion, trust: Trust, resolver: Resolver) -> Authentication:
    domain = found.authentication.domain
    policy = await dmarc.published(resolver, domain)
    if policy is None:
        return _none(domain, f"{domain} publishes no DMARC policy, so nobody can vouch for it.")
    proof = await prove(mail, head, domain, policy.strict, email.received_at, resolver)
    return weigh(found, policy, proof, trust.dkim)


def weigh(found: Opinion, policy: Policy, proof: Proof, wanted: Dkim) -> Authentication:
    """The verdict where the provider says pass or nothing, and the DNS was asked."""
    said = found.authentication
    domain = said.domain
    if said.verdict != "pass":
        return _unaided(domain, said, policy, proof)
    if proof.state == "proven":
        return Authentication("pass", domain, f"{said.why[:-1]}, and the signature {proof.why}.")
    if proof.state == "absent" and wanted == "checked" and not _claims_signature(found.said, domain, policy):
        return said
    return _none(domain, f"{said.why[:-1]}, but the signature of {domain} {proof.why}.")


def _unaided(domain: str, said: Authentication, policy: Policy, proof: Proof) -> Authentication:
    """Without the provider's word: only a signature, and only of a domain that asks for forgeries to be turned away."""
    if proof.state != "proven":
        return replace(said, why=f"{said.why} The signature of {domain} {proof.why}.")
    if policy.asks == "none":
        return _none(domain, f"{domain} asks nobody to turn forgeries away (p=none), so its signature alone is no proof.")
    return Authentication("pass", domain, f"The signature {proof.why}, and {domain} has forgeries turned away.")


def _claims_signature(said: Results | None, domain: str, policy: Policy) -> bool:
    """The provider saw a signature of the domain that we do not see."""
    passed = [result for result in said.of("dkim") if result.result == "pass"] if said else []
    named = [name.rpartition("@")[2] for result in passed for name in (*result.values("header.d"), *result.values("header.i"))]
    return any(dmarc.aligned(name, domain, strict=policy.strict) for name in named)


def _none(domain: str, why: str) -> Authentication:
    verdict: Verdict = "none"
    return Authentication(verdict, domain, why)
