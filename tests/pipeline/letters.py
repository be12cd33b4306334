"""Mails and a house to judge them with: the company's real policies and templates, and a model that says what a test wants."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bot.house import read_policies, read_prompts, read_voice
from pipeline.case import NO_HISTORY, Triaged
from pipeline.email import Address, Attachment, Authentication, Email, MailboxId, Verdict
from pipeline.errors import Permanent, Temporary
from pipeline.flow import triage
from pipeline.gate.states import State
from pipeline.house import House, Policies, assemble
from pipeline.ports import IntentScore
from pipeline.prompts import Prompts
from pipeline.rights import Right, Rights
from pipeline.voice import Voice

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUPPORT = MailboxId("support@larkspur.example")


class Scripted:
    """An IntentModel that gives these scores, or fails so."""

    version = "scripted-1"
    languages = frozenset({"en"})

    def __init__(self, scores: Sequence[IntentScore] = (), failure: Temporary | Permanent | None = None) -> None:
        self.scores, self.failure, self.asked = scores, failure, list[tuple[str, str]]()

    async def rank(self, subject: str, text: str) -> Sequence[IntentScore]:
        self.asked.append((subject, text))
        if self.failure:
            raise self.failure
        return self.scores


@cache
def policies() -> Policies:
    return read_policies(ROOT / "policies")


@cache
def voice() -> Voice:
    return read_voice(ROOT / "templates", policies())


@cache
def prompts() -> Prompts:
    return read_prompts(ROOT / "templates")


def house(intent: str = "support", score: float = 0.9, failure: Temporary | Permanent | None = None) -> House:
    return assemble(policies(), voice(), Scripted([IntentScore(intent, score)], failure), prompts=prompts())


def earned(by: House) -> House:
    """The house where every intent may answer by itself: what is then held back is held back by something else."""
    rights = Rights({name: Right(State.AUTO_SEND, by.keys.get(name, "")) for name in by.intents})
    return replace(by, rights=rights, rulebook=by.rulebook.model_copy(update={"dry_run": False}))


def mail(text: str = "The map does not load any more.", subject: str = "Map", **more: object) -> Email:
    plain = Email(
        source="new/1",
        message_id="1@customer.example",
        thread_id="1@customer.example",
        sender=Address("Aoife Byrne", "aoife@customer.example"),
        reply_to=(),
        to=(Address("", SUPPORT),),
        cc=(),
        subject=subject,
        sent_at=AT,
        received_at=AT,
        in_reply_to="",
        references=(),
        text=text,
        reply=text,
        language="en",
        attachments=(),
        headers=(),
        authentication=Authentication("pass", "customer.example", "dmarc=pass"),
        defects=(),
        quarantined=None,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # the names and types are those of Email's own fields


def vouched(verdict: Verdict) -> Authentication:
    return Authentication(verdict, "customer.example", f"dmarc={verdict}")


def attached(media_type: str) -> tuple[Attachment, ...]:
    return (Attachment("file", media_type, 100),)


async def judged(email: Email, by: House, mailbox: MailboxId = SUPPORT) -> Triaged:
    return await triage(email, mailbox, NO_HISTORY, by, AT, lambda: 0.0, None)
