"""How a case's state is said: headline, who did what and when, the voices behind a decision, what stays unsaid until it is decided."""

from dataclasses import replace
from typing import assert_never

from blocks import kit
from blocks.kit import Json
from blocks.text import one_line, words
from pipeline.case import (
    OUT_OF_SCOPE,
    Case,
    Cited,
    Classification,
    Decision,
    Draft,
    Fault,
    Outcome,
    Reason,
    Rejection,
    Route,
    Seeded,
    Status,
)
from pipeline.review import OPEN

REJECTIONS: dict[Rejection, str] = {
    "wrong_answer": "The answer is wrong",
    "wrong_intent": "It answers another question",
    "not_ours": "It is not for this inbox",
    "no_reply_needed": "No reply is needed",
    "other": "Something else",
}


FAULTS: dict[Fault, str] = {
    "off_topic": "It answers another question",
    "incomplete": "It leaves out what was asked for",
    "tone": "Its tone is wrong",
    "wrong_recipient": "It went to the wrong person",
    "invented_price": "It names a price that is not ours",
    "invented_commitment": "It promises what we did not",
    "leak": "It holds somebody else's data",
}
"""What can be wrong with an answer that was sent, in words."""

SEVERAL = "several"
"""The reason that a mail asks for more than one thing: whoever answers must know it, decided or not."""
QUOTED = 160
MARKS = {"urgent": "‼️ ", "high": "🔺 ", "low": "▽ "}


def decided(case: Case) -> bool:
    """Nobody is waited for any more."""
    return case.status not in OPEN and case.status not in (Status.QUEUED, Status.WORKING, Status.SCHEDULED)


def bounced(case: Case) -> bool:
    """It was answered, the answer did not arrive, and a person is waited for."""
    return case.status is Status.HUMAN and case.outcome is not None


def blind(case: Case) -> bool:
    """The reviewer's decision is a label for this intent, so nothing may be shown that could sway it."""
    gated = case.decision is not None and any(reason.speaker == "gate" for reason in case.decision.reasons)
    return gated and case.outcome is None and not decided(case)


def shown(case: Case) -> Case:
    """The case with the draft that its card shows: a seeded one stands in the true one's place, word for word and source for source."""
    draft, seeded = case.draft, case.seeded
    if draft is None or seeded is None:
        return case
    at = next((at for at, (true, bad) in enumerate(zip(draft.text, seeded.text, strict=False)) if true != bad), len(seeded.text))
    grown = len(seeded.text) - len(draft.text)
    return replace(
        case, draft=replace(draft, text=seeded.text, cited=tuple(_as_shown(cited, draft, seeded, at, grown) for cited in draft.cited))
    )


def _as_shown(cited: Cited, draft: Draft, seeded: Seeded, at: int, grown: int) -> Cited:
    """The sentence as it stands in the text with the error."""
    start = draft.text.find(cited.text)
    if not 0 <= start <= at < start + len(cited.text):
        return cited
    return replace(cited, text=seeded.text[start : start + len(cited.text) + grown])


def headline(case: Case) -> str:
    """The state in a few words, with a mark for those who skim."""
    match case.status:
        case Status.REVIEW:
            return "🟡 Needs review"
        case Status.HUMAN:
            return "🔴 The reply did not arrive" if bounced(case) else "🔴 Needs a person"
        case Status.QUARANTINED:
            return "⛔ Quarantined"
        case Status.SCHEDULED:
            return "⏱️ Sends by itself"
        case Status.APPROVED:
            return "⏳ Approved, on its way" if case.outcome else "⏳ On its way, by itself"
        case Status.SENT:
            return "✅ Sent"
        case Status.UNKNOWN:
            return "❓ Not known whether it was sent"
        case Status.REJECTED:
            return "✖️ Rejected"
        case Status.TAKEN_OVER:
            return "👤 Taken over"
        case Status.DEAD:
            return "⚠️ Could not be processed"
        case Status.IGNORED:
            return "💤 Ignored"
        case Status.QUEUED | Status.WORKING:
            return "⏳ Being read"
        case _:
            assert_never(case.status)


def when(case: Case) -> list[Json]:
    """The time of sending, to stand behind the headline of a scheduled case: it changes only as the case does."""
    scheduled = case.status is Status.SCHEDULED and case.sends_at is not None
    return [kit.run(" at ", bold=True), kit.moment(case.sends_at, "{time}")] if scheduled and case.sends_at else []


def next_step(case: Case) -> str:
    """What the reader should do now where the buttons do not say it themselves, or ""."""
    match case.status:
        case Status.QUARANTINED:
            return "Nothing was made of this mail. Look at it in the mailbox with care, then take it over."
        case Status.UNKNOWN:
            return f"Look for a reply to {case.email.sender.address} in the Sent folder of {case.mailbox} first, then take it over."
        case Status.DEAD:
            return f"The mail is safe in {case.mailbox}, but nobody has answered it. Take it over and answer from the mailbox."
        case Status.HUMAN if bounced(case):
            return "Take it over, and reach them another way. I send nothing more here."
        case Status.HUMAN if case.draft is None:
            return "Take it over and answer from the mailbox."
        case Status.TAKEN_OVER:
            return f"The answer is written in the mailbox of {case.mailbox}; I keep my hands off."
        case _:
            return ""


