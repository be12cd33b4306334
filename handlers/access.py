"""The one access check: who Slack says this is, what policies/people.json allows them, and whether strangers listen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from blocks.ids import FormRef, Ref
from handlers.desk import Desk
from pipeline.case import Case, PersonId
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.people import Person, policy_refusal, refusal
from pipeline.review import Refused

SECONDS = 1.5
"""Slack waits 3 s for an answer to a click; the commit must fit in as well."""

SUPERSEDED = "This card has been superseded. The current one is in the inbox's channel; my Home tab leads to it."


@dataclass(frozen=True, slots=True)
class Admitted:
    """This person may act on this case."""

    case: Case
    person: Person


async def admit(desk: Desk, user: PersonId, channel: str, ref: Ref | FormRef | None) -> Admitted | Refused:
    """The case, if this person may act on it from this channel."""
    case = await desk.cases.load(ref.case) if ref else None
    if case is None:
        return Refused(SUPERSEDED)
    person = await identify(desk, user, channel, case.mailbox)
    return person if isinstance(person, Refused) else Admitted(case, person)


async def identify(desk: Desk, user: PersonId, channel: str, mailbox: MailboxId) -> Person | Refused:
    """The person, if they may act on this inbox from this channel; refused as well where Slack cannot be asked."""
    return await _allowed(desk, user, channel, lambda person, shared: refusal(desk.people(), person, mailbox, channel_is_shared=shared))


async def editor(desk: Desk, user: PersonId, channel: str) -> Person | Refused:
    """The person, if they may change the policies from this channel; refused as well where Slack cannot be asked."""
    return await _allowed(desk, user, channel, lambda person, shared: policy_refusal(desk.people(), person, channel_is_shared=shared))


async def _allowed(desk: Desk, user: PersonId, channel: str, against: Callable[[Person, bool], str | None]) -> Person | Refused:
    try:
        async with asyncio.timeout(SECONDS):
            person, shared = await asyncio.gather(desk.directory.person(user), _shared(desk, channel))
    except (Temporary, Permanent) as error:
        return Refused(f"I could not check with Slack who you are, so nothing was changed: {error} Try again in a minute.")
    except TimeoutError:
        return Refused("Slack took too long to tell me who you are, so nothing was changed. Try again in a minute.")
    no = against(person, shared)
    return Refused(no) if no else person


async def _shared(desk: Desk, channel: str) -> bool:
    """A click from nowhere counts as shared: nothing is decided outside an inbox's channel."""
    return await desk.directory.channel_is_shared(channel) if channel else True


async def inboxes(desk: Desk, user: PersonId) -> tuple[MailboxId, ...]:
    """The inboxes that this person may act on. Temporary or Permanent where Slack cannot be asked."""
    person = await desk.directory.person(user)
    people = desk.people()
    return tuple(MailboxId(name) for name in people.inboxes if refusal(people, person, MailboxId(name), channel_is_shared=False) is None)


async def member_only(desk: Desk, user: PersonId) -> str:
    """ "" for a full member of the workspace, or the sentence that says why figures are not for them."""
    try:
        person = await desk.directory.person(user)
    except (Temporary, Permanent) as error:
        return f"I could not check with Slack who you are: {error} Try again in a minute."
    return "" if person.kind == "member" else "Only members of this workspace can see the figures."
