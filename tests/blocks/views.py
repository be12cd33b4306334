"""Everything that blocks/ draws, by name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from blocks import backlog, card, digest, draft, edit, gate, help, home, mail, notice, reject, second, sources, stats, why, wrong
from blocks.kit import Message
from pipeline.backlog import Pile, Piled
from pipeline.case import CaseId, Route, Status
from pipeline.digest import Digest, DigestId, Filed
from pipeline.gate.account import Account, account
from pipeline.gate.demotion import Detector
from pipeline.gate.estimates import Answer, hajek
from pipeline.gate.labels import Label
from pipeline.gate.misses import Seed
from pipeline.gate.promotion import Evidence, Progress
from pipeline.gate.seeds import bad_drafts
from pipeline.gate.states import State, start
from pipeline.policy.content import Intent
from pipeline.policy.explain import Near
from pipeline.policy.language import Vip
from pipeline.ports import Figures, IntentFigures, Waiting
from pipeline.rights import Pause
from tests.blocks import policies
from tests.blocks.cases import DRAFT, HOURS, NOW, REVIEW, REWORDED, STATES, SUPPORT, read_twice

PRICING = Intent(
    name="pricing",
    title="A question about prices",
    meaning="Somebody asks what it costs.",
    examples=tuple(f"What does it cost for {seats} people?" for seats in range(14)),
    ceiling=Route.AUTO_SEND,
    template="pricing",
    owner="sales",
    reply_within="4h",
)
CHANNEL, THREAD = "C0SUPPORT1", "1700000000.000100"
OWN = frozenset({str(SUPPORT)})
BY_INTENT = (
    IntentFigures("pricing", 14, 9, 3, 1, 1, 0.0123),
    IntentFigures("support_request", 11, 4, 5, 0, 2, 1.5),
    IntentFigures("out_of_scope", 3, 0, 0, 0, 3),
)
FIGURES = Figures(NOW - timedelta(days=7), 41, 9, 5, 24, 1, 0, 840.0, 2100.0, 252_000.0, BY_INTENT, 1.5123)
NO_FIGURES = Figures(NOW - timedelta(days=7), 0, 0, 0, 0, 0, 0, None, None, None, ())
PAUSED = Pause("Ana Ruiz", NOW - timedelta(minutes=8), "Prices <!channel> change today")
WELL = (home.Health("Slack", True, "2 connections"), home.Health(SUPPORT, True, "read 4 s ago"))
ILL = (home.Health("Slack", True, "2 connections"), home.Health("sales@larkspur.example", False, "not read for 12 min: the folder is gone"))


def queue() -> list[Waiting]:
    arrived, due = NOW - timedelta(hours=2), NOW + timedelta(hours=3)
    link = "https://larkspur.example/archives/C0SUPPORT1/p1700000000000100"
    first = Waiting(
        CaseId(17), SUPPORT, Status.REVIEW, "Nora Lind", "What would 40 seats cost us?", "pricing", "normal", "sales", arrived, due, link
    )
    late = replace(
        first, case=CaseId(18), status=Status.HUMAN, sender="Otto Brand", subject="Third time I write <!channel>", urgency="urgent"
    )
    odd = replace(first, case=CaseId(19), status=Status.QUARANTINED, subject="", intent="", urgency="", respond_by=None, permalink="")
    other = replace(first, case=CaseId(20), mailbox=type(SUPPORT)("sales@larkspur.example"), subject="Invoice 2231", intent="out_of_scope")
    return [replace(late, respond_by=NOW - timedelta(minutes=25)), first, odd, other]


def filed(spam: int) -> Digest:
    """A digest with some machines' mail and so much spam: one hostile, one taken back already."""
    machine = Filed(CaseId(30), 1, "newsletter", "", "news@shop.example", "News", Status.IGNORED, "")
    plain = Filed(CaseId(40), 1, "spam", "This mail reads like spam.", "deals@win.example", "You have won", Status.IGNORED, "")
    rows = [replace(plain, case=CaseId(40 + number)) for number in range(spam)]
    if spam > 2:
        rows[1] = replace(rows[1], sender="<!channel>", subject="*Bold* <https://evil.example|bank> " * 9, why="&" * 400)
        rows[2] = replace(rows[2], status=Status.REVIEW, revision=3, cleared_by="Ana Ruiz")
    mails = (machine, replace(machine, kind="bounce"), replace(machine, kind="newsletter"), replace(machine, kind="new kind"), *rows)
    return Digest(DigestId(7), SUPPORT, NOW, mails)


