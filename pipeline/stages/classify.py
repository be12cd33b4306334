"""What a mail is about: the model proposes, a threshold and the closed list of intents dispose; wording raises flags and urgency."""

from collections.abc import Sequence

from pipeline.case import OUT_OF_SCOPE, Classification, Route
from pipeline.email import Email, MailboxId, RedactedEmail
from pipeline.house import House
from pipeline.policy.evaluate import Signals, highest, signals
from pipeline.ports import IntentScore
from pipeline.stages.enrich import facts

THRESHOLD = 0.5
"""Under this the best intent is not believed, and nothing fits."""
NAMING_THRESHOLD = 0.4
"""The same where a person answers anyway: a wrong name costs them a glance, a missing one costs them the checks."""


async def classify(redacted: RedactedEmail, email: Email, mailbox: MailboxId, house: House) -> Classification:
    """Ask the model about subject and newest text. Raises what the model raises: Temporary or Permanent."""
    scores = await house.model.rank(redacted.subject, redacted.text)
    return read(scores, signals(house.rulebook, facts(email, mailbox)), mailbox, house)


def unclassified(email: Email, mailbox: MailboxId, house: House) -> Classification:
    """What can be said without a model: flags and urgency, from the wording."""
    return read((), signals(house.rulebook, facts(email, mailbox)), mailbox, house)


def read(scores: Sequence[IntentScore], said: Signals, mailbox: MailboxId, house: House) -> Classification:
    """What the scores mean here: an intent we do not have, or a score that is no probability, is no answer.

    `confidence` is that of the answer given; for out_of_scope it is what the best intent left over.
    """
    known = sorted((score for score in scores if score.intent in house.intents and 0 <= score.score <= 1), key=lambda score: -score.score)
    best = known[0] if known else IntentScore("", 0.0)
    version = house.model.version
    if best.score < _needed(best.intent, house):
        rest = round(1 - best.score, 4) if known else 0.0
        return Classification(
            OUT_OF_SCOPE, highest(["normal", said.urgency]), house.team_of(mailbox), said.flags, rest, best.intent, version
        )
    intent = house.intents[best.intent]
    urgency = highest([intent.urgency, said.urgency])
    runner_up = known[1].intent if len(known) > 1 else OUT_OF_SCOPE
    return Classification(intent.name, urgency, intent.owner, said.flags, round(best.score, 4), runner_up, version)


def _needed(intent: str, house: House) -> float:
    return NAMING_THRESHOLD if intent in house.intents and house.intents[intent].ceiling is Route.HUMAN else THRESHOLD
