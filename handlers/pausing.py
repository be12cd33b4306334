"""The kill switch by /triage pause and /triage resume: any approver of any inbox may throw it, either way."""

from handlers.access import inboxes
from handlers.desk import Desk
from pipeline.case import PersonId
from pipeline.errors import Permanent, Temporary
from pipeline.rights import Pause

MOST = 200
"""Characters of a reason."""
PAUSED = (
    "Paused: nothing goes out by itself until somebody writes /triage resume. Mails are still read and drafted, and what was scheduled "
    "comes to a person when its time is there."
)
NO_APPROVER = "Only an approver of an inbox may do this. An admin can add your address to an inbox in policies/people.json."


async def pause(desk: Desk, user: PersonId, why: str) -> str:
    """Stop all answers that go out by themselves; what to tell the person."""
    name, no = await _approver(desk, user)
    if no:
        return no
    held = await desk.switch.pause(user, name, " ".join(why.split())[:MOST])
    return f"Already paused: {_since(held)}" if held else PAUSED


async def resume(desk: Desk, user: PersonId) -> str:
    """Let them go again; what to tell the person."""
    name, no = await _approver(desk, user)
    if no:
        return no
    ended = await desk.switch.resume(user, name)
    return f"Resumed. It was paused: {_since(ended)}" if ended else "Nothing was paused."


async def _approver(desk: Desk, user: PersonId) -> tuple[str, str]:
    """The person's name; and "", or the sentence that says why they may not."""
    try:
        person = await desk.directory.person(user)
        return person.name, "" if await inboxes(desk, user) else NO_APPROVER
    except (Temporary, Permanent) as error:
        return "", f"I could not check with Slack who you are, so nothing was changed: {error} Try again in a minute."


def _since(held: Pause) -> str:
    return f"{held.sentence} ({held.at:%-d %b %H:%M} UTC)"
