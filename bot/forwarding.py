"""Handing a mail on to an alias of our own, after its reply went out: a send of its own, as careful as a reply's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never
from uuid import uuid4

from bot.carrying import End, NotSent, carry, look
from bot.mailbox import compose
from bot.store.caps import Hit, Use
from bot.store.cases import PostgresCases
from bot.store.clearance import Clearance, Withheld
from bot.store.database import Connection
from bot.store.effects import EffectQueue, Errand
from bot.store.sends import FORWARD, Send, Sends, always
from pipeline.case import Case, Status
from pipeline.effects import Forward, Notify
from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary
from pipeline.people import People
from pipeline.policy.content import Caps
from pipeline.ports import Mailbox

ANSWERED = frozenset({Status.SENT, Status.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Forwarder:
    """Performs Forward. The case does not change; its thread is told how it ended. `clearance` is asked where nobody approved it."""

    effects: EffectQueue
    cases: PostgresCases
    sends: Sends
    mailboxes: Mapping[MailboxId, Mailbox]
    people: Callable[[], People]
    company: Callable[[], str]
    caps: Callable[[], Caps]
    clearance: Clearance

    async def perform(self, errand: Errand, effect: Forward) -> None:
        """Bring it as far as it goes. The reply stands before it in its lane. Raises Temporary, Permanent, LeaseLost."""
        case = await self.cases.load(effect.case)
        if case is None or case.status not in ANSWERED:
            await self.effects.done(errand, "the reply did not go out, so nothing is handed on")
            return
        if case.mailbox not in self.mailboxes:
            raise Permanent(f"The mailbox {case.mailbox} is not configured any more, so nothing can be sent from it.")
        mailbox = self.mailboxes[case.mailbox]
        send = await self.sends.of(case.id, FORWARD)
        ended = await look(send, mailbox) if send is not None else None
        if ended is None and (send is None or send.state == "cancelled"):
            send = await self._reserve(errand, effect, case)
        if ended is None and send is not None:
            ended = await self._carry(errand, effect, case, send, mailbox)
        await self._close(errand, effect, ended)

    async def give_up(self, errand: Errand, effect: Forward, sentence: str) -> None:
        """It will not come to an end by itself: say so in the thread."""
        send = await self.sends.of(effect.case, FORWARD)
        if send is not None and send.state == "sending":
            await self._say(errand, effect, "unknown", dead=True)
        else:
            await self._say(errand, effect, NotSent(sentence), dead=True)

    async def _carry(self, errand: Errand, effect: Forward, case: Case, send: Send, mailbox: Mailbox) -> End:
        async def cleared(connection: Connection) -> None:
            if objection := await self.clearance.withdrawn(connection, case):
                raise Withheld(objection)

        try:
            return await carry(self.sends, errand, send, mailbox, always if effect.approver is not None else cleared)
        except Withheld as held:
            return NotSent(held.sentence)

    async def _reserve(self, errand: Errand, effect: Forward, case: Case) -> Send | None:
        send_id, automatic = uuid4(), effect.approver is None
        original = await self.cases.raw(case.id)
        if original is None:
            raise Permanent("The mail as it came is not kept any more.")
        aliases = frozenset(self.people().aliases().values())
        mail = compose.forward(case, original, effect.to, str(send_id), errand.now, automatic, aliases=aliases, company=self.company())
        use = Use(case.mailbox, case.email.thread_id, effect.to, automatic=False)
        match await self.sends.reserve(errand, case, send_id, mail, self.caps(), use, FORWARD):
            case Hit() as full:
                raise Temporary(f"{full.sentence} The mail is handed on later.", full.opens)
            case reserved:
                return reserved

    async def _close(self, errand: Errand, effect: Forward, end: End | None) -> None:
        if end is None:
            await self.effects.done(errand, "the same mail was already handed on from another case")
        else:
            await self._say(errand, effect, end, dead=isinstance(end, NotSent))

    async def _say(self, errand: Errand, effect: Forward, end: End, *, dead: bool) -> None:
        match end:
            case "sent":
                text = f"Handed on to {effect.to}."
                await self.sends.settle(errand, "sent", (_told(effect, text),), text, dead=dead)
            case "unknown":
                text = f"It is not known whether the mail was handed on to {effect.to}. Look into the mailbox's Sent folder."
                await self.sends.settle(errand, "unknown", (_told(effect, text),), text, dead=dead)
            case NotSent(sentence):
                text = f"The mail was not handed on to {effect.to}: {sentence} Forward it from the mailbox."
                await self.sends.settle(errand, "cancelled", (_told(effect, text),), text, dead=dead)
            case _ as never:
                assert_never(never)


def _told(effect: Forward, text: str) -> Notify:
    return Notify(effect.case, f"forward:{effect.revision}", text)
