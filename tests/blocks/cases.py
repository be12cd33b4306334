"""Cases in every state, for drawing and for clicking."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.case import (
    Agreed,
    Case,
    CaseId,
    Cited,
    Classification,
    Contact,
    Context,
    Deal,
    Decision,
    Draft,
    Finding,
    Looked,
    Outcome,
    OutcomeKind,
    Reason,
    Route,
    Slot,
    Status,
)
from pipeline.email import Address, Attachment, Authentication, Email, MailboxId

SUPPORT = MailboxId("support@larkspur.example")
NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
GATE = Reason("gate", "unpromoted", Route.REVIEW, "The intent pricing has not been promoted")
CEILING = Reason("intent", "pricing", Route.AUTO_SEND, "Pricing questions may be answered by themselves")
SEVERAL = Reason("intent", "several", Route.REVIEW, "The mail asks for several things (Prices, A meeting), so a person checks all")
VIP = Reason("rule", "vip", Route.HUMAN, "The sender is a VIP: a person answers")

BOUNCED = (
    "The reply to nora@northwind.example did not arrive: there is no such address"
    " (5.1.1; it said “[address] : Recipient address rejected: User unknown”)."
)

LETTER = (
    "Hello,\n\nwe are 40 technicians in two cities and would like to move in January.\n"
    "What would that cost us a year?\n\nNora Lind\nNorthwind"
)
MAIL = Email(
    source="1",
    message_id="a1@northwind.example",
    thread_id="a1@northwind.example",
    sender=Address("Nora Lind", "nora@northwind.example"),
    reply_to=(),
    to=(Address("", SUPPORT),),
    cc=(),
    subject="What would 40 seats cost us?",
    sent_at=datetime(2026, 11, 22, 9, 58, tzinfo=UTC),
    received_at=datetime(2026, 11, 22, 9, 59, tzinfo=UTC),
    in_reply_to="",
    references=(),
    text=LETTER,
    reply=LETTER,
    language="en",
    attachments=(),
    headers=(),
    authentication=Authentication("pass", "northwind.example", "dmarc=pass by mx.larkspur.example"),
    defects=(),
    quarantined=None,
)

DRAFT = Draft(
    version=1,
    subject="Re: What would 40 seats cost us?",
    text="Hello Nora,\n\nthank you for asking. The Team plan is 12 EUR a seat and month, billed yearly: 5,760 EUR a year for 40 seats.\n\n"
    "If you tell us the day you want to start, we will send you the order form.\n\nKind regards\nLarkspur Support",
    template="pricing",
    language="en",
    slots=(Slot("first_name", "Nora", "mail:first_name"), Slot("seat_price", "12 EUR", "price:team.seat")),
    findings=(),
    author="template",
    latency_ms=3,
    cost_usd=0.0,
)

HOURS = "You will hear from us within one working day."
REWORDED = replace(
    DRAFT,
    text=f"Hi Nora,\n\nThanks for your question. {HOURS}\n\nThe Larkspur team",
    author="model",
    cited=(
        Cited("Hi Nora,", ("template:pricing:2", "mail:first_name")),
        Cited("Thanks for your question.", ("template:pricing:7",)),
        Cited(HOURS, ("template:pricing:7", "config:company.eta.normal", "kb:sync+export", "calendar:free", "price:team@2026-01-12")),
        Cited("The Larkspur team", ("template:pricing:20", "config:company.sign_off")),
    ),
    findings=(Finding("paraphrase_refused", "Written in the template's own words; a model's rewording adds “refund”.", Route.AUTO_SEND),),
)

DECISION = Decision(
    route=Route.REVIEW,
    would_be=Route.AUTO_SEND,
    template="pricing",
    owner="sales",
    urgency="normal",
    respond_by=datetime(2026, 11, 22, 16, 0, tzinfo=UTC),
    reasons=(CEILING, GATE),
    versions=(("rules", "1"),),
)

REVIEW = Case(
    id=CaseId(17),
    revision=3,
    status=Status.REVIEW,
    mailbox=SUPPORT,
    email=MAIL,
    classification=Classification("pricing", "normal", "sales", (), 0.93, "scheduling", "minilm-1"),
    context=Context(vip=False, known=True, earlier=0),
    decision=DECISION,
    draft=DRAFT,
    outcome=None,
)


def outcome(kind: OutcomeKind, why: str = "", name: str = "Ana Ruiz") -> Outcome:
    return Outcome(kind, "U0ANARUIZ0" if name else "", name, NOW, 1.0, why)


def human(case: Case) -> Case:
    """The same mail, escalated: an outline instead of a draft."""
    decision = replace(DECISION, route=Route.HUMAN, would_be=Route.HUMAN, urgency="urgent", reasons=(CEILING, VIP, GATE))
    outline = replace(DRAFT, text="- Thank for the patience\n- Name the yearly price for 40 seats\n- Offer a call this week", outline=True)
    return replace(case, status=Status.HUMAN, decision=decision, draft=outline, context=Context(vip=True, known=True, earlier=2))


HOSTILE = (
    "<!channel> <@U0ANARUIZ0> <http://evil.example|https://bank.example> https://evil.example/pay?x=1 "
    "*bold* `code` :tada: \u202egnp.exe & more"
)


def hostile() -> Case:
    """A mail whose every field tries to be more than text."""
    mail = replace(
        MAIL,
        sender=Address("<!here> Boss", "boss@larkspur-support.example"),
        subject=HOSTILE,
        text=HOSTILE * 3,
        reply=HOSTILE,
        reply_to=(Address("", "elsewhere@evil.example"),),
        authentication=Authentication("fail", "larkspur-support.example", "dmarc=fail"),
        attachments=(Attachment("<!channel>invoice.pdf.exe", "application/pdf", 41_200), Attachment("plan.png", "image/png", 1_300_000)),
    )
    found = Finding("link_unknown", "The link https://evil.example is not one of ours", Route.HUMAN)
    return replace(REVIEW, email=mail, draft=replace(DRAFT, findings=(found,), text=HOSTILE), context=Context(False, False, 0))


def long() -> Case:
    """A mail and a draft far beyond what Slack takes."""
    words = "\n\n".join(f"Paragraph {number}: " + "the shift view shows the wrong technician again. " * 12 for number in range(60))
    mail = replace(MAIL, subject="Long " * 200, text=f"{words}\n> earlier\n{words}", reply=words)
    return replace(
        REVIEW, email=mail, draft=replace(DRAFT, text=words[:9500], findings=tuple(Finding("x", "y" * 900, Route.REVIEW) for _ in range(9)))
    )


def chosen() -> Case:
    """A mail that names many addresses, and a reviewer's choice among them; the mail itself goes on to an alias."""
    mail = replace(
        MAIL,
        reply_to=(Address("Orders", "orders@elsewhere.example"),),
        to=(Address("", SUPPORT), Address("Otto", "otto@northwind.example")),
        cc=(Address("", "ceo@northwind.example"), *(Address("", f"colleague-{number}@northwind.example") for number in range(9))),
    )
    draft = replace(
        DRAFT,
        version=2,
        author="U0ANARUIZ0",
        to=("nora@northwind.example", "otto@northwind.example"),
        cc=("ceo@northwind.example",),
        forward_to="partners@larkspur.example",
    )
    return replace(REVIEW, revision=4, email=mail, draft=draft, note="Edited by Ana Ruiz")


