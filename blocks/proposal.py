"""What a change of the policies would be: its diff, what it would have done to 30 days of cases, and who must agree."""

from collections.abc import Iterator, Mapping, Sequence

from blocks import ids, kit
from blocks.kit import Json, Message
from blocks.policy import PolicyRef, write
from blocks.state import intent_name
from blocks.text import clip, count, escape, one_line, visible
from pipeline.case import CaseId
from pipeline.policy.compare import Change
from pipeline.policy.simulate import Row
from pipeline.policy.versions import DAYS, Preview, Version

SIDE = 3000
CHANGES, INTENTS, CASES = 8, 15, 8


def preview(tried: Preview) -> tuple[Json, ...]:
    """What stands above the form once the edit was tried."""
    second = "Another person must approve it." if tried.needs_approval else "It needs nobody else's approval."
    head = kit.section(kit.plain(f"{lowers(tried.only_lowers)} {second}"))
    return (head, *_diff(tried.changes), *_simulation(tried.rows, tried.links), kit.divider())


def message(version: Version, links: Mapping[CaseId, str]) -> Message:
    """The message that asks another person, and after that tells how it ended."""
    title = f"{version.author.name} proposes version {version.id} of the policies."
    why = [kit.section(kit.plain(f"Why: {one_line(version.why, 300)}"))] if version.why else []
    told = [
        kit.section(kit.plain(f"{title} {lowers(version.only_lowers)}")),
        *why,
        *_diff(version.changes),
        *_simulation(version.rows or (), links),
    ]
    match version.state:
        case "proposed":
            end = [kit.section(kit.plain("Another person than its author decides.")), _decision(version)]
        case "published":
            end = [kit.section(kit.plain(f"✅ Approved by {version.decided_by or 'somebody'}; it is published."))]
        case "refused":
            end = [kit.section(kit.plain(f"✖️ Refused by {version.decided_by}."))]
    return kit.message(escape(title), *told, *end)


def view(version: Version, links: Mapping[CaseId, str], ref: PolicyRef) -> Json:
    """The same in a window."""
    return kit.modal(f"Version {version.id}", ids.POLICY_VIEW, message(version, links).blocks, metadata=write(ref))


def _decision(version: Version) -> Json:
    """Approve and Refuse."""
    sure = f"Every mail is decided by version {version.id} from then on."
    approve = kit.button("Approve", f"{ids.POLICY_APPROVE}.{version.id}", str(version.id), "primary")
    refuse = kit.button("Refuse", f"{ids.POLICY_REFUSE}.{version.id}", str(version.id))
    return kit.actions(kit.confirmed(approve, "Publish this version?", sure, "Publish"), refuse)


def lowers(only: bool) -> str:
    """Whether routes can only sink, as far as comparing the rules shows it."""
    return f"Can only lower routes: {'yes' if only else 'no'}."


def _diff(changes: Sequence[Change]) -> Iterator[Json]:
    for change in changes[:CHANGES]:
        before, after = (clip(visible(side), SIDE) for side in (change.before, change.after))
        sides = [kit.run(f"− {before}\n", strike=True)] if before else []
        sides += [kit.run(f"+ {after}")] if after else []
        yield kit.rich_text(kit.line(kit.run(change.place, bold=True)), kit.line(*sides))
    if len(changes) > CHANGES:
        yield kit.context(kit.plain(f"{count(len(changes) - CHANGES, 'more change')}"))


def _simulation(rows: Sequence[Row], links: Mapping[CaseId, str]) -> Iterator[Json]:
    moved = [row for row in rows if row.more or row.fewer or row.other]
    cases = sum(row.cases for row in rows)
    title = f"The {count(cases, 'case')} of the last {DAYS} days, had every intent earned it"
    if not moved:
        yield kit.section(kit.plain(f"{title}: none would have gone another way."))
        return
    yield kit.rich_text(kit.line(kit.run(title, bold=True)), kit.bullets(*(_row(row, links) for row in moved[:INTENTS])))
    if len(moved) > INTENTS:
        yield kit.context(kit.plain(f"{count(len(moved) - INTENTS, 'more kind')} of mail"))


def _row(row: Row, links: Mapping[CaseId, str]) -> Json:
    said = [kit.run(f"{intent_name(row.intent)} ({count(row.cases, 'case')})", bold=True)]
    for cases, what in (
        (row.more, "would be sent by itself, was not"),
        (row.fewer, "would not be sent any more"),
        (row.other, "another route"),
    ):
        if cases:
            said += [kit.run(f"  ·  {len(cases)} {what}: "), *_cases(cases, links)]
    return kit.line(*said)


def _cases(cases: Sequence[CaseId], links: Mapping[CaseId, str]) -> Iterator[Json]:
    for at, case in enumerate(cases[:CASES]):
        yield kit.run(", #" if at else "#")
        yield kit.link(links[case], str(case)) if case in links else kit.run(str(case))
    if len(cases) > CASES:
        yield kit.run(f" and {len(cases) - CASES} more")
