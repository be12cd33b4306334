"""The whole matrix, both directions: a forgery is granted nothing, a genuine mail is granted what it is due."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.authenticity.verify import Trust, verify
from bot.mailbox.mime import read
from pipeline.case import NO_HISTORY, Route, Status, Triaged
from pipeline.email import Email
from pipeline.flow import triage
from pipeline.house import House
from pipeline.policy.language import All, Authenticated, SenderIs
from pipeline.policy.rulebook import Rulebook
from pipeline.policy.truth import holds
from pipeline.stages.enrich import enrich, facts
from tests.pipeline.letters import SUPPORT, earned, house
from tests.spoofing.cases import CUSTOMER, VIP, Forgery, Genuine
from tests.spoofing.forge import NOW, zone
from tests.spoofing.headers import claimed
from tests.spoofing.honest import genuine
from tests.spoofing.lookalikes import played
from tests.spoofing.senders import written
from tests.spoofing.signatures import misused

FORGERIES = [
    *((domain, case) for domain in (VIP, CUSTOMER) for case in (*written(domain), *claimed(domain), *misused(domain))),
    *((VIP, case) for case in played()),
]
GENUINE = [(domain, case) for domain in (VIP, CUSTOMER) for case in genuine(domain)]


def ids(cases: Sequence[tuple[str, Forgery | Genuine]]) -> list[str]:
    return [f"{domain.partition('.')[0]}: {case.name}" for domain, case in cases]


def company(*, rules: bool) -> House:
    """The shipped house where every intent answers by itself, all of Nordlift on its VIP list; with or without its rules."""
    ours = house()
    people = ours.people.model_copy(update={"vips": (*ours.people.vips, f"@{VIP}"), "customers": (CUSTOMER, "northwind.example")})
    return earned(replace(ours, people=people, rulebook=ours.rulebook if rules else Rulebook()))


MONEY = ("payment_change", "first_contact_about_payment")
"""Cautions that the shipped rules speak; all others are the code's own."""
WITH_RULES, WITHOUT_RULES = company(rules=True), company(rules=False)


async def verified(case: Forgery | Genuine) -> Email:
    dead = case.dead if isinstance(case, Forgery) else frozenset[str]()
    email = read(case.raw, "new/1", NOW, case.ids)
    return await verify(email, case.raw, Trust(case.ids, case.dkim), zone(dead))


async def judged(email: Email, by: House) -> Triaged:
    return await triage(email, SUPPORT, NO_HISTORY, by, NOW, lambda: 0.0, None)


def allowed(email: Email, domain: str) -> bool:
    """What a rule would ask that trusts this domain."""
    listed = All(kind="all", of=(SenderIs(kind="sender", one_of=(f"@{domain}",)), Authenticated(kind="authenticated", one_of=("pass",))))
    return holds(listed, facts(email, SUPPORT, enrich(email, NO_HISTORY, WITH_RULES.people))) is True


@pytest.mark.parametrize(("domain", "case"), FORGERIES, ids=ids(FORGERIES))
async def test_a_forgery_is_granted_nothing(domain: str, case: Forgery) -> None:
    email = await verified(case)
    assert email.authentication.verdict != "pass" or (case.own and email.authentication.domain == case.own == email.sender.domain)
    assert not WITH_RULES.people.is_vip(email)
    assert not allowed(email, domain)
    assert email.authentication.why
    for by in (WITH_RULES, WITHOUT_RULES):
        triaged = await judged(email, by)
        assert triaged.context is None or not (triaged.context.vip or triaged.context.known)
        if by is WITH_RULES or case.caution not in MONEY:
            assert triaged.decision.would_be is not Route.AUTO_SEND
            assert triaged.status is not Status.SCHEDULED
    named = {reason.name for reason in (await judged(email, WITH_RULES)).decision.reasons}
    assert not case.caution or case.caution in named, named


@pytest.mark.parametrize(("domain", "case"), GENUINE, ids=ids(GENUINE))
async def test_a_genuine_mail_is_granted_what_it_is_due(domain: str, case: Genuine) -> None:
    email = await verified(case)
    assert email.authentication.verdict == "pass", email.authentication.why
    assert email.authentication.domain == email.sender.domain
    assert WITH_RULES.people.is_vip(email) is (email.sender.domain == VIP)
    for by in (WITH_RULES, WITHOUT_RULES):
        triaged = await judged(email, by)
        vip = email.sender.domain == VIP and by is WITH_RULES
        assert triaged.decision.route is (Route.HUMAN if vip else Route.AUTO_SEND), triaged.decision.reasons
        assert triaged.status is (Status.HUMAN if vip else Status.SCHEDULED)


def test_the_matrix_is_as_large_as_promised() -> None:
    assert len({case.name for _, case in FORGERIES}) >= 200
    assert len({case.raw for _, case in FORGERIES}) >= 300
    assert len({case.name for _, case in GENUINE}) >= 40
