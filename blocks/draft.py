"""The draft in the card's thread: what would be sent, what to look at, and the buttons that decide."""

from blocks import ids, kit
from blocks.kit import Json, Message
from blocks.sources import PLACES
from blocks.state import FAULTS, bounced, decided, evidence, headline, reasons, shown, when, who, would_have_been
from blocks.text import clip, count, escape, in_full, one_line, visible, words
from pipeline.case import Case, Draft, Finding, Route, Slot, Status
from pipeline.recipients import addressed, elsewhere
from pipeline.review import OURS, needs_second

SHOWN = 8000


def message(case: Case) -> Message | None:
    """The draft as the case has it now, or None where there is none."""
    case = shown(case)
    if case.draft is None:
        return None
    draft = case.draft
    body = kit.rich_text(*_title(case, draft), kit.quote(clip(visible(draft.text), SHOWN)))
    return kit.message(_fallback(case, draft), body, *_look(case, draft), *_end(case, draft))


def _fallback(case: Case, draft: Draft) -> str:
    state = f"{headline(case)}. " if decided(case) else ""
    return escape(f"{state}{'Outline' if draft.outline else 'Draft'}: {one_line(draft.text, 150)}")


def _title(case: Case, draft: Draft) -> list[Json]:
    """What it is and who gets it; before the decision also who else there is."""
    if draft.outline:
        return [kit.line(kit.run("Outline for your answer", bold=True), kit.run(f"  {one_line(draft.subject, 150)}"))]
    waiting = not decided(case) and not bounced(case)
    title = kit.line(
        kit.run(f"{'Draft reply' if waiting else 'Reply'} to {whom(case, draft)}", bold=True), kit.run(f"  {one_line(draft.subject, 150)}")
    )
    also = [kit.line(kit.run(text)) for text in (_handed_on(case, draft), _wanted(case, draft) if waiting else "") if text]
    return [title, *also]


def whom(case: Case, draft: Draft) -> str:
    """ "a@x, b@y, cc c@z": everybody who gets the reply."""
    to, cc = ([in_full(address, 100) for address in group] for group in addressed(case.email, draft))
    return ", ".join([*_some(to), *(f"cc {one}" if at == 0 else one for at, one in enumerate(_some(cc)))])


def _some(addresses: list[str]) -> list[str]:
    return addresses if len(addresses) <= 10 else [*addresses[:9], f"{len(addresses) - 9} more"]


def _handed_on(case: Case, draft: Draft) -> str:
    if not draft.forward_to or case.status in (Status.REJECTED, Status.TAKEN_OVER):
        return ""
    return f"↪ The mail {'is also' if decided(case) else 'will also be'} forwarded to {in_full(draft.forward_to, 100)}"


def _wanted(case: Case, draft: Draft) -> str:
    others = [in_full(address, 100) for address in elsewhere(case.email, draft)]
    return f"⚠️ They ask for answers at {', '.join(_some(others))}, not where they wrote from. Edit lets you choose." if others else ""


def _look(case: Case, draft: Draft) -> list[Json]:
    """What deserves a second look: the linter's findings, text that was cut off, where the filled-in values come from."""
    warned = [kit.plain(f"{'ℹ️' if each.at_most is Route.AUTO_SEND else '⚠️'} {finding(each)}") for each in draft.findings[:6]]
    missing = [kit.plain(f"ℹ️ No answer from {name}.") for name in (case.context.missing[:2] if case.context and not draft.outline else ())]
    cut = (
        [kit.plain(f"Cut off here: {count(len(draft.text) - SHOWN, 'more character')}. Edit shows all of it.")]
        if len(draft.text) > SHOWN
        else []
    )
    return [kit.context(*warned, *missing, *cut, kit.plain(_made(draft)))]


def finding(found: Finding) -> str:
    """A linter's sentence, with its weight in words."""
    return one_line(found.text, 400) + (" (not to be sent as it is)" if found.at_most is Route.HUMAN else "")


