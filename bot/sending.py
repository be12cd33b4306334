"""Sending one reply: reserve, store the draft, send exactly that draft, and after any doubt look before anything else (reliability 1.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from bot import delivery
from bot.mailbox import compose
from bot.store.cards import Cards
from bot.store.cases import PostgresCases
from bot.store.effects import EffectQueue, Errand
from bot.store.sends import Send, Sends
from pipeline.case import Case, Status
from pipeline.effects import SendReply
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.people import People, refusal
from pipeline.ports import Directory, Mailbox

NOW = timedelta(0)
LOOK_AGAIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sender:
    """Performs SendReply. `company` is the name that stands in From."""

    effects: EffectQueue
    cases: PostgresCases
    sends: Sends
    cards: Cards
    mailboxes: Mapping[MailboxId, Mailbox]
    people: Callable[[], People]
    directory: Directory
    company: str

    async def perform(self, errand: Errand, effect: SendReply) -> None:
        """Bring the send as far as it goes. Raises Temporary (try again later, from where it stands), Permanent, LeaseLost."""
        case = await self.cases.load(effect.case)
        if case is None or not _is_approved(case, effect):
            await self.effects.done(errand, "the case is not approved as it was when this was written")
            return
        send = await self.sends.of(case.id)
        if send is not None and send.state in ("drafted", "sending") and not await self._may_go_on(errand, case, send):
            return
        if send is not None and send.state in ("sent", "unknown"):
            await self._close(errand, case, send.state)
        elif objection := await self._objection(case, effect):
            await self.sends.conclude(errand, "cancelled", case, delivery.cancelled(case, errand.now, objection))
        else:
            await self._go(errand, effect, case, send)

    async def give_up(self, errand: Errand, effect: SendReply, sentence: str) -> None:
        """End a send that will not come to an end by itself: unknown where it was tried, else back to a person with the reason."""
        case = await self.cases.load(effect.case)
        if case is None or not _is_approved(case, effect):
            await self.effects.bury(errand, sentence)
            return
        send = await self.sends.of(case.id)
        if send is not None and send.state == "sending":
            await self.sends.conclude(errand, "unknown", case, delivery.unknown(case, errand.now), dead=True)
        else:
            await self.sends.conclude(errand, "cancelled", case, delivery.failed(case, errand.now, sentence), dead=True)

    async def _go(self, errand: Errand, effect: SendReply, case: Case, send: Send | None) -> None:
        mailbox = self._mailbox(case)
        if send is None or send.state == "cancelled":
            send = await self._reserve(errand, effect, case)
        if send is None:
            note = "A reply to the same mail was already sent, or is on its way, from another case. Nothing was sent from this one."
            await self.sends.conclude(errand, None, case, delivery.failed(case, errand.now, note))
            return
        if send.state == "reserved":
            send = await self.sends.drafted(errand, send, await mailbox.create_draft(send.mail, str(send.send_id)))
        send = await self.sends.sending(errand, send)
        await self._send(errand, case, send, mailbox)

    async def _reserve(self, errand: Errand, effect: SendReply, case: Case) -> Send | None:
        send_id = uuid4()
        return await self.sends.reserve(errand, case, send_id, self._compose(errand, effect, case, send_id))

    def _compose(self, errand: Errand, effect: SendReply, case: Case, send_id: UUID) -> bytes:
        assert case.draft is not None
        automatic = effect.approver is None
        return compose.reply(
            case, case.draft, case.mailbox, str(send_id), errand.now, automatic, company=self.company, own=self.people().own_addresses()
        )

    async def _send(self, errand: Errand, case: Case, send: Send, mailbox: Mailbox) -> None:
        """A refusal counts only while the draft is still there to prove it."""
        draft_id = send.draft_id or ""
        try:
            await mailbox.send_draft(draft_id)
        except Permanent as refused:
            match await mailbox.find(draft_id, str(send.send_id)):
                case "draft":
                    note = f"The reply was not sent: {refused} The draft is still in the mailbox's Drafts folder."
                    await self.sends.conclude(errand, "cancelled", case, delivery.failed(case, errand.now, note), dead=True)
                    return
                case "gone":
                    raise Temporary(
                        "The draft is gone. The mailbox is searched again before this is called unknown.", LOOK_AGAIN
                    ) from refused
                case "sent":
                    pass
        await self._close(errand, case, "sent")

    async def _may_go_on(self, errand: Errand, case: Case, send: Send) -> bool:
        """After a crash or a lost answer: look where the draft is. True where it was certainly not sent and may be sent now."""
        mailbox = self._mailbox(case)
        remaining = send.remaining(mailbox.settles_within)
        where = await mailbox.find(send.draft_id or "", str(send.send_id))
        if where == "sent":
            await self._close(errand, case, "sent")
            return False
        if remaining > NOW:
            raise Temporary("It is not known yet whether the last try to send succeeded.", remaining)
        if where == "gone":
            await self._close(errand, case, "unknown")
            return False
        return True

    async def _close(self, errand: Errand, case: Case, state: str) -> None:
        if state == "sent":
            await self.sends.conclude(errand, "sent", case, delivery.sent(case, errand.now))
        else:
            await self.sends.conclude(errand, "unknown", case, delivery.unknown(case, errand.now))

    async def _objection(self, case: Case, effect: SendReply) -> str | None:
        """Why an approved reply must not go out after all, as the sentence for the card."""
        if effect.approver is not None and (refused := await self._refused(case, effect)):
            return f"Not sent: the approval does not count any more. {refused}"
        if await self.sends.newer_mail(case.id, effect.revision) is not None:
            return (
                "Not sent: a newer mail arrived in this conversation after this card was drawn. Read it, then approve again or take over."
            )
        return None

    async def _refused(self, case: Case, effect: SendReply) -> str | None:
        assert effect.approver is not None
        people = self.people()
        inbox = people.inbox(case.mailbox)
        root = (await self.cards.placed(case.id)).get("root")
        channel = root.channel if root else inbox.channel if inbox else ""
        shared = await self.directory.channel_is_shared(channel)
        return refusal(people, await self.directory.person(effect.approver), case.mailbox, channel_is_shared=shared)

    def _mailbox(self, case: Case) -> Mailbox:
        if case.mailbox not in self.mailboxes:
            raise Permanent(f"The mailbox {case.mailbox} is not configured any more, so nothing can be sent from it.")
        return self.mailboxes[case.mailbox]


def _is_approved(case: Case, effect: SendReply) -> bool:
    """The case is still exactly what was approved."""
    draft = case.draft
    same = draft is not None and (draft.version, draft.sha256) == (effect.version, effect.sha256)
    return same and case.status is Status.APPROVED and case.revision == effect.revision