def who(case: Case) -> list[Json]:
    """Who did what and when, to stand behind the headline; empty while nobody has."""
    if case.outcome is None:
        return []
    by = [kit.run(case.outcome.by_name, bold=True), kit.run(" ")] if case.outcome.by_name else []
    return [kit.run("  ·  "), *by, kit.run(f"{_verb(case.outcome)} "), kit.moment(case.outcome.at), *_because(case)]


def _because(case: Case) -> list[Json]:
    told = case.outcome is not None and case.outcome.why and case.outcome.kind != "answered_by_hand"
    return [kit.run(f": {why(case)}")] if told else []


def why(case: Case) -> str:
    """The outcome's reason in words: a rejection's choice and remark."""
    said = case.outcome.why if case.outcome else ""
    chosen, _, remark = said.partition(": ")
    label = next((text for value, text in REJECTIONS.items() if value == chosen), None)
    return one_line(f"{label}. {remark}".strip() if label else said, 500)


def _verb(outcome: Outcome) -> str:
    match outcome.kind:
        case "sent_as_is":
            return "approved it unchanged"
        case "sent_edited":
            return "edited and approved it"
        case "auto_sent":
            return "sent by itself"
        case "rejected":
            return "rejected it"
        case "taken_over":
            return "took it over"
        case "answered_by_hand":
            return f"answered in {one_line(outcome.why, 40)}" if outcome.why else "answered by hand"
        case "unknown":
            return "approved it; the mailbox did not say whether it was sent"
        case "failed":
            return "sending failed"
        case _:
            assert_never(outcome.kind)


def intent(case: Case) -> str:
    return intent_name(case.classification.intent) if case.classification else "not classified"


def intent_name(name: str) -> str:
    """An intent as a person reads it."""
    return "none of our intents" if name == OUT_OF_SCOPE else words(name)


def urgency(name: str) -> str:
    """The word and a mark, so that colour is not all there is."""
    return f"{MARKS.get(name, '')}{name}"


def route(name: Route) -> str:
    match name:
        case Route.AUTO_SEND:
            return "sent by itself"
        case Route.REVIEW:
            return "needs review"
        case Route.HUMAN:
            return "needs a person"
        case Route.IGNORE:
            return "ignored"
        case _:
            assert_never(name)


def reasons(case: Case, of: Route | None = None) -> list[str]:
    """The sentences behind the decision that may be shown now, the weightiest first; `of` names the route they allow at most.

    What the gate says of a mail that a person gets in any case is nobody's news.
    """
    if case.decision is None:
        return []
    shown = case.decision.reasons
    if case.decision.would_be is Route.HUMAN:
        shown = tuple(reason for reason in shown if reason.speaker != "gate")
    if blind(case) and case.decision.route is not Route.HUMAN:
        shown = tuple(reason for reason in shown if reason.at_most is Route.HUMAN or (reason.speaker, reason.name) == ("intent", SEVERAL))
    return [_sentence(reason) for reason in _weightiest_first(shown, case.decision) if of is None or reason.at_most is of]


def _weightiest_first(shown: tuple[Reason, ...], decision: Decision) -> list[Reason]:
    return sorted(shown, key=lambda reason: reason.at_most is not decision.route)


def _sentence(reason: Reason) -> str:
    text = one_line(reason.text, 400)
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def read_by(seen: Classification) -> str:
    """Who found the intent."""
    match seen.by:
        case "local":
            return "read by the local model"
        case "hosted":
            return "read by a language model"
        case "both":
            return "read by the local model and a language model, which agree"
        case _:
            assert_never(seen.by)


def evidence(case: Case) -> str:
    """The mail's words that a language model read the intent from. That it was asked at all says how sure the local one was, so a
    blind reviewer is not told; whoever answers by themselves is.
    """
    seen, decision = case.classification, case.decision
    if seen is None or decision is None or not seen.evidence or (blind(case) and decision.route is not Route.HUMAN):
        return ""
    quotes = ", ".join(f"“{one_line(quote, QUOTED)}”" for quote in seen.evidence)
    return f"Read as “{intent(case)}” by these words: {quotes}."


def would_have_been(case: Case) -> str:
    """What would have happened without the gate, and the score: only where that cannot sway anybody any more."""
    return "" if blind(case) else outlook(case)


def outlook(case: Case) -> str:
    """The same for those who asked for it, although it could sway them."""
    if case.decision is None or case.classification is None:
        return ""
    score = f"score {case.classification.confidence:.2f}, {read_by(case.classification)}"
    if case.decision.would_be is case.decision.route:
        return f"Route: {route(case.decision.route)} ({score})."
    return f"Would have been: {route(case.decision.would_be)} ({score})."
