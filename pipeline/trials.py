"""The tests that a rulebook carries: each mail is decided as its test says, and no two rules contradict each other on it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.case import NO_HISTORY, Classification, Context, Decision
from pipeline.email import Address, Attachment, Authentication, Email, MailboxId
from pipeline.house import House
from pipeline.policy.evaluate import highest, signals
from pipeline.policy.rulebook import Letter, Trial
from pipeline.stages.enrich import enrich, facts
from pipeline.stages.prefilter import screen
from pipeline.stages.route import route

CONFLICTS = ("owner_conflict", "template_conflict")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one test: empty `wrong` where all is as expected, else a sentence for each difference."""

    name: str
    wrong: tuple[str, ...]
    decision: Decision


def outcomes(house: House) -> Iterator[Outcome]:
    """Run every test of the rulebook. No model is asked: a test says what the mail is taken for."""
    for trial in house.rulebook.tests:
        seen, decision = _decided(trial, house)
        yield Outcome(trial.name, tuple(_wrong(trial, seen, decision)), decision)


def _decided(trial: Trial, house: House) -> tuple[Classification, Decision]:
    mailbox = MailboxId(trial.mail.mailbox or next(iter(house.people.inboxes)))
    email = _email(trial.mail, mailbox)
    ours = house.people
    said = signals(house.rulebook, facts(email, mailbox))
    intent = house.intents.get(trial.intent)
    owner, own = (intent.owner, intent.urgency) if intent else (house.team_of(mailbox), "normal")
    seen = Classification(trial.intent, highest([own, said.urgency]), owner, said.flags, trial.confidence, "", "test")
    found = enrich(email, NO_HISTORY, ours)
    known = found.known or (trial.mail.earlier > 0 and email.authentication.verdict == "pass")
    cautions = screen(email, ours.own_addresses(), NO_HISTORY, ours.watched(), None, ours.forms()).may_answer
    return seen, route(email, mailbox, seen, Context(found.vip, known, trial.mail.earlier), house, cautions)


def _email(letter: Letter, mailbox: MailboxId) -> Email:
    sender = Address(letter.name, letter.sender)
    return Email(
        source="test",
        message_id=f"test@{sender.domain}",
        thread_id=f"test@{sender.domain}",
        sender=sender,
        reply_to=(),
        to=(Address("", mailbox),),
        cc=(),
        subject=letter.subject,
        sent_at=letter.received_at,
        received_at=letter.received_at,
        in_reply_to="",
        references=(),
        text=letter.text,
        reply=letter.text,
        language=letter.language,
        attachments=tuple(Attachment(file.name, file.media_type, file.size) for file in letter.attachments),
        headers=(),
        authentication=Authentication(letter.authenticated, sender.domain, "as the test says"),
        defects=(),
        quarantined=None,
    )


def _wrong(trial: Trial, seen: Classification, decision: Decision) -> Iterator[str]:
    expect = trial.expect
    spoke = {reason.name for reason in decision.reasons if reason.speaker == "rule"}
    yield from (reason.text for reason in decision.reasons if reason.speaker == "rule" and reason.name in CONFLICTS)
    yield from (f"the rule {name} does not speak" for name in expect.speaking if name not in spoke)
    yield from (f"the rule {name} speaks" for name in expect.silent if name in spoke)
    pairs: tuple[tuple[str, object, object], ...] = (
        ("route", expect.route, decision.would_be),
        ("owner", expect.owner, decision.owner),
        ("urgency", expect.urgency, decision.urgency),
        ("template", expect.template, decision.template),
        ("flags", _sorted(expect.flags), _sorted(seen.policy_flags)),
        ("tags", _sorted(expect.tags), _sorted(decision.tags)),
        ("notify", _sorted(expect.notify), _sorted(decision.notify)),
        ("second_approver", expect.second_approver, decision.second_approver),
    )
    for what, wanted, found in pairs:
        if wanted is not None and wanted != found:
            yield f"{what} is {found or 'none'}, not {wanted or 'none'}"


def _sorted(names: tuple[str, ...] | None) -> str | None:
    return None if names is None else ", ".join(sorted(names))