def shown(**change: Any) -> home.Home:
    whole = home.Home((SUPPORT, type(SUPPORT)("sales@larkspur.example")), queue(), 0, True, FIGURES, WELL, NOW)
    return replace(whole, **change)


def pile(many: int) -> Pile:
    """Mails of a long night: urgent ones, one hostile, one opened already, one answered."""
    came = NOW - timedelta(hours=31)
    plain = Piled(
        CaseId(70), "otto@brand.example", "Copy of invoice 2231", "invoice", "normal", Route.REVIEW, Status.REVIEW, came, False, True
    )
    rows = [replace(plain, case=CaseId(70 + at), received_at=came + timedelta(minutes=13 * (at % 97))) for at in range(many)]
    rows[3] = replace(rows[3], subject="Nobody can log in", intent="account_access", urgency="urgent", would_be=Route.HUMAN, shelved=False)
    rows[5] = replace(rows[5], subject="*Bold* <!channel> <https://evil.example|bank> " * 5, sender="<@U0ANARUIZ0>", urgency="high")
    rows[6] = replace(rows[6], subject="", intent="", would_be=Route.HUMAN, status=Status.QUARANTINED)
    rows[7] = replace(rows[7], subject="Price for 40 seats", intent="pricing", urgency="high", answered=True)
    rows[8:] = [replace(row, intent=("pricing", "scheduling", "invoice")[at % 3]) for at, row in enumerate(rows[8:])]
    return Pile(DigestId(2), SUPPORT, "late", tuple(rows))


def messages() -> Iterator[tuple[str, Message]]:
    """Every message, in every state of a case."""
    for state, case in STATES.items():
        yield f"card-{state}", card.view(case)
        yield f"mail-{state}", mail.message(case)
        drawn = draft.message(case)
        if drawn is not None:
            yield f"draft-{state}", drawn
    yield "stats-figures", stats.message(FIGURES)
    yield "stats-paused", stats.message(replace(FIGURES, paused=PAUSED))
    yield "stats-by-itself", stats.message(replace(FIGURES, auto_sent=9, reverted=1, saved_minutes=312.0))
    yield "stats-rights", stats.message(FIGURES, accounts())
    yield "stats-plain", stats.plain_message(FIGURES)
    yield "stats-empty", stats.message(NO_FIGURES)
    yield "digest-spam", digest.message(filed(14), 0)
    yield "digest-more", digest.message(filed(14), 1)
    yield "digest-machines", digest.message(filed(0), 0)
    yield "pile-late", backlog.message(pile(34), 0)
    yield "pile-late-more", backlog.message(pile(34), 1)
    yield "pile-huge", backlog.message(pile(2000), 0)
    yield "pile-past", backlog.message(replace(pile(34), kind="first", days=7, filed=61), 0)
    yield "pile-nothing", backlog.message(Pile(DigestId(3), SUPPORT, "first", (), 7), 0)
    yield "draft-seeded", drawn_seeded()
    yield "second-look", second.message(REVIEW, DRAFT.text)
    yield "second-thanked", second.thanked("Ben Okafor")
    yield from policies.proposals()
    yield "help-alone", help.message()
    yield "help-unknown", help.message("polcy")


