"""The worker: claims a mail, has it read and triaged, and commits what was made of it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.crew import DRAIN, POLL, crew
from bot.leases import LEASE, keeping, wait_before
from bot.store.bell import Bell
from bot.store.effects import LeaseLost
from bot.store.queue import MOST_ATTEMPTS, Queue
from bot.store.settling import Job, case_of
from pipeline.case import Case, CaseId, History, Status, Triaged
from pipeline.effects import Effect, PostCard
from pipeline.email import Address, Authentication, Email, MailboxId
from pipeline.errors import Permanent, Temporary

log = logging.getLogger(__name__)

Triage = Callable[[Email, MailboxId, History, datetime, CaseId], Awaitable[Triaged]]
Plan = Callable[[Case], tuple[Effect, ...]]
Read = Callable[[bytes, str, datetime], Awaitable[Email]]
"""Bytes, the provider's reference, when it was received -> the mail. Raises Temporary where nothing can be read now."""
Authenticate = Callable[[Email, bytes, MailboxId], Awaitable[Email]]
"""The mail as read, its bytes, where it arrived -> the mail with the verdict on its sender; never raises."""


async def as_read(email: Email, raw: bytes, mailbox: MailboxId) -> Email:
    """The verdict that reading the headers gave."""
    return email


@dataclass(frozen=True, slots=True)
class Worker:
    """`concurrency` mails at once; a lease lost to somebody else means that nothing is written."""

    queue: Queue
    bell: Bell
    read: Read
    triage: Triage
    plan: Plan
    concurrency: int = 4
    lease: timedelta = LEASE
    drain: float = DRAIN
    poll: float = POLL
    authenticate: Authenticate = as_read
    late_after: timedelta | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what was claimed within `drain` seconds and release the rest."""
        await crew(self.step, self.bell, stop, hands=self.concurrency, poll=self.poll, drain=self.drain)

    async def step(self) -> bool:
        """Claim and work on one mail; False where there was none. No mail can stop the loop."""
        try:
            job = await self.queue.claim(self.lease)
            if job is None:
                return False
            await self._attempt(job)
        except LeaseLost:
            log.warning("A mail was taken over by another worker; nothing was written.")
        except Temporary as unreachable:
            log.warning("%s", unreachable)
            return False
        except Exception:
            log.exception("The worker met an error it does not know.")
            return False
        return True

    async def _attempt(self, job: Job) -> None:
        try:
            await keeping(lambda: self.queue.extend(job, self.lease), self.lease, self._work(job))
        except asyncio.CancelledError:
            await asyncio.shield(self.queue.release(job))
            raise
        except LeaseLost:
            raise
        except (Temporary, Permanent) as known:
            await self._failed(job, str(known))
        except Exception as unknown:
            log.exception("Case %s could not be triaged (attempt %s).", job.case, job.attempt)
            await self._failed(job, type(unknown).__name__)

    async def _work(self, job: Job) -> None:
        if job.attempt > MOST_ATTEMPTS:
            await self._bury(job)
            return
        began = time.monotonic()
        email = await self.read(job.raw, job.source, job.received_at)
        email = await self.authenticate(email, job.raw, job.mailbox)
        history = await self.queue.history(job, email)
        triaged = await self.triage(email, job.mailbox, history, job.now, job.case)
        shelve = self._shelves(job, history)
        triaged = _timed(triaged, timedelta(seconds=time.monotonic() - began), shelve=shelve)
        effects = self.plan(case_of(job, email, triaged))
        if not await self.queue.settle(job, email, history, triaged, effects, shelve=shelve):
            raise LeaseLost

    def _shelves(self, job: Job, history: History) -> bool:
        """A mail that comes late may be one of many: a digest tells of them, unless they are few."""
        late = self.late_after is not None and job.now - job.received_at > self.late_after
        return history.dry_run or (late and not history.cleared)

    async def _failed(self, job: Job, error: str) -> None:
        if job.attempt >= MOST_ATTEMPTS:
            await self._bury(job)
        else:
            await self.queue.fail(job, error, wait_before(job.attempt))

    async def _bury(self, job: Job) -> None:
        case = remains(job)
        log.error("Case %s is given to a person after %s attempts.", job.case, MOST_ATTEMPTS)
        await self.queue.bury(job, case, (PostCard(case.id),))


def _timed(triaged: Triaged, took: timedelta, *, shelve: bool) -> Triaged:
    """What goes out by itself waits from now on, not from its claim; and nobody could hold what has no card."""
    if triaged.status is not Status.SCHEDULED or triaged.sends_at is None:
        return triaged
    return replace(triaged, status=Status.REVIEW, sends_at=None) if shelve else replace(triaged, sends_at=triaged.sends_at + took)


def remains(job: Job) -> Case:
    """What can be said of a mail that nobody could read: its envelope, and that a person must look."""
    why = f"This mail stopped the worker {MOST_ATTEMPTS} times, so nobody has read it. Open it in the mailbox."
    email = Email(
        source=job.source,
        message_id=job.message_id,
        thread_id=job.thread_id,
        sender=Address("", job.sender),
        reply_to=(),
        to=(),
        cc=(),
        subject=job.subject,
        sent_at=None,
        received_at=job.received_at.astimezone(UTC),
        in_reply_to="",
        references=(),
        text="",
        reply="",
        language="",
        attachments=(),
        headers=(),
        authentication=Authentication("none", "", "The mail was not read."),
        defects=(),
        quarantined=why,
    )
    return Case(job.case, job.revision + 1, Status.DEAD, job.mailbox, email, None, None, None, None, None, why)
