"""What a person's click says of an answer, and which of these labels count as evidence."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, assert_never

from pipeline.case import Outcome
from pipeline.review import similarity

SMALL = 0.95
"""From this similarity on an edit is a small one."""
OPEN_FOR = timedelta(hours=72)
"""So long a label stays open, for a customer who complains."""

Fate = Literal["sent_as_is", "small_edit", "big_edit", "rejected", "taken_over", "answered_by_hand", "not_judged"]
Verdict = Literal["right", "wrong"]

TURNING = r"\b(?:not|no|never|cannot|nor|without|nicht|nie|kein\w*|ohne)\b|\w+n['’]t\b"
"""Words that turn a sentence round."""
HARD = re.compile(rf"\S*\d\S*|https?://\S+|\S+@\S+|{TURNING}", re.IGNORECASE)
"""What no small edit may touch: numbers, links, addresses, and what turns a sentence round."""


def fate(outcome: Outcome, drafted: str, sent: str) -> Fate:
    """What became of the first draft, where a person ended the case with `sent` (empty where they sent nothing)."""
    match outcome.kind:
        case "sent_as_is" | "sent_edited":
            return _edit(drafted, sent)
        case "answered_by_hand":
            return "small_edit" if _edit(drafted, sent) != "big_edit" else "answered_by_hand"
        case "rejected":
            return "rejected"
        case "taken_over":
            return "taken_over"
        case "auto_sent" | "unknown" | "failed":
            return "not_judged"
        case unknown:
            assert_never(unknown)


def _edit(drafted: str, sent: str) -> Fate:
    if drafted == sent:
        return "sent_as_is"
    same = Counter(HARD.findall(drafted.lower())) == Counter(HARD.findall(sent.lower()))
    return "small_edit" if same and similarity(drafted, sent) >= SMALL else "big_edit"


def verdict(fate: Fate) -> Verdict | None:
    """Whether the draft would have been a right answer, had it gone out by itself; None where nobody said.

    Who takes a case over or answers it themselves did not trust the draft: to leave these out would keep only the easy mails.
    """
    match fate:
        case "sent_as_is" | "small_edit":
            return "right"
        case "big_edit" | "rejected" | "taken_over" | "answered_by_hand":
            return "wrong"
        case "not_judged":
            return None
        case unknown:
            assert_never(unknown)


@dataclass(frozen=True, slots=True)
class Label:
    """One mail of an intent and what a person said of its draft.

    `earlier` counts the thread's cases before it. `would_go` says that it would have been sent by itself, were it allowed; `judged_at` and
    `verdict` are None until a person ended it; `revealed_at` is when anybody could first read "would have been sent", if ever;
    `complained_at` is when a person held the answer wrong afterwards. `seeded`: the card showed a known-bad draft.
    """

    case: int
    key: str
    thread: str
    sender: str
    received_at: datetime
    earlier: int
    would_go: bool
    verdict: Verdict | None
    judged_at: datetime | None
    revealed_at: datetime | None = None
    complained_at: datetime | None = None
    seeded: bool = False

    def wrong(self, now: datetime) -> bool:
        """What is known by now."""
        return self.verdict == "wrong" or (self.complained_at is not None and self.complained_at <= now)


LeftOut = Literal["other_key", "before", "other_population", "not_first", "repeat", "seeded", "not_judged", "not_blind", "open"]


@dataclass(frozen=True, slots=True)
class Counted:
    """The labels that are evidence, in the order in which their mails came, and why each other one is not."""

    labels: tuple[Label, ...]
    left_out: tuple[tuple[Label, LeftOut], ...]


def counted(labels: Iterable[Label], key: str, since: datetime, now: datetime) -> Counted:
    """Which labels speak for the intent under this gate key, among mails received since then.

    Of one sender's mails of one day (UTC), and of one thread, the first counts, whatever was said of it: which one counts must not
    depend on the verdict. An error counts at once, a right answer only when nobody has complained for OPEN_FOR.
    """
    kept: list[Label] = []
    left: list[tuple[Label, LeftOut]] = []
    taken: set[tuple[str, date | None]] = set()
    for label in sorted(labels, key=lambda label: (label.received_at, label.case)):
        why = _outside(label, key, since) or _repeated(label, taken) or _unfit(label, now)
        if why:
            left.append((label, why))
        else:
            kept.append(label)
    return Counted(tuple(kept), tuple(left))


def _outside(label: Label, key: str, since: datetime) -> LeftOut | None:
    """Why the mail is none of those that would be answered by themselves."""
    if label.key != key:
        return "other_key"
    if label.received_at < since:
        return "before"
    if not label.would_go:
        return "other_population"
    return "not_first" if label.earlier else None


def _repeated(label: Label, taken: set[tuple[str, date | None]]) -> LeftOut | None:
    """Whether a mail of the same thread, or of the same sender and day, came before; remembers this one."""
    marks = {(f"thread:{label.thread}", None), (f"sender:{label.sender.lower()}", label.received_at.astimezone(UTC).date())}
    repeat = bool(marks & taken)
    taken |= marks
    return "repeat" if repeat else None


def _unfit(label: Label, now: datetime) -> LeftOut | None:
    """Why nothing can be learned from what was said of it, or not yet."""
    if label.seeded:
        return "seeded"
    if label.verdict is None or label.judged_at is None:
        return "not_judged"
    if label.revealed_at is not None and label.revealed_at <= label.judged_at:
        return "not_blind"
    return "open" if not label.wrong(now) and now < label.judged_at + OPEN_FOR else None
