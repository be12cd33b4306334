"""What a person's decision says about a mail's intent."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.model.gist import gists
from bot.model.learned.learning import Letter
from bot.store.reviewed import ReviewedCase
from pipeline.case import OUT_OF_SCOPE, CaseId, Outcome
from pipeline.stages.redact import correspondents, redact

KEPT = 0.5
"""Of an edited answer's words: with fewer left, the template, and so the intent, may have been the wrong one."""


@dataclass(frozen=True, slots=True)
class Label:
    """A mail as the model reads it, and what it is about; or, where `right` is False, what it is not about."""

    case: CaseId
    letter: Letter
    intent: str
    right: bool


def label(reviewed: ReviewedCase, intents: Collection[str], own: frozenset[str]) -> Label | None:
    """The label, if the decision is one and the intent still exists. `own` are our inboxes' addresses."""
    seen, outcome = reviewed.parts.classification, reviewed.parts.outcome
    said = verdict(seen.intent, outcome) if seen is not None and outcome is not None else None
    if said is None or said[0] not in (*intents, OUT_OF_SCOPE):
        return None
    email = reviewed.email
    shown = redact(email.subject, email.reply, email.language, correspondents(email, own))
    letter = gists(shown.subject, shown.text)
    return Label(reviewed.case, letter, *said) if letter else None


def verdict(intent: str, outcome: Outcome) -> tuple[str, bool] | None:
    """An intent, and whether the mail has it. Taking a case over says nothing, nor does what went out by itself."""
    match outcome.kind:
        case "sent_as_is":
            return intent, True
        case "sent_edited":
            return (intent, True) if outcome.similarity >= KEPT else None
        case "rejected":
            match outcome.why.partition(":")[0]:
                case "wrong_intent":
                    return intent, False
                case "not_ours":
                    return OUT_OF_SCOPE, True
    return None
