"""What a mail is about: models propose, a threshold and closed lists dispose; wording raises flags and urgency.

A cascade: the model on this machine, and a language model where that is unsure or the intent asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.case import OUT_OF_SCOPE, Classification, Context, Decision, Reason, Route, Urgency
from pipeline.email import Email, MailboxId, RedactedEmail, Shareable
from pipeline.errors import Permanent, Temporary
from pipeline.house import House
from pipeline.policy.evaluate import Signals, highest, signals
from pipeline.policy.facts import FLAGS, Flag
from pipeline.ports import IntentScore
from pipeline.prompt import Call
from pipeline.stages import opinion
from pipeline.stages.enrich import facts
from pipeline.voice import Refusal

THRESHOLD = 0.5
"""Under this the best intent is not believed, and nothing fits."""
NAMING_THRESHOLD = 0.4
"""The same where a person answers anyway: a wrong name costs them a glance, a missing one costs them the checks."""
SURE = 0.8
"""From here on the local model needs no second reading: of the examples, left out, it is right about 96 of 100.

It says who reads, never what is sent: that is for thresholds certified on an operator's own labels (docs/classification.md).
"""
WORTH = 0.1
"""From here on it pays to prepare the letter while the language model reads: where a letter follows, it is that one in 84 of 100."""
MOST_SURE = 0.95
"""No language model is believed further than this, whatever it says of itself."""
_OF_INTENT = ("intent", "model", "language")


@dataclass(frozen=True, slots=True)
class Guess:
    """What the local model says, and all its scores."""

    classification: Classification
    ranked: tuple[IntentScore, ...]
    said: Signals

    @property
    def best(self) -> IntentScore:
        return self.ranked[0] if self.ranked else IntentScore("", 0.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail is about in the end, what to be careful of, and the calls that it took."""

    classification: Classification
    cautions: tuple[Reason, ...] = ()
    calls: tuple[Call, ...] = ()


async def classify(redacted: RedactedEmail, email: Email, mailbox: MailboxId, house: House, said: Signals | None = None) -> Guess:
    """Ask the local model about subject and newest text. Raises what the model raises: Temporary or Permanent."""
    scores = await house.model.rank(redacted.subject, redacted.text)
    return guess(scores, said or signals(house.rulebook, facts(email, mailbox)), mailbox, house)


def guess(scores: Sequence[IntentScore], said: Signals, mailbox: MailboxId, house: House) -> Guess:
    """An intent we do not have, or a score that is no probability, is no answer."""
    known = sorted((score for score in scores if score.intent in house.intents and 0 <= score.score <= 1), key=lambda score: -score.score)
    return Guess(read(known, said, mailbox, house), tuple(known), said)


def unclassified(email: Email, mailbox: MailboxId, house: House, said: Signals | None = None) -> Classification:
    """What can be said without a model: flags and urgency, from the wording."""
    return read((), said or signals(house.rulebook, facts(email, mailbox)), mailbox, house)


def read(known: Sequence[IntentScore], said: Signals, mailbox: MailboxId, house: House) -> Classification:
    """What the scores, best first, mean here. `confidence` is that of the answer given; for out_of_scope what the best intent left over."""
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


def supposed(guess: Guess, house: House) -> Classification | None:
    """What the guess would be if the likelier intent of its best two that has a letter were right, where that pays; else None."""
    likely = (house.intents[score.intent] for score in guess.ranked[:2] if score.score >= WORTH)
    intent = next((intent for intent in likely if intent.template and intent.ceiling is not Route.HUMAN), None)
    if intent is None:
        return None
    return replace(guess.classification, intent=intent.name, owner=intent.owner, urgency=highest([intent.urgency, guess.said.urgency]))


def worth_asking(guess: Guess, decision: Decision, email: Email, house: House) -> bool:
    """Whether a language model should read the mail too. `decision` is what follows from the guess.

    Not where a person answers whatever the mail is about: it would cost money, and show the mail to one reader more.
    """
    settled = any(reason.at_most is Route.HUMAN and reason.speaker not in _OF_INTENT for reason in decision.reasons)
    if settled or "classify" not in house.language_models:
        return False
    intent = house.intents.get(guess.best.intent)
    match intent.ask_model if intent else "unsure":
        case "never":
            return False
        case "always":
            return True
        case _:
            return guess.best.score < SURE or email.language not in house.model.languages


