"""Sending one reply: check that it may still go, reserve its place under the caps, carry it, and close the case by how it ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID, uuid4

from bot import delivery
from bot.carrying import End, NotSent, carry, look
from bot.mailbox import compose
from bot.store.caps import Hit, Use
from bot.store.cards import Cards
from bot.store.cases import PostgresCases
from bot.store.clearance import Clearance, Withheld
from bot.store.database import Connection
from bot.store.effects import EffectQueue, Errand
from bot.store.sends import Send, Sends, always
from pipeline.case import Case, CaseId, PersonId, Status
from pipeline.effects import SendReply
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.people import People, refusal
from pipeline.policy.content import Caps
from pipeline.ports import Directory, HandReply, Mailbox
from pipeline.recipients import addressed


@dataclass(frozen=True, slots=True)
class Sender:
    """Performs SendReply. `company` gives the name that stands in From now; `caps` how much may go out now.

    `clearance` is asked about what nobody approved: before a place is taken for it, and again when it is about to leave.
    `by_hand` is what the watches on sent mail know of answers to cases that are still to be sent, by mailbox.
    """

    effects: EffectQueue
    cases: PostgresCases
    sends: Sends
    cards: Cards
    mailboxes: Mapping[MailboxId, Mailbox]
    people: Callable[[], People]
    directory: Directory
    company: Callable[[], str]
    caps: Callable[[], Caps]
    clearance: Clearance
    by_hand: Mapping[MailboxId, Mapping[CaseId, HandReply]] = field(default_factory=dict)

    async def perform(self, errand: Errand, effect: SendReply) -> None:
        """Bring the send as far as it goes. Raises Temporary (try again later, from where it stands), Permanent, LeaseLost."""
        case = await self.cases.load(effect.case)
        if case is None or not _is_approved(case, effect):
            await self.effects.done(errand, "the case is not approved as it was when this was written")
            return
        send = await self.sends.of(case.id)
        if send is not None and (ended := await look(send, self._mailbox(case))) is not None:
            await self._close(errand, case, ended)
        elif objection := await self._objection(case, effect):
            await self._back(errand, effect, case, objection)
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
        reserved = await self._reserve(errand, effect, case) if send is None or send.state == "cancelled" else send
        match reserved:
            case Send():
                await self._carry(errand, effect, case, reserved, mailbox)
            case Hit():
                await self._wait(errand, effect, case, reserved)
            case None:
                note = "A reply to the same mail was already sent, or is on its way, from another case. Nothing was sent from this one."
                await self.sends.conclude(errand, None, case, delivery.failed(case, errand.now, note))
            case _ as never:
                assert_never(never)

    async def _carry(self, errand: Errand, effect: SendReply, case: Case, send: Send, mailbox: Mailbox) -> None:
        async def cleared(connection: Connection) -> None:
            if objection := await self.clearance.objection_now(connection, case, effect.revision):
                raise Withheld(objection)

        try:
            ended = await carry(self.sends, errand, send, mailbox, always if effect.approver is not None else cleared)
        except Withheld as held:
            await self._back(errand, effect, case, held.sentence)
        else:
            await self._close(errand, case, ended)

    async def _back(self, errand: Errand, effect: SendReply, case: Case, objection: str) -> None:
        """To a person again: certainly unsent."""
        back = delivery.cancelled if effect.approver is not None else delivery.held
        await self.sends.conclude(errand, "cancelled", case, back(case, errand.now, objection))

    async def _wait(self, errand: Errand, effect: SendReply, case: Case, full: Hit) -> None:
        """What a person approved goes out once there is room; what would go by itself needs a person now."""
        if effect.approver is not None:
            raise Temporary(f"{full.sentence} The approved reply waits.", full.opens)
        await self.sends.conclude(errand, None, case, delivery.held(case, errand.now, full.sentence))

    async def _reserve(self, errand: Errand, effect: SendReply, case: Case) -> Send | Hit | None:
        assert case.draft is not None
        send_id, automatic = uuid4(), effect.approver is None
        mail = self._compose(errand, case, send_id, automatic)
        use = Use(case.mailbox, case.email.thread_id, addressed(case.email, case.draft)[0][0], automatic)
        return await self.sends.reserve(errand, case, send_id, mail, self.caps(), use)

    def _compose(self, errand: Errand, case: Case, send_id: UUID, automatic: bool) -> bytes:
        assert case.draft is not None
        people = self.people()
        own, forms = people.own_addresses(), people.forms()
        return compose.reply(
            case, case.draft, case.mailbox, str(send_id), errand.now, automatic, company=self.company(), own=own, forms=forms
        )

    async def _close(self, errand: Errand, case: Case, end: End) -> None:
        match end:
            case "sent":
                await self.sends.conclude(errand, "sent", case, delivery.sent(case, errand.now))
            case "unknown":
                await self.sends.conclude(errand, "unknown", case, delivery.unknown(case, errand.now))
            case NotSent(sentence):
                note = f"The reply was not sent: {sentence}"
                await self.sends.conclude(errand, "cancelled", case, delivery.failed(case, errand.now, note), dead=True)
            case _ as never:
                assert_never(never)

    async def _objection(self, case: Case, effect: SendReply) -> str | None:
        """Why a reply must not go out after all, as the sentence for the card."""
        reply = self.by_hand.get(case.mailbox, {}).get(case.id)
        answered = f"{reply.by} answered by hand at {reply.at:%H:%M} UTC, before this reply went out." if reply else ""
        if effect.approver is None:
            return answered or await self.clearance.objection(case, effect.revision)
        if refused := await self._refused(case, effect):
            return f"Not sent: the approval does not count any more. {refused}"
        if answered:
            return f"Not sent: {answered}"
        if await self.sends.newer_mail(case.id, effect.revision) is not None:
            return (
                "Not sent: a newer mail arrived in this conversation after this card was drawn. Read it, then approve again or take over."
            )
        return None

    async def _refused(self, case: Case, effect: SendReply) -> str | None:
        """Why one who approved it may not do so any more."""
        assert effect.approver is not None
        people = self.people()
        inbox = people.inbox(case.mailbox)
        root = (await self.cards.placed(case.id)).get("root")
        channel = root.channel if root else inbox.channel if inbox else ""
        shared = await self.directory.channel_is_shared(channel)
        approved = (effect.approver, *((PersonId(case.agreed.by),) if case.agreed else ()))
        found = [refusal(people, await self.directory.person(one), case.mailbox, channel_is_shared=shared) for one in approved]
        return next((refused for refused in found if refused), None)

    def _mailbox(self, case: Case) -> Mailbox:
        if case.mailbox not in self.mailboxes:
            raise Permanent(f"The mailbox {case.mailbox} is not configured any more, so nothing can be sent from it.")
        return self.mailboxes[case.mailbox]


def _is_approved(case: Case, effect: SendReply) -> bool:
    """The case is still exactly what was approved."""
    draft = case.draft
    same = draft is not None and (draft.version, draft.sha256) == (effect.version, effect.sha256)
    return same and case.status is Status.APPROVED and case.revision == effect.revision
