"""The window that says why a case was decided as it was: every voice that spoke, and each rule that nearly did."""

from collections.abc import Sequence

from blocks import ids, kit
from blocks.kit import Json
from blocks.state import blind, outlook, route
from blocks.text import one_line, words
from pipeline.case import Case, Reason, Route
from pipeline.policy.explain import Near, in_words

MOST = 30
HIDDEN = "What the rules allow stays hidden until this draft is decided, so that the verdict is yours alone and can count as evidence."
SHOW_ANYWAY = "You can look now. The verdict on this draft then no longer counts as evidence for letting such answers go out by themselves."
SPEAKERS = {
    "intent": "The kind of mail",
    "rule": "A rule",
    "lint": "The check of the draft",
    "gate": "The right to answer by itself",
    "authentication": "The check of the sender",
    "language": "The language",
    "model": "The reading",
    "prefilter": "The filter",
    "mail": "The mail",
    "person": "A person",
}
"""Who speaks, in words."""


def view(case: Case, near: Sequence[Near], channel: str, thread: str, *, open_eyes: bool = False) -> Json:
    """The voices behind the decision; while the case is blind only after somebody asked for it (`open_eyes`)."""
    ref = ids.FormRef(case.id, case.revision, case.draft.sha256 if case.draft else "", channel, thread)
    hidden = blind(case) and case.decision is not None and case.decision.route is not Route.HUMAN
    if hidden and not open_eyes:
        show = kit.button("Show it now", ids.REVEAL, ids.write(ids.Ref(case.id, case.revision)))
        blocks = [kit.section(kit.plain(HIDDEN)), kit.context(kit.plain(SHOW_ANYWAY)), kit.actions(show)]
    else:
        blocks = [*_decided(case), *_near(near)]
    return kit.modal("Why?", ids.NOTICE_VIEW, blocks, metadata=ids.write_form(ref))


def _decided(case: Case) -> list[Json]:
    if case.decision is None:
        return [kit.section(kit.plain("Nothing was decided about this mail: nobody could read it."))]
    told = outlook(case) or f"Decided: {route(case.decision.route)}."
    spoke = [_voice(reason) for reason in case.decision.reasons[:MOST]]
    return [kit.section(kit.plain(told)), kit.rich_text(kit.bullets(*spoke))]


def _voice(reason: Reason) -> Json:
    allows = "nothing against it" if reason.at_most is Route.AUTO_SEND else f"at most: {route(reason.at_most)}"
    name = f" “{words(reason.name)}”" if reason.speaker == "rule" else ""
    return kit.line(
        kit.run(f"{SPEAKERS[reason.speaker]}{name}", bold=True),
        kit.run(f"  {one_line(reason.text, 400)}  "),
        kit.run(f"({allows})", italic=True),
    )


def _near(near: Sequence[Near]) -> list[Json]:
    if not near:
        return [kit.context(kit.plain("No other rule was near to speaking."))]
    lines = [
        kit.line(kit.run(words(one.rule), bold=True), kit.run(f"  lacked: {one_line(in_words(one.missing), 300)}")) for one in near[:MOST]
    ]
    return [kit.header("Rules that nearly spoke"), kit.rich_text(kit.bullets(*lines))]
