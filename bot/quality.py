"""The second model's look at answers that went out by themselves: what it doubts, people look at; a severe doubt suspends the intent."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.store import answers
from bot.store.answers import DOUBTED, Unread
from bot.store.calls import put_calls
from bot.store.cases import PostgresCases
from bot.store.database import Connection
from bot.store.rows import put_effects
from pipeline import quality
from pipeline.case import Case
from pipeline.effects import Notify
from pipeline.errors import Permanent, Temporary
from pipeline.house import House
from pipeline.prompt import Call
from pipeline.quality import Second
from pipeline.stages.redact import exchange

log = logging.getLogger(__name__)

AT_ONCE = 20
REVIEWED = """
insert into qa_reviews (message_id, model, doubt, codec, finding, usd) values ($1, $2, $3, $4, $5, $6) on conflict (message_id) do nothing
returning message_id
"""


@dataclass(frozen=True, slots=True)
class Quality:
    """`house` is the company as it is now; without a model for the role qa, nobody is asked and chance alone picks."""

    cases: PostgresCases
    house: Callable[[], House]

    async def look(self) -> None:
        """Ask about every answer that nobody was asked about; what cannot be asked now is asked at the next look."""
        house = self.house()
        if "qa" not in house.language_models:
            return
        try:
            for one in await self.cases.database.run(lambda connection: answers.unread(connection, list(house.intents), AT_ONCE)):
                await self._tried(one, house)
        except Temporary as away:
            log.warning("Answers that went out by themselves were not looked at by a second model: %s", away)

    async def _tried(self, one: Unread, house: House) -> None:
        """What can never be asked about one answer keeps no other from its look."""
        try:
            await self._ask(one, house)
        except Permanent as never:
            log.warning("The answer of case %s was not looked at by a second model: %s", one.case, never)

    async def _ask(self, one: Unread, house: House) -> None:
        case = await self.cases.load(one.case)
        if case is None or case.draft is None or case.classification is None:
            return
        mail, reply = await exchange(case.email, case.draft.text, case.mailbox, house)
        prompt = quality.ask(mail, reply, case.classification.intent, house, case.email.sender.address)
        if prompt is not None:
            answer = await house.language_models["qa"].ask(prompt)
            said = quality.read(answer.text)
            await self.cases.database.run(lambda connection: self._keep(connection, case, said, answer.calls, one.traceparent))

    async def _keep(self, connection: Connection, case: Case, said: Second, calls: tuple[Call, ...], traceparent: str) -> None:
        codec, model = self.cases.codec, calls[-1].model if calls else ""
        finding, usd = codec.encode_text(said.finding), sum(call.usd for call in calls)
        if await connection.fetchval(REVIEWED, case.id, model, said.doubt, codec.name, finding, usd) is None:
            return
        await put_calls(connection, case.id, calls)
        picked = await answers.doubt(connection, case, said)
        if said.severe or picked:
            why = f"{DOUBTED} It says: {said.finding}" if said.doubt != "none" else answers.LOOK
            await put_effects(connection, codec, (Notify(case.id, "doubted", why, loud=said.severe),), traceparent)
