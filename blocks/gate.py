"""The window in which a person decides whether an intent may answer by itself: the evidence, and what can be done with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from blocks import ids, kit
from blocks.kit import Json
from blocks.state import intent_name
from blocks.text import count, one_line
from pipeline.gate.account import Account
from pipeline.gate.estimates import Estimate
from pipeline.gate.labels import LeftOut
from pipeline.gate.states import State

Deed = Literal["promote", "take_away", "start_over"]
WHY = "why"
STATES: dict[State, str] = {
    State.LEARNING: "🟡 Learning",
    State.ELIGIBLE: "🔵 Eligible",
    State.AUTO_SEND: "🟢 Answers by itself",
    State.SUSPENDED: "🟠 Suspended",
    State.DEMOTED: "🔴 Demoted",
}
LEFT_OUT: dict[LeftOut, str] = {
    "other_key": "made with another model, prompt, template or other rules",
    "before": "received before counting started",
    "other_population": "would not have gone out by themselves",
    "not_first": "not the first mail of their thread",
    "repeat": "of a sender or thread that counts already",
    "seeded": "shown with a test draft first",
    "not_judged": "not judged yet",
    "not_blind": "judged after the card said what would have happened",
    "open": "right, and younger than 72 hours",
}
PROMISE = "From then on answers of this kind go out that nobody has read first. Your name is kept with the decision."
NOTHING = (
    "No intent can earn the right to answer by itself now: none has auto_send as its ceiling, or a language model that is asked is named "
    "without the day of its snapshot. `triage doctor` names it; set dated names under [models] classify and draft (docs/models.md)."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the open window is about: the standing that the person saw, and what its button does."""

    intent: str
    revision: int
    deed: Deed
    channel: str


def overview(accounts: Sequence[Account], channel: str) -> Json:
    """Every intent in two lines, with a button that opens its evidence."""
    rows = [block for each in accounts for block in _row(each)] or [kit.section(kit.plain(NOTHING))]
    return kit.modal("Who may answer alone", ids.NOTICE_VIEW, rows, metadata=json.dumps({"channel": channel}))


def _row(each: Account) -> list[Json]:
    opened = kit.button("Evidence", f"{ids.GATE_OPEN}.{each.intent}", each.intent)
    return [
        kit.section(kit.mrkdwn(f"*{intent_name(each.intent)}*   {STATES[each.standing.state]}"), opened),
        kit.context(kit.plain(line(each))),
    ]


def line(each: Account) -> str:
    """Where an intent stands, in one line."""
    seen = each.progress.evidence
    match each.standing.state:
        case State.LEARNING | State.ELIGIBLE:
            needed = each.progress.needed
            of = f" of {needed:,} needed" if needed is not None else ""
            return f"{count(seen.n, 'label')}{of}, {seen.wrong:,} wrong. {_promise(each)}"
        case State.AUTO_SEND | State.SUSPENDED:
            return f"Since {each.standing.since:%-d %B %Y}. {_watch(each)}"
        case State.DEMOTED:
            return f"Since {each.standing.since:%-d %B %Y}. Say what was mended, and it learns again."
        case unknown:
            assert_never(unknown)


def _promise(each: Account) -> str:
    """Never a bare point estimate: what is not certified is said to be so."""
    made = each.progress
    if made.certified:
        return f"Certified: at least {made.terms.target:.0%} are right, with a doubt of {made.terms.alpha:.0%}."
    if made.missed_at_most >= 1:
        return "Not certified: nobody knows yet how many errors reviewers miss."
    return f"Not certified. Surely right: at least {made.surely:.1%}."


def _watch(each: Account) -> str:
    found, reverts = each.detectors
    alarms = f"The two alarms stand at {found.value:,.0f} and {reverts.value:,.0f} of 1,000."
    return f"{count(each.answers, 'answer')}, {_estimated(each.estimate)}. {alarms}"


def _estimated(wrong: Estimate) -> str:
    """A share with its interval, and never without."""
    if wrong.effective <= 0:
        return "none of them looked at yet"
    return f"{wrong.rate:.1%} of them wrong (between {wrong.low:.1%} and {wrong.high:.1%}, by what was looked at)"


