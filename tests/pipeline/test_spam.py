"""Spam: who is believed, who is never suspected, and the way back."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from pipeline.case import NO_HISTORY, Case, CaseId, Decision, History, PersonId, Reason, Route, Status
from pipeline.effects import UpdateDigest
from pipeline.email import Email
from pipeline.flow import triage
from pipeline.house import assemble
from pipeline.people import Person
from pipeline.review import Move, Refused, not_spam
from pipeline.screening.spam import Judge, spam
from pipeline.stages.prefilter import screen
from tests.pipeline.letters import AT, SUPPORT, Scripted, house, mail, policies, voice, vouched

ANA = Person(PersonId("U1"), "Ana Ruiz", "ana@larkspur.example", "member")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LINKED = "Look here: https://elsewhere.example/page"


@dataclass(frozen=True)
class Scorer:
    """A SpamModel that always says the same."""

    says: float
    threshold: float = 2.0
    doubt: float = 1.0
    version: str = "scorer-1"

    def score(self, email: Email) -> float:
        return self.says


def named(email: Email, history: History = NO_HISTORY, **judge: object) -> tuple[str, Route] | None:
    found = spam(email, history, Judge(**judge))  # type: ignore[arg-type]  # the names and types are those of Judge's own fields
    return (found.name, found.at_most) if found else None


@pytest.mark.parametrize(
    ("score", "text", "expected"),
    [
        (0.9, LINKED, None),
        (1.1, LINKED, ("spam_like", Route.REVIEW)),
        (2.1, "See https://www.customer.example/page", ("spam_like", Route.REVIEW)),
        (4.1, "See https://www.customer.example/page", ("spam", Route.IGNORE)),
        (2.1, "No link at all.", ("spam_like", Route.REVIEW)),
        (2.1, "No link, but many words. " * 20, ("spam", Route.IGNORE)),
        (4.1, "No link at all.", ("spam", Route.IGNORE)),
        (2.1, LINKED, ("spam", Route.IGNORE)),
    ],
)
def test_what_links_to_its_own_sender_or_is_brief_is_doubted_for_longer(
    score: float, text: str, expected: tuple[str, Route] | None
) -> None:
    assert named(mail(text), model=Scorer(score)) == expected


def test_a_header_counts_only_where_our_own_server_writes_it() -> None:
    flagged = mail(headers=(("x-spam-flag", "YES"),))
    assert named(flagged) is None
    assert named(flagged, headers=True) == ("spam", Route.IGNORE)


def test_the_words_of_phishing_alone_are_no_spam() -> None:
    assert named(mail("Please verify your password and confirm the new bank account today.")) is None


@pytest.mark.parametrize(
    "ways", [{"list-id": "<deals.list.example>", "precedence": "list"}, {"list-unsubscribe": "<https://x.example>", "precedence": "bulk"}]
)
def test_spam_to_many_is_filed_as_spam_and_can_be_taken_back(ways: dict[str, str]) -> None:
    email = mail(LINKED, headers=tuple(ways.items()))
    own = frozenset({"support@larkspur.example"})
    doubted, sure = (screen(email, own, NO_HISTORY, judge=Judge(Scorer(score))) for score in (1.5, 9.0))
    assert sure.ignore is sure.spam is not None
    assert (doubted.ignore is None) == ("list-id" in ways), "a newsletter is filed anyway, a list's post is triaged"
    assert (doubted.spam is None) == (doubted.ignore is not None)
    taken_back = screen(email, own, replace(NO_HISTORY, cleared=True), judge=Judge(Scorer(9.0)))
    assert taken_back.ignore is None
    assert "not_spam" in {reason.name for reason in taken_back.may_answer}


@pytest.mark.parametrize("score", [2.5, 9.0])
async def test_spam_is_filed_unless_we_know_who_writes(score: float) -> None:
    sure = replace(house("support"), spam=Scorer(score), spam_headers=frozenset({SUPPORT}))
    suspicious = mail(LINKED, headers=(("x-spam-flag", "YES"),))

    async def status(email: Email, history: History = NO_HISTORY, vips: tuple[str, ...] = ()) -> Status:
        people = sure.people.model_copy(update={"vips": vips})
        return (await triage(email, SUPPORT, history, replace(sure, people=people), AT, lambda: 0.0)).status

    assert await status(suspicious) is Status.IGNORED
    assert await status(suspicious, vips=("@customer.example",)) is not Status.IGNORED
    assert await status(replace(suspicious, authentication=vouched("none")), vips=("@customer.example",)) is Status.IGNORED
    assert await status(suspicious, History(1, None, id_reused=False)) is not Status.IGNORED
    assert await status(suspicious, History(0, None, id_reused=False, cleared=True)) is Status.REVIEW


async def test_what_was_cleared_waits_for_a_person_and_says_so() -> None:
    made = await triage(mail(), SUPPORT, History(0, None, id_reused=False, cleared=True), house(), AT, lambda: 0.0)
    assert "not_spam" in {reason.name for reason in made.decision.reasons}
    assert made.decision.would_be is not Route.AUTO_SEND


async def test_the_filter_that_decided_is_named() -> None:
    made = await triage(mail(), SUPPORT, NO_HISTORY, assemble(policies(), voice(), Scripted(), Scorer(9.0)), AT, lambda: 0.0)
    assert ("spam", "scorer-1") in made.decision.versions


def case(name: str = "spam", status: Status = Status.IGNORED) -> Case:
    reasons = (Reason("prefilter", name, Route.IGNORE, "Why"),)
    decision = Decision(Route.IGNORE, Route.IGNORE, None, "support", "normal", None, reasons, ())
    return Case(CaseId(5), 1, status, SUPPORT, mail(), None, None, decision, None, None)


def test_not_spam_puts_the_mail_back_into_the_queue() -> None:
    move = not_spam(case(), 1, ANA, NOON)
    assert isinstance(move, Move)
    assert (move.action, move.actor, move.status, move.outcome) == ("not_spam", "U1", Status.QUEUED, None)
    assert move.effects == (UpdateDigest(CaseId(5), SUPPORT, 2),)


@pytest.mark.parametrize(
    ("held", "revision"),
    [(case(), 0), (case("newsletter"), 1), (case(status=Status.REVIEW), 1), (replace(case(), decision=None), 1)],
)
def test_nothing_else_is_put_back(held: Case, revision: int) -> None:
    assert isinstance(not_spam(held, revision, ANA, NOON), Refused)
