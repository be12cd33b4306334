"""What is asked again before anything goes out by itself, as late as it can be asked."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.store.database import Connection, Database
from bot.store.policies import is_of_yesterday
from bot.store.rights import rights
from bot.store.sends import newer_mail
from pipeline.case import Case
from pipeline.house import House
from pipeline.rights import gate_reasons

NEWER = "a newer mail arrived in this conversation after this card was drawn."
YESTERDAY = "the policies were changed, and this program has not taken them up."


class Withheld(Exception):
    """It must not go out by itself; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Clearance:
    """The kill switch, the dry run, the right and its gate key, the policies in force, the conversation.

    `house` is the company as this process knows it now.
    """

    database: Database
    house: Callable[[], House]

    async def objection(self, case: Case, revision: int) -> str | None:
        """Why this case's answer must not go out by itself, or None; `revision` is the one that its release made."""
        return await self.database.run(lambda connection: self.objection_now(connection, case, revision))

    async def objection_now(self, connection: Connection, case: Case, revision: int) -> str | None:
        """The same within the caller's transaction."""
        if said := await self.withdrawn(connection, case):
            return said
        return NEWER if await newer_mail(connection, case.id, revision) is not None else None

    async def withdrawn(self, connection: Connection, case: Case) -> str | None:
        """Why nothing of this case may go out by itself any more, whatever was written since."""
        if case.classification is None or case.decision is None:
            return "nothing says what this mail is about."
        house, name = self.house(), case.classification.intent
        title = house.intents[name].title if name in house.intents else name
        decided, live = case.decision.gate_key, house.keys.get(name, "")
        said = gate_reasons(name, title, decided, await rights(connection), dry_run=house.rulebook.dry_run)
        if said:
            return said[0].text
        if decided != live:
            return f"{title}: what answers was changed after this answer was written."
        return YESTERDAY if await is_of_yesterday(connection, house) else None
