"""Cases of one intent that could answer by itself, judged by people, and the gatekeeper over their database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.gatekeeper import Gatekeeper
from bot.store.codec import PLAIN
from bot.store.labels import second_verdict
from pipeline.case import Case, CaseId, Classification, Context, Decision, Draft, History, PersonId, Reason, Route, Seeded, Status, Triaged
from pipeline.email import Email, MailboxId
from pipeline.gate.makings import keyed
from pipeline.gate.states import Change, Promoted, State
from pipeline.house import House
from pipeline.people import Inbox, People
from pipeline.review import Refused
from tests.bot.scene import ANA, BEN, CHANNEL, INBOX, Scene
from tests.pipeline.letters import house

INTENT = "support"
SEEDED = Seeded("We open at ten.\n", "We open at ten.", "number")
TEAM = People(inboxes={INBOX: Inbox(channel=CHANNEL, approvers=(ANA.email, BEN.email))})


def kept(change: Mapping[str, object] | None = None) -> House:
    """The shipped house with its keys; `change` is of its rulebook."""
    plain = house()
    changed = replace(plain, rulebook=plain.rulebook.model_copy(update=dict(change or {})), people=TEAM)
    return keyed(changed, {})


@dataclass
class Judging:
    """A scene whose worker makes letters of INTENT, under the gate key of the moment."""

    scene: Scene
    house: House = field(default_factory=kept)
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def gatekeeper(self) -> Gatekeeper:
        return Gatekeeper(self.scene.database, PLAIN, lambda: self.house, self.asked)

    async def triage(self, email: Email, mailbox: MailboxId, history: History, now: object, case: CaseId) -> Triaged:
        gate = Reason("gate", "not_promoted", Route.REVIEW, "Not yet")
        would = Route.REVIEW if "careful" in email.text else Route.AUTO_SEND
        decision = Decision(
            Route.REVIEW, would, "support", "support", "normal", None, (gate,), (("rules", "1"),), gate_key=self.house.keys[INTENT]
        )
        draft = Draft(1, "Re: hours", "We open at nine.\n", "support", "en", (), (), "template", 3, 0.0)
        seen = Classification(INTENT, "normal", "support", (), 0.97, "pricing", "stand-in")
        made = Triaged(Status.REVIEW, seen, Context(False, False, history.earlier), decision, draft)
        return replace(made, seeded=SEEDED if "test draft" in email.text else None, doubled="twice" in email.text)

    async def labels(self, right: int, wrong: int = 0, days: float = 4.0) -> None:
        """So many labels that count, judged so long ago, each of a sender of its own."""
        sql = """
        insert into labels (case_id, intent, key, thread, sender, received_at, earlier, would_go, confidence, seeded, doubled, fate,
                            verdict, judged_at, judged_by)
        select 1000000 + (select count(*) from labels) + n, $1, $2, gen_random_uuid()::text,
               gen_random_uuid()::text, clock_timestamp(), 0, true, 0.97,
               false, false, case when n > $3::int then 'rejected' else 'sent_as_is' end,
               case when n > $3::int then 'wrong' else 'right' end,
               clock_timestamp() - $5::interval, 'U01ANA'
        from generate_series(1, $3::int + $4::int) n
        """
        await self.scene.value(sql, INTENT, self.house.keys[INTENT], right, wrong, timedelta(days=days))

    async def attentive(self, caught: int = 100, missed: int = 0) -> None:
        """Reviewers who found so many planted errors."""
        sql = """
        insert into reviewer_checks (case_id, kind, reviewer, missed)
        select 2000000 + (select count(*) from reviewer_checks) + n, 'seed', 'U01ANA', n > $1::int
        from generate_series(1, $1::int + $2::int) n
        """
        await self.scene.value(sql, caught, missed)

    async def sent(self, right: int, wrong: int = 0, reverted: int = 0) -> None:
        """Answers that went out by themselves and were all looked at, the wrong ones last."""
        sql = """
        insert into auto_answers (case_id, intent, key, chance, picked, looked_at, wrong, complained_at)
        select 3000000 + (select count(*) from auto_answers) + n, $1, $2, 1, true, clock_timestamp(), n > $3::int,
               case when n > $3::int + $4::int - $5::int then clock_timestamp() end
        from generate_series(1, $3::int + $4::int) n
        """
        await self.scene.value(sql, INTENT, self.house.keys[INTENT], right, wrong, reverted)

    async def eligible(self) -> None:
        """As far as evidence goes."""
        await self.gatekeeper.look()
        await self.labels(260)
        await self.attentive()
        await self.gatekeeper.look()

    async def promote(self, by: str = ANA.id) -> Change | Refused:
        """A person says so, on what they see now."""
        revision = int(str(await self.scene.value("select revision from gates where intent = $1", INTENT)))
        return await self.gatekeeper.act(INTENT, revision, lambda seen: Promoted(by, seen.standing.key, seen.progress))

    async def promoted(self) -> None:
        """All the way, by a person."""
        await self.eligible()
        assert isinstance(await self.promote(), Change)

    async def state(self) -> State:
        return State(str(await self.scene.value("select state from gates where intent = $1", INTENT)))

    async def second(self, case: Case, by: PersonId, wrong: bool) -> bool:
        return await self.scene.database.run(lambda link: second_verdict(link, case.id, by, wrong))
