"""Figures: the answer to `/triage stats`, and the same in short for the Home tab."""

from collections.abc import Sequence

from blocks import gate, kit
from blocks.kit import Json, Message
from blocks.state import intent_name
from blocks.text import count, dollars, milliseconds, one_line
from pipeline.gate.account import Account
from pipeline.ports import Figures, IntentFigures

MOST_INTENTS = 40


def message(figures: Figures, accounts: Sequence[Account] = ()) -> Message:
    """All figures, with a line for each intent, and another of how far each has come to answer by itself."""
    told = sentence(figures)
    small = kit.context(
        kit.plain(
            f"Since {figures.since:%-d %B %Y}. Times are medians; approval is from the card to the click. "
            "Time saved is what policies say an answer is worth, less the time that reviews took."
        )
    )
    return kit.message(
        told, kit.section(kit.plain(told)), *lines(figures), *_by_intent(figures), *_rights(accounts), *paused(figures), small
    )


def plain_message(figures: Figures, accounts: Sequence[Account] = ()) -> Message:
    """The same without a table, for a Slack that does not know tables yet."""
    told = sentence(figures)
    rows = [kit.line(kit.run(_row_in_words(each))) for each in figures.by_intent[:MOST_INTENTS]]
    listed = [kit.rich_text(kit.bullets(*rows))] if rows else []
    return kit.message(told, kit.section(kit.plain(told)), *lines(figures), *listed, *_rights(accounts), *paused(figures))


def sentence(figures: Figures) -> str:
    """The one thing to know."""
    if not figures.received:
        return "No mail has arrived yet."
    waiting = (
        f"{count(figures.waiting, 'case')} {'waits' if figures.waiting == 1 else 'wait'} for somebody"
        if figures.waiting
        else "nothing waits for anybody"
    )
    return f"{count(figures.received, 'mail')} received, {count(figures.sent, 'reply', 'replies')} sent, and {waiting}."


def lines(figures: Figures) -> list[Json]:
    """Two rows of figures; what went wrong is named only when something did."""
    pairs = [
        ("Received", f"{figures.received:,} ({figures.ignored:,} ignored)"),
        ("Waiting", f"{figures.waiting:,}"),
        ("Sent", f"{figures.sent:,}{_by_itself(figures)}"),
        ("Triaged in", f"{milliseconds(figures.triage_p50_ms)} (p95 {milliseconds(figures.triage_p95_ms)})"),
        ("Approved after", milliseconds(figures.approval_p50_ms)),
    ]
    pairs += [("Time saved", _hours(figures.saved_minutes))] if figures.saved_minutes >= 1 else []
    pairs += [("Models", dollars(figures.cost_usd))] if figures.cost_usd else []
    pairs += [("Unknown whether sent", f"{figures.unknown:,}")] if figures.unknown else []
    pairs += [("Could not be processed", f"{figures.dead:,}")] if figures.dead else []
    return [kit.fields(*(kit.mrkdwn(f"*{name}*\n{value}") for name, value in pairs))]


def _by_itself(figures: Figures) -> str:
    """How many went out by themselves, and how many of these somebody held wrong."""
    if not figures.auto_sent:
        return ""
    wrong = f", {figures.reverted:,} held wrong" if figures.reverted else ""
    return f" ({figures.auto_sent:,} by itself{wrong})"


def _hours(minutes: float) -> str:
    return f"{minutes / 60:,.1f} h" if minutes >= 90 else f"{minutes:.0f} min"


def paused(figures: Figures) -> list[Json]:
    """Who stopped all answers that go out by themselves, and since when; nothing where nobody did."""
    if figures.paused is None:
        return []
    held = figures.paused
    why = f": {one_line(held.why, 200)}" if held.why else ""
    told = kit.run(f"⏸️ Nothing goes out by itself: paused by {one_line(held.by, 80)} since ", bold=True)
    return [kit.rich_text(kit.line(told, kit.moment(held.at), kit.run(f"{why}. /triage resume ends it.")))]


def _by_intent(figures: Figures) -> list[Json]:
    if not figures.by_intent:
        return []
    head = ("Intent", "Received", "Sent as is", "Edited", "Rejected", "Taken over", "Models")
    rows = [_row(each) for each in figures.by_intent[:MOST_INTENTS]]
    columns = len(head) if figures.cost_usd else len(head) - 1
    return [kit.table(head[:columns], *(row[:columns] for row in rows))]


def _rights(accounts: Sequence[Account]) -> list[Json]:
    rows = [kit.line(kit.run(f"{intent_name(each.intent)}: {gate.STATES[each.standing.state]}. {gate.line(each)}")) for each in accounts]
    title = kit.line(kit.run("Who may answer by itself", bold=True), kit.run("  /triage promote shows the evidence."))
    return [kit.rich_text(title, kit.bullets(*rows[:MOST_INTENTS]))] if rows else []


def _row(each: IntentFigures) -> tuple[str, ...]:
    numbers = (each.received, each.sent_as_is, each.sent_edited, each.rejected, each.taken_over)
    return (intent_name(each.intent), *(f"{number:,}" for number in numbers), dollars(each.cost_usd))


def _row_in_words(each: IntentFigures) -> str:
    return (
        f"{intent_name(each.intent)}: {each.received:,} received, {each.sent_as_is:,} sent as is, {each.sent_edited:,} edited, "
        f"{each.rejected:,} rejected, {each.taken_over:,} taken over{f', {dollars(each.cost_usd)}' if each.cost_usd else ''}"
    )