def _made(draft: Draft) -> str:
    """Where the text comes from: the template, and for each source the slots that it filled."""
    plain, edited = f"From the template “{words(draft.template)}”", f"Version {draft.version}, edited by hand"
    origin = {"template": plain, "model": f"{plain}, reworded by a model"}.get(draft.author, edited)
    filled: dict[str, list[str]] = {}
    for slot in (slot for slot in draft.slots if slot.value):
        filled.setdefault(source(slot), []).append(words(slot.name))
    told = "; ".join(f"{', '.join(names)} from {place}" for place, names in filled.items())
    return f"{origin}. Filled in: {told}." if told else f"{origin}."


def source(slot: Slot) -> str:
    """Where a value came from, in words."""
    kind, _, name = slot.source.partition(":")
    return PLACES.get(kind) or words(name or kind)


def _end(case: Case, draft: Draft) -> list[Json]:
    """Buttons while a reviewer is waited for; afterwards who, when and what, and only then what it would have been."""
    match case.status:
        case Status.REVIEW if not draft.outline:
            return [*_waiting(case), _buttons(case, draft)]
        case Status.SCHEDULED:
            return [kit.rich_text(kit.line(kit.run(headline(case), bold=True), *when(case))), _stops(case, draft)]
        case Status.HUMAN if bounced(case):
            return [kit.rich_text(kit.line(kit.run(headline(case), bold=True), *who(case)))]
        case Status.HUMAN:
            told = (evidence(case), "Never sent by me: take the case over on its card, and answer from the mailbox.")
            return [kit.context(*(kit.plain(text) for text in told if text))]
        case _:
            return [kit.rich_text(kit.line(kit.run(headline(case), bold=True), *who(case))), *_revealed(case), *_verdict(case)]


def _waiting(case: Case) -> list[Json]:
    return [kit.context(kit.plain(one_line(case.note, 500)))] if case.note else []


def _revealed(case: Case) -> list[Json]:
    said = (" ".join([would_have_been(case), *reasons(case)]).strip(), evidence(case))
    return [kit.context(*(kit.plain(text) for text in said if text))] if any(said) else []


def _verdict(case: Case) -> list[Json]:
    """What somebody thought of the answer after it was sent, and the way to say so."""
    if case.status is not Status.SENT or case.outcome is None or case.outcome.kind not in OURS:
        return []
    value, looked = ids.write(ids.Ref(case.id, case.revision)), case.looked
    if looked is not None and looked.fault is not None:
        said = kit.line(
            kit.run(looked.by_name, bold=True), kit.run(f" held it wrong: {FAULTS[looked.fault].lower()}  ·  "), kit.moment(looked.at)
        )
        return [kit.rich_text(said)]
    told = [kit.context(kit.plain(f"{looked.by_name} looked at it: it was right."))] if looked else []
    right = [kit.button("It was right", ids.WAS_RIGHT, value)] if looked is None and case.outcome.kind == "auto_sent" else []
    return [*told, kit.actions(*right, kit.button("It was wrong…", ids.WAS_WRONG, value))]


def _stops(case: Case, draft: Draft) -> Json:
    """Each of them keeps it from going out by itself."""
    value = ids.write(ids.Ref(case.id, case.revision))
    return kit.actions(
        kit.button("Hold", ids.HOLD, value, "danger"),
        kit.button("Edit", ids.EDIT, value),
        kit.button("Take over", ids.TAKE_OVER, value),
        *_asks(draft, value),
    )


def _asks(draft: Draft, value: str) -> list[Json]:
    """What one may want to know before one decides."""
    return [*([kit.button("Where is this from?", ids.SOURCES, value)] if draft.cited else []), kit.button("Why?", ids.WHY, value)]


def _buttons(case: Case, draft: Draft) -> Json:
    value = ids.write(ids.Ref(case.id, case.revision))
    return kit.actions(
        kit.button("Approve (first of two)" if needs_second(case) else "Approve & send", ids.APPROVE, value, "primary"),
        kit.button("Edit", ids.EDIT, value),
        kit.button("Reject", ids.REJECT, value),
        kit.button("Take over", ids.TAKE_OVER, value),
        *_asks(draft, value),
    )
