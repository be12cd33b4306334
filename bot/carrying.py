"""The two-phase send of reserved bytes: store the draft, send exactly that draft, and after any doubt look before anything else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.store.effects import Errand
from bot.store.sends import Allow, Send, Sends, always
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Mailbox

NOW = timedelta(0)
LOOK_AGAIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly did not go out: the provider refused it, and the draft is still there to prove it."""

    sentence: str


End = Literal["sent", "unknown"] | NotSent


async def look(send: Send, mailbox: Mailbox) -> End | None:
    """After a crash or a lost answer: how it ended, or None where it was certainly not sent and may be sent now. Raises Temporary."""
    if send.state == "sent" or send.state == "unknown":
        return send.state
    if send.state not in ("drafted", "sending"):
        return None
    remaining = send.remaining(mailbox.settles_within)
    where = await mailbox.find(send.draft_id or "", str(send.send_id))
    if where == "sent":
        return "sent"
    if remaining > NOW:
        raise Temporary("It is not known yet whether the last try to send succeeded.", remaining)
    return "unknown" if where == "gone" else None


async def carry(sends: Sends, errand: Errand, send: Send, mailbox: Mailbox, allow: Allow = always) -> End:
    """Send what is reserved or drafted. Raises Temporary (look again later), LeaseLost, and before it may leave what `allow` raises."""
    if send.state == "reserved":
        send = await sends.drafted(errand, send, await mailbox.create_draft(send.mail, str(send.send_id)))
    send = await sends.sending(errand, send, allow)
    draft_id = send.draft_id or ""
    try:
        await mailbox.send_draft(draft_id)
    except Permanent as refused:
        match await mailbox.find(draft_id, str(send.send_id)):
            case "draft":
                return NotSent(f"{refused} The draft is still in the mailbox's Drafts folder.")
            case "gone":
                raise Temporary("The draft is gone. The mailbox is searched again before this is called unknown.", LOOK_AGAIN) from refused
            case "sent":
                pass
    return "sent"
