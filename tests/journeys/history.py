"""What the store would say of each mail, for tests that run the flow without one."""

from dataclasses import dataclass, field

from pipeline.case import CaseId, History
from pipeline.email import Email, MailboxId


@dataclass(slots=True)
class Histories:
    """Remembers the mails it was asked about, in order."""

    seen: list[tuple[MailboxId, Email]] = field(default_factory=list)

    def of(self, mailbox: MailboxId, email: Email) -> History:
        same = [(number, other) for number, (box, other) in enumerate(self.seen, 1) if box == mailbox]
        earlier = sum(1 for _, other in same if other.thread_id == email.thread_id)
        twins = [(number, other) for number, other in same if other.message_id == email.message_id]
        copies = [CaseId(number) for number, other in twins if other.content_sha256 == email.content_sha256]
        self.seen.append((mailbox, email))
        return History(earlier, copies[0] if copies else None, bool(twins) and not copies)