def modals() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every window."""
    mine = edit.Form("Re: price", "My own words.\n\nThey matter.", "text.0.0.3")
    yield "sources-reworded", sources.view(STATES["review-reworded"])
    yield "wrong", wrong.view(STATES["auto-sent"], CHANNEL, THREAD)
    near = [Near("vip_prices", Vip(kind="vip"))]
    yield "why-blind", why.view(STATES["review"], near, CHANNEL, THREAD)
    yield "why-asked", why.view(STATES["review"], near, CHANNEL, THREAD, open_eyes=True)
    yield "why-human", why.view(STATES["human"], [], CHANNEL, THREAD)
    yield "why-hostile", why.view(STATES["hostile"], near, CHANNEL, THREAD, open_eyes=True)
    yield "sources-edited", sources.view(replace(STATES["review-reworded"], draft=replace(REWORDED, text=f"{HOURS} Mine.", author="U1")))
    promoted = read_twice(replace(STATES["review-promoted"], draft=REWORDED))
    yield "sources-read-twice", sources.view(promoted)
    for state in ("review", "review-chosen", "hostile", "long"):
        yield f"edit-{state}", edit.view(STATES[state], CHANNEL, THREAD, OWN)
    yield "edit-conflict", edit.conflict(STATES["review-edited"], CHANNEL, THREAD, OWN, mine, "unused")
    yield "edit-decided", edit.conflict(STATES["sent"], CHANNEL, THREAD, OWN, mine, "Already approved by Ana Ruiz at 10:42 UTC.")
    yield "reject-review", reject.view(REVIEW, CHANNEL, THREAD)
    for each in accounts():
        yield f"gate-{each.standing.state}-{each.intent}", gate.evidence(each, CHANNEL)
    yield "gate-overview", gate.overview(accounts(), CHANNEL)
    yield "gate-nothing", gate.overview([], CHANNEL)
    yield "mail-page", mail.view(STATES["hostile"], 0, CHANNEL, THREAD)
    yield "mail-middle", mail.view(STATES["long"], 1, CHANNEL, THREAD)
    yield from policies.windows()
    yield (
        "notice-refused",
        notice.view("Not done", "Guests cannot answer mail for support@larkspur.example. Ask an approver of this inbox."),
    )


def drawn_seeded() -> Message:
    """A draft with a planted error, which looks like any other."""
    assert REVIEW.draft is not None
    drawn = draft.message(replace(REVIEW, seeded=bad_drafts(REVIEW.draft)[0]))
    assert drawn is not None
    return drawn


def accounts() -> list[Account]:
    """An intent in each state: with its labels, without anything, promoted, and so on."""
    began, seen = NOW - timedelta(days=40), 40
    labels = [(label(number, began + timedelta(hours=3 * number)), 0.97) for number in range(seen)]
    odd = [replace(label(seen + n, NOW - timedelta(hours=n)), would_go=n % 2 == 0, earlier=n % 3) for n in range(9)]
    old = [(replace(label(100 + n, began - timedelta(days=n)), key="old"), 0.95) for n in range(180)]
    looks = [Seed(approved=False)] * 39 + [Seed(approved=True)]
    looked = hajek([Answer(1.0, wrong) for wrong in (*[False] * 198, True, True)] + [Answer(0.1, None)] * 140)
    learning = account(PRICING, start("pricing", "key", began), [*labels, *((each, 0.91) for each in odd), *old], looks, NOW)
    unseen = account(PRICING.model_copy(update={"careful": True}), start("invoice", "key", began), [], [], NOW)
    enough = Progress(Evidence(230, 0), learning.progress.terms, 0.1)
    eligible = replace(learning, progress=enough, standing=replace(learning.standing, state=State.ELIGIBLE), left_out={})
    right = replace(eligible.standing, state=State.AUTO_SEND, watched_from=NOW)
    watching = (Detector().after(False).after(True), Detector().after(False))
    return [
        learning,
        replace(unseen, intent="invoice"),
        replace(eligible, intent="scheduling"),
        replace(eligible, intent="support", standing=right, detectors=watching, answers=340, estimate=looked),
        replace(eligible, intent="referral", standing=replace(right, state=State.SUSPENDED, suspected=(17,))),
        replace(eligible, intent="account_access", standing=replace(right, state=State.DEMOTED, watched_from=None)),
    ]


def label(case: int, at: datetime) -> Label:
    return Label(case, "key", f"thread {case}", f"sender {case}", at, 0, True, "wrong" if case == 7 else "right", at)


def homes() -> Iterator[tuple[str, dict[str, Any]]]:
    """The Home tab in its states."""
    yield "home-queue", home.view(shown())
    leaving = [replace(queue()[1], status=Status.SCHEDULED)]
    yield "home-scheduled", home.view(shown(waiting=leaving, more=False, figures=replace(FIGURES, paused=PAUSED)))
    yield "home-second-page", home.view(shown(page=1, more=False, health=ILL))
    yield "home-empty", home.view(shown(waiting=[], more=False))
    yield "home-first-day", home.view(shown(waiting=[], more=False, figures=NO_FIGURES))
    yield "home-stranger", home.view(shown(mailboxes=(), waiting=[], more=False))