async def second_reading(guess: Guess, mail: Shareable, email: Email, mailbox: MailboxId, context: Context, house: House) -> Reading:
    """Ask the language model. Where it fails, the guess stands and a person gets the mail; what it says unreadably is no answer at all."""
    try:
        prompt = opinion.ask(mail, guess.ranked, guess.said, context, email.sender.address, house)
        answer = await house.language_models["classify"].ask(prompt)
    except (Temporary, Permanent) as error:
        return failed(guess, error.sentence)
    except Refusal as error:
        return failed(guess, f"The prompt classify cannot be used: {error.why}.")
    said = opinion.read(answer.text, guess.ranked, mail, house)
    models = "+".join(dict.fromkeys((house.model.version, *(call.answered_as or call.model for call in answer.calls))))
    if said is None:
        return Reading(_unreadable(guess, mailbox, models, house), (_UNREADABLE,), answer.calls)
    drifted = next((call.answered_as for call in answer.calls if call.drifted), "")
    return Reading(replace(joined(guess, said, house), model=models, drifted=drifted), (), answer.calls)


def failed(guess: Guess, why: str) -> Reading:
    """The local label stands, and a person decides."""
    return Reading(guess.classification, (Reason("model", "failed", Route.HUMAN, f"No language model could read this mail: {why}"),))


def joined(guess: Guess, said: opinion.Opinion, house: House) -> Classification:
    """The language model names the intent, for it is asked where the local one is unsure; where both agree, both count."""
    first, local, sure = said.intents[0] if said.intents else "", guess.best, min(said.confidence, MOST_SURE)
    flags = raised(guess.said.flags, said.flags)
    pressing = highest([said.urgency, guess.said.urgency])
    if not first or sure < _needed(first, house):
        return _none_of_ours(guess, said, flags, highest(["normal", pressing]))
    agreed, intent = local.intent == first, house.intents[first]
    runner_up = next((score.intent for score in guess.ranked if score.intent != first), OUT_OF_SCOPE)
    return Classification(
        intent=first,
        urgency=highest([intent.urgency, pressing]),
        owner=intent.owner,
        policy_flags=flags,
        confidence=round(1 - (1 - sure) * (1 - local.score) if agreed else sure * (1 - local.score), 4),
        runner_up=runner_up,
        model=guess.classification.model,
        by="both" if agreed else "hosted",
        also=said.intents[1:],
        disputed=_other(guess.classification.intent, first),
        evidence=said.evidence,
        model_flags=said.flags,
        model_urgency=said.urgency,
    )


def raised(wording: Sequence[str], model: Sequence[str]) -> tuple[Flag, ...]:
    """Whatever either says, in canonical order."""
    return tuple(flag for flag in FLAGS if flag in (*wording, *model))


def _none_of_ours(guess: Guess, said: opinion.Opinion, flags: tuple[Flag, ...], urgency: Urgency) -> Classification:
    """None fits, or the language model is not sure of the one it names. It says who should answer, for no intent does."""
    first, believed = said.intents[0] if said.intents else "", guess.classification.intent
    return Classification(
        intent=OUT_OF_SCOPE,
        urgency=urgency,
        owner=said.owner,
        policy_flags=flags,
        confidence=round(1 - said.confidence if first else min(said.confidence, MOST_SURE), 4),
        runner_up=first or guess.best.intent,
        model=guess.classification.model,
        by="both" if believed == OUT_OF_SCOPE else "hosted",
        disputed=_other(believed, OUT_OF_SCOPE),
        evidence=said.evidence,
        model_flags=said.flags,
        model_urgency=said.urgency,
    )


_UNREADABLE = Reason(
    "model", "unreadable", Route.HUMAN, "The language model's answer about this mail could not be read, so it counts for nothing."
)


def _unreadable(guess: Guess, mailbox: MailboxId, models: str, house: House) -> Classification:
    nothing = read((), guess.said, mailbox, house)
    return replace(nothing, runner_up=guess.best.intent, model=models, by="hosted")


def _other(believed: str, named: str) -> str:
    """What the local model believed, where that is an intent and another one."""
    return "" if believed in (OUT_OF_SCOPE, named) else believed


def _needed(intent: str, house: House) -> float:
    return NAMING_THRESHOLD if intent in house.intents and house.intents[intent].ceiling is Route.HUMAN else THRESHOLD