def evidence(each: Account, channel: str) -> Json:
    """One intent's evidence, and the one thing that may be done with it now."""
    deed, submit = _deed(each.standing.state)
    wanted = {"intent": each.intent, "revision": each.standing.revision, "deed": deed, "channel": channel}
    back = kit.actions(kit.button("All intents", f"{ids.GATE_OPEN}.all", "all"))
    told = [kit.header(each.title), kit.section(kit.plain(line(each))), *_suspected(each), _figures(each), *_left_out(each)]
    blocks = [*told, *_earlier(each), *_asks(deed), back]
    return kit.modal("Evidence", ids.GATE_FORM, blocks, metadata=json.dumps(wanted), submit=submit)


def _deed(state: State) -> tuple[Deed | None, str]:
    match state:
        case State.LEARNING:
            return None, ""
        case State.ELIGIBLE:
            return "promote", "Promote"
        case State.AUTO_SEND | State.SUSPENDED:
            return "take_away", "Take the right away"
        case State.DEMOTED:
            return "start_over", "Let it learn again"
        case unknown:
            assert_never(unknown)


def _suspected(each: Account) -> list[Json]:
    """The answers that a model doubts: each is judged by itself."""
    cleared = [kit.button(f"Case {case}: no severe error", f"{ids.GATE_CLEAR}.{case}", str(case)) for case in each.standing.suspected]
    asked = "A model holds these answers to be severely wrong. Read them; if one is, take the right away."
    return [kit.section(kit.plain(asked)), kit.actions(*cleared)] if cleared else []


def _figures(each: Account) -> Json:
    made, missed = each.progress, each.missed
    needed = f"{made.needed:,}" if made.needed is not None else "cannot be said yet"
    found = (
        f"{missed.at_most:.1%} ({missed.missed:,} of {count(missed.trials, 'known error')} missed)" if missed.trials else "not measured yet"
    )
    pairs = [
        ("State", f"{STATES[each.standing.state]} since {each.standing.since:%-d %B %Y}"),
        ("Labels that count", f"{made.evidence.n:,}, {made.evidence.wrong:,} of them wrong"),
        ("Needed without another error", needed),
        ("Surely right, at least", f"{made.surely:.1%}" if made.surely > 0 else "nothing can be said yet"),
        ("Errors that reviewers miss, at most", found),
        ("Answers only where the model is sure of", f"{each.sure_from:.2f}"),
        ("Promised", f"{made.terms.target:.0%} right, doubt {made.terms.alpha:.0%}"),
        ("Counting since", f"{each.standing.counts_from:%-d %B %Y, %H:%M} UTC"),
    ]
    return kit.fields(*(kit.mrkdwn(f"*{name}*\n{value}") for name, value in pairs))


def _left_out(each: Account) -> list[Json]:
    if not each.left_out:
        return []
    told = [kit.line(kit.run(f"{number:,} {LEFT_OUT[why]}")) for why, number in sorted(each.left_out.items(), key=lambda pair: -pair[1])]
    return [kit.rich_text(kit.line(kit.run("Labels that do not count", bold=True)), kit.bullets(*told))]


def _earlier(each: Account) -> list[Json]:
    """What labels that are no evidence say of the threshold: chosen on other mail than certifies it."""
    found = each.earlier
    if not found.n:
        return []
    told = f"they would support answering from {found.threshold:.2f}" if found.threshold is not None else f"they support none: {found.why}"
    return [kit.context(kit.plain(f"Of the threshold, {count(found.n, 'earlier label')} say: {told}."))]


def _asks(deed: Deed | None) -> list[Json]:
    match deed:
        case None:
            return []
        case "promote":
            return [kit.context(kit.plain(PROMISE))]
        case "take_away":
            return [kit.text_input(WHY, "Why is the right taken away?", "", multiline=True)]
        case "start_over":
            return [kit.text_input(WHY, "What was mended?", "", multiline=True)]
        case unknown:
            assert_never(unknown)


def read(metadata: str) -> Wanted | None:
    """What a window was about, or None where it is none of ours."""
    try:
        held = json.loads(metadata)
        if held["deed"] not in ("promote", "take_away", "start_over"):
            return None
        return Wanted(str(held["intent"]), int(held["revision"]), held["deed"], str(held["channel"]))
    except (ValueError, KeyError, TypeError):
        return None


def channel_of(metadata: str) -> str:
    """The channel in which a window was asked for, or ""."""
    try:
        return str(json.loads(metadata)["channel"])
    except (ValueError, KeyError, TypeError):
        return ""


def why(values: Any) -> str:
    """What the person wrote, in one line."""
    field = (values.get(WHY) or {}).get(WHY) or {}
    return one_line(str(field.get("value") or ""), 500)
