"""Who answers: the lowest route that any voice allows, every voice kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from pipeline.atoms import scrub
from pipeline.case import OUT_OF_SCOPE, RUNGS, Classification, Context, Decision, Finding, Reason, Route
from pipeline.email import Email, MailboxId
from pipeline.house import House
from pipeline.policy.evaluate import Ruling, highest, lowest, ruling
from pipeline.policy.rulebook import Rulebook, delay
from pipeline.rights import gate_reasons
from pipeline.stages.enrich import facts

COMPLEX = 2
"""So many requests beside the first are more than a letter for the first can be mended to answer: a person gets an outline of all."""


def route(
    email: Email,
    mailbox: MailboxId,
    classification: Classification,
    context: Context,
    house: House,
    cautions: Sequence[Reason] = (),
    findings: Sequence[Finding] = (),
    gate: Sequence[Reason] | None = None,
) -> Decision:
    """Join the intent's ceiling, the rules, the gate and all cautions; a finding of the linter is one more caution.

    Where a caution says that the model failed, it speaks for the intent too. `gate` is what the gate said before; None: ask it now.
    """
    ruled = ruling(house.rulebook, facts(email, mailbox, context, classification, cautions))
    lint = [Reason("lint", finding.code, finding.at_most, finding.text) for finding in findings]
    spoke = any(caution.speaker == "model" for caution in cautions)
    own = [] if spoke else [*_intent(classification, house), *(_gate(classification, house) if gate is None else gate)]
    reasons = canonical(
        [
            *own,
            *_sender(email),
            *_language(email, house),
            *_readings(classification, house),
            *_conflicts(ruled),
            *ruled.reasons,
            *cautions,
            *lint,
        ]
    )
    intent = house.intents.get(classification.intent)
    wanted = [house.intents[name] for name in (classification.intent, *classification.also) if name in house.intents]
    owner = " and ".join(ruled.owners) or classification.owner
    delays = [span for span in (ruled.respond_within, *(delay(each.reply_within) for each in wanted)) if span]
    asked = ruled.templates[0] if ruled.templates else intent.template if intent else None
    template = house.voice.pick(asked, email.language).name if asked else None
    lowered = lowest([reason.at_most for reason in reasons])
    return Decision(
        route=lowered,
        would_be=lowest([reason.at_most for reason in reasons if reason.speaker != "gate"]),
        template=None if lowered is Route.HUMAN else template,
        owner=owner,
        urgency=highest([classification.urgency, ruled.urgency]),
        respond_by=_respond_by(email.received_at, delays, house.rulebook),
        reasons=reasons,
        versions=house.versions_of(classification.intent, template),
        tags=ruled.tags,
        notify=ruled.notify,
        second_approver=ruled.second_approver,
        gate_key=house.keys.get(classification.intent, ""),
    )


def without_intent(email: Email, mailbox: MailboxId, house: House, reason: Reason) -> Decision:
    """The decision about a mail that was not classified, for this one reason."""
    nothing = house.versions_of("", None)
    return Decision(reason.at_most, reason.at_most, None, house.team_of(mailbox), "normal", None, (reason,), nothing)


def canonical(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons without repeats, the most careful first, then by speaker, name and text."""
    order = {route: -rung for rung, route in enumerate(RUNGS)}
    return tuple(sorted(set(reasons), key=lambda reason: (order.get(reason.at_most, -9), reason.speaker, reason.name, reason.text)))


def _intent(classification: Classification, house: House) -> list[Reason]:
    intent = house.intents.get(classification.intent)
    if classification.intent == OUT_OF_SCOPE or intent is None:
        return [Reason("model", OUT_OF_SCOPE, Route.HUMAN, "None of our standard answers fits this mail.")]
    ceiling = {
        Route.AUTO_SEND: f"{intent.title}: the standard answer may go out by itself.",
        Route.REVIEW: f"{intent.title}: a person looks at the answer before it goes out.",
        Route.HUMAN: f"{intent.title}: always answered by a person.",
    }
    own = Reason("intent", intent.name, intent.ceiling, ceiling[intent.ceiling])
    if intent.ceiling is not Route.AUTO_SEND or classification.confidence >= intent.sure_from:
        return [own]
    return [own, Reason("intent", "unsure", Route.REVIEW, f"{intent.title}: it is not certain enough that the mail asks for this.")]


def _gate(classification: Classification, house: House) -> Sequence[Reason]:
    """Nothing where a person answers in any case."""
    intent = house.intents.get(classification.intent)
    if intent is None or intent.ceiling is not Route.AUTO_SEND:
        return ()
    key = house.keys.get(intent.name, "")
    return gate_reasons(intent.name, intent.title, key, house.rights, dry_run=house.rulebook.dry_run)


def _sender(email: Email) -> list[Reason]:
    """No rulebook can let a mail be answered by itself whose sender nobody vouches for."""
    match email.authentication.verdict:
        case "pass":
            return []
        case "none":
            why = "We could not confirm that the mail comes from the address it names."
            return [Reason("authentication", "not_authenticated", Route.REVIEW, why)]
        case "fail":
            why = "The mail failed the check of its sender's address and may be forged."
            return [Reason("authentication", "authentication_failed", Route.HUMAN, why)]
        case unknown:
            assert_never(unknown)


def _language(email: Email, house: House) -> list[Reason]:
    if email.language in house.model.languages:
        return []
    return [
        Reason(
            "language", email.language, Route.REVIEW, f"The mail's language ({email.language}) was not measured, so its reading is checked."
        )
    ]


def _conflicts(ruled: Ruling) -> Iterator[Reason]:
    """No order among rules: where two of them name different teams or answers, a person decides."""
    for name, what, named in (("owner_conflict", "teams are", ruled.owners), ("template_conflict", "answers are", ruled.templates)):
        if len(named) > 1:
            yield Reason("rule", name, Route.HUMAN, f"Several {what} named for this mail ({' and '.join(named)}); a person decides.")


def _readings(classification: Classification, house: House) -> list[Reason]:
    """Several intents in one mail have no letter that answers them all; two readings that differ are checked."""
    reasons = []
    also = [house.intents[name] for name in classification.also if name in house.intents]
    if also:
        titles = ", ".join(intent.title for intent in (house.intents[classification.intent], *also))
        why = f"The mail asks for several things ({titles}), so a person makes sure that all are answered."
        least = Route.REVIEW if len(also) < COMPLEX else Route.HUMAN
        reasons.append(Reason("intent", "several", lowest([least, *(intent.ceiling for intent in also)]), why))
    disputed = house.intents.get(classification.disputed)
    if disputed:
        why = f"A first reading took this mail for another kind ({disputed.title}), so a person checks it."
        reasons.append(Reason("intent", "readings_differ", Route.REVIEW, why))
    if classification.drifted:
        why = f"Another language model answered than was asked for ({scrub(classification.drifted)}), so a person checks its reading."
        reasons.append(Reason("intent", "model_changed", Route.REVIEW, why))
    return reasons


def _respond_by(received_at: datetime, delays: Sequence[timedelta], rulebook: Rulebook) -> datetime | None:
    """The earliest deadline, by the clock that the rulebook names."""
    if not delays:
        return None
    if rulebook.clock == "open_hours" and rulebook.calendar is not None:
        return rulebook.calendar.after(received_at, min(delays))
    return received_at + min(delays)