SCHEDULED = replace(
    REVIEW,
    status=Status.SCHEDULED,
    decision=replace(DECISION, route=Route.AUTO_SEND, reasons=(CEILING,), gate_key="k1"),
    sends_at=NOW + timedelta(minutes=2),
)


def read_twice(case: Case) -> Case:
    """The same mail, which a language model read too: it asks for two things, and says so in these words."""
    assert case.classification is not None
    assert case.decision is not None
    seen = replace(case.classification, by="both", also=("scheduling",), evidence=("What would that cost us a year?", "move in January"))
    return replace(case, classification=seen, decision=replace(case.decision, reasons=(*case.decision.reasons, SEVERAL)))


def in_short(case: Case, line: str) -> Case:
    """The same mail, with a model's line about it."""
    assert case.classification is not None
    return replace(case, classification=replace(case.classification, summary=line))


STATES: dict[str, Case] = {
    "review": REVIEW,
    "review-chosen": chosen(),
    "sent-chosen": replace(chosen(), revision=6, status=Status.SENT, outcome=outcome("sent_edited")),
    "review-reworded": replace(REVIEW, draft=REWORDED, context=Context(vip=False, known=True, earlier=0, missing=("the calendar",))),
    "review-edited": replace(REVIEW, revision=4, note="Edited by Ana Ruiz", draft=replace(DRAFT, version=2, author="U0ANARUIZ0")),
    "review-promoted": replace(
        REVIEW, decision=replace(DECISION, would_be=Route.REVIEW, reasons=(replace(CEILING, at_most=Route.REVIEW),))
    ),
    "review-two": replace(REVIEW, decision=replace(DECISION, second_approver=True)),
    "review-second": replace(
        REVIEW,
        revision=4,
        decision=replace(DECISION, second_approver=True),
        note="Ana Ruiz approved it. Somebody else must approve it too before it is sent.",
        agreed=Agreed("U0ANARUIZ0", "Ana Ruiz", NOW, DRAFT.sha256),
    ),
    "human": human(REVIEW),
    "quarantined": replace(
        REVIEW,
        status=Status.QUARANTINED,
        classification=None,
        context=None,
        draft=None,
        decision=None,
        email=replace(MAIL, quarantined="The mail has 20,000 parts, so it was not opened", text="", reply=""),
    ),
    "scheduled": SCHEDULED,
    "held": replace(SCHEDULED, revision=4, status=Status.REVIEW, note="Held by Ana Ruiz"),
    "released": replace(SCHEDULED, revision=4, status=Status.APPROVED),
    "approved": replace(REVIEW, revision=4, status=Status.APPROVED, outcome=outcome("sent_as_is")),
    "sent": replace(REVIEW, revision=5, status=Status.SENT, outcome=outcome("sent_edited")),
    "bounced": replace(REVIEW, revision=6, status=Status.HUMAN, outcome=outcome("sent_edited"), note=BOUNCED),
    "auto-sent": replace(REVIEW, revision=5, status=Status.SENT, outcome=outcome("auto_sent", name="")),
    "auto-sent-right": replace(
        REVIEW, revision=6, status=Status.SENT, outcome=outcome("auto_sent", name=""), looked=Looked("U0BEN", "Ben Okafor", NOW, None)
    ),
    "auto-sent-wrong": replace(
        REVIEW, revision=6, status=Status.SENT, outcome=outcome("auto_sent", name=""), looked=Looked("U0BEN", "Ben Okafor", NOW, "leak")
    ),
    "rejected": replace(REVIEW, revision=4, status=Status.REJECTED, outcome=outcome("rejected", "wrong_answer: The price is last year's")),
    "taken-over": replace(human(REVIEW), revision=4, status=Status.TAKEN_OVER, outcome=outcome("taken_over")),
    "unknown": replace(REVIEW, revision=5, status=Status.UNKNOWN, outcome=outcome("unknown")),
    "dead": replace(
        REVIEW,
        status=Status.DEAD,
        classification=None,
        context=None,
        decision=None,
        draft=None,
        note="Five tries failed: the mail could not be read",
    ),
    "review-several": read_twice(REVIEW),
    "human-crm": replace(
        human(REVIEW), context=Context(False, True, 0, contact=Contact("Nora Lind", vip=True, deals=(Deal("Renewal", 12000.0),)))
    ),
    "human-read-twice": read_twice(human(REVIEW)),
    "human-long": in_short(human(REVIEW), "Wants a yearly price for 40 seats and a start in January"),
    "human-long-hostile": in_short(human(REVIEW), HOSTILE),
    "sent-read-twice": read_twice(replace(REVIEW, revision=6, status=Status.SENT, outcome=outcome("sent_as_is"))),
    "hostile": hostile(),
    "long": long(),
}
