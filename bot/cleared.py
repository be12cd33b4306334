"""A mail that its provider had put among the spam and that somebody took out of there: it is triaged, as after a click on "Not spam"."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.mailbox.shelf import is_shelved
from bot.store.cases import PostgresCases
from pipeline.case import CaseId, PersonId, Status
from pipeline.email import MailboxId
from pipeline.people import Person
from pipeline.ports import Arrival
from pipeline.review import Refused, not_spam


@dataclass(frozen=True, slots=True)
class Cleared:
    """`where` names the provider. What only our own filter called spam stays filed, however often it is read again."""

    cases: PostgresCases
    where: str

    async def revisit(self, mailbox: MailboxId, arrival: Arrival) -> bool:
        """Whether this arrival is dealt with; False where it must come again, since its first triage is not over yet."""
        if is_shelved(arrival.raw):
            return True
        found = await self.cases.at_source(mailbox, arrival.source)
        if found is None or found[1] not in (Status.QUEUED, Status.WORKING, Status.IGNORED):
            return True
        number, status = found
        first = await self.cases.raw(number)
        if first is None or not is_shelved(first):
            return True
        return status is Status.IGNORED and await self._clear(number, arrival)

    async def _clear(self, number: CaseId, arrival: Arrival) -> bool:
        case = await self.cases.load(number)
        if case is None:
            return False
        somebody = Person(PersonId("mailbox"), f"Somebody in {self.where}", "", "member")
        move = not_spam(case, case.revision, somebody, datetime.now(UTC))
        return isinstance(move, Refused) or await self.cases.commit(case, move) is not None
