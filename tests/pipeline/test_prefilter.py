"""What is ignored, and what a person must see: judged by form alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.case import NO_HISTORY, CaseId, History, Route
from pipeline.email import Address, Attachment, Authentication, Email, Verdict
from pipeline.screening.spam import Judge
from pipeline.stages.prefilter import Screening, screen

US = frozenset({"support@us.example", "hello@us.example"})
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANN = Email(
    source="s",
    message_id="1@shop.example",
    thread_id="1@shop.example",
    sender=Address("Ann", "ann@shop.example"),
    reply_to=(),
    to=(Address("", "support@us.example"),),
    cc=(),
    subject="My order",
    sent_at=AT,
    received_at=AT,
    in_reply_to="",
    references=(),
    text="Where is my order?",
    reply="Where is my order?",
    language="en",
    attachments=(),
    headers=(),
    authentication=Authentication("pass", "shop.example", ""),
    defects=(),
    quarantined=None,
)


def headed(email: Email = ANN, /, **headers: str) -> Email:
    return replace(email, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()))


def said(text: str, email: Email = ANN) -> Email:
    return replace(email, text=text, reply=text)


def judged(email: Email, history: History = NO_HISTORY) -> Screening:
    return screen(email, US, history, judge=Judge(headers=True))


def ignored(email: Email, history: History = NO_HISTORY) -> str | None:
    found = judged(email, history).ignore
    assert found is None or (found.speaker == "prefilter" and found.at_most is Route.IGNORE)
    return found.name if found else None


def cautions(email: Email, history: History = NO_HISTORY) -> dict[str, Route]:
    found = judged(email, history)
    assert found.ignore is None
    return {reason.name: reason.at_most for reason in found.may_answer}


def test_an_ordinary_mail_goes_on_without_a_word() -> None:
    assert judged(ANN) == Screening(None, None, ())


REPORT = headed(said("The mail could not be delivered"), content_type="multipart/report; report-type=delivery-status")
DAEMON = replace(ANN, sender=Address("", "mailer-daemon@mx.example"), subject="failure notice")


@pytest.mark.parametrize(
    ("email", "name"),
    [
        (REPORT, "bounce"),
        (replace(REPORT, headers=(*REPORT.headers, ("dsn-action", "delayed"))), "delay"),
        (headed(REPORT, content_type="multipart/report; report-type=feedback-report"), "feedback_report"),
        (headed(REPORT, content_type="multipart/report; report-type=disposition-notification"), "auto_reply"),
        (DAEMON, "bounce"),
        (replace(DAEMON, subject="Warning: message delayed 24 hours"), "delay"),
        (headed(x_failed_recipients="bob@x.example"), "bounce"),
        (headed(replace(ANN, subject="Undeliverable: Hello"), return_path="<>"), "bounce"),
        (said("<bob@x.example>: 550 5.1.1 User unknown", replace(ANN, subject="Mail delivery failed")), "bounce"),
        (headed(auto_submitted="auto-replied (vacation)"), "auto_reply"),
        (headed(precedence="auto_reply"), "auto_reply"),
        (headed(x_autoreply="yes"), "auto_reply"),
        (headed(replace(ANN, subject="Automatic reply: Order"), x_auto_response_suppress="All"), "auto_reply"),
        (headed(replace(ANN, subject="Abwesenheitsnotiz: Urlaub"), auto_submitted="auto-generated"), "auto_reply"),
        (headed(x_boxtrapper="x"), "challenge"),
        (headed(replace(ANN, subject="Please confirm your message"), return_path="<>"), "challenge"),
        (headed(x_triage_send_id="7"), "own"),
        (replace(ANN, sender=Address("Us", "hello@us.example")), "own"),
        (headed(x_spam_flag="YES"), "spam"),
        (headed(x_spam_status="Yes, score=9.1"), "spam"),
        (headed(x_ms_exchange_organization_scl="6"), "spam"),
        (
            said("You won the LOTTERY of 5 million dollars. Act now, risk-free!", replace(ANN, subject="CONGRATULATIONS WINNER", to=())),
            "spam",
        ),
        (headed(said("Our spring sale has begun."), list_unsubscribe="<https://x.example/u>"), "newsletter"),
        (headed(said("Our spring sale has begun."), precedence="bulk"), "newsletter"),
        (
            headed(said("Have we told you of our sale?"), list_id="<x.example>", list_unsubscribe_post="List-Unsubscribe=One-Click"),
            "newsletter",
        ),
    ],
)
def test_what_needs_no_answer_is_ignored(email: Email, name: str) -> None:
    assert ignored(email) == name


def test_a_second_delivery_is_ignored_and_names_the_first() -> None:
    found = judged(ANN, History(0, CaseId(41), False)).ignore
    assert found is not None
    assert (found.name, "41" in found.text) == ("duplicate", True)


def test_a_quarantined_mail_is_never_ignored() -> None:
    assert ignored(replace(REPORT, quarantined="This mail was not read.")) is None


@pytest.mark.parametrize(
    "email",
    [
        pytest.param(headed(x_auto_response_suppress="DR, OOF, AutoReply"), id="Exchange"),
        pytest.param(headed(list_id="<support.us.example>", list_unsubscribe="<x>", precedence="list"), id="our own group address"),
        pytest.param(headed(list_unsubscribe="<x>"), id="a customer whose CRM adds unsubscribe links"),
        pytest.param(headed(said("Please cancel my subscription."), precedence="bulk"), id="a request without a question"),
        pytest.param(headed(list_id="<dev.tool.example>"), id="a list post that asks us"),
        pytest.param(headed(said("Version 2 is out."), list_id="<dev.tool.example>"), id="a list post that asks nothing"),
        pytest.param(headed(replace(ANN, to=()), precedence="bulk"), id="a question with a header that machines set"),
        pytest.param(replace(ANN, subject="Delivery failed: parcel not delivered"), id="a lost parcel"),
        pytest.param(replace(ANN, subject="Out of office hours support?"), id="a question about hours"),
        pytest.param(replace(ANN, sender=Address("", "postmaster@shop.example")), id="a postmaster who asks"),
        pytest.param(headed(replace(ANN, subject="Re: Sorting"), x_tmda_fingerprint="x"), id="a user of a challenge filter"),
        pytest.param(headed(auto_submitted="no"), id="Auto-Submitted: no"),
        pytest.param(headed(auto_submitted="auto-generated"), id="a form"),
        pytest.param(headed(return_path="<>"), id="a null return path alone"),
        pytest.param(replace(ANN, to=()), id="Bcc"),
        pytest.param(said("Is the risk-free trial 100% free, and can I opt out later?"), id="words of spam in an honest mail"),
        pytest.param(replace(ANN, attachments=(Attachment("", "message/delivery-status", 9),)), id="a bounce forwarded by a person"),
        pytest.param(replace(ANN, subject="Re: Undeliverable: your mail", in_reply_to="x@us.example"), id="an answer about a bounce"),
        pytest.param(replace(ANN, sender=Address("Form", "hello@us.example"), reply_to=(Address("", "bob@x.example"),)), id="our web form"),
    ],
)
def test_whatever_a_person_may_have_written_goes_on(email: Email) -> None:
    assert ignored(email) is None


def test_nothing_in_a_thread_of_ours_is_taken_for_bulk_or_spam() -> None:
    ours = History(2, None, False)
    assert ignored(headed(said("Thanks, solved."), precedence="bulk"), ours) is None
    assert ignored(headed(x_spam_flag="YES"), ours) is None


def test_a_forger_of_our_address_is_not_us() -> None:
    forged = replace(ANN, sender=Address("", "hello@us.example"), authentication=Authentication("fail", "us.example", ""))
    assert cautions(forged) == {"own_address": Route.REVIEW}


@pytest.mark.parametrize(
    ("email", "name", "at_most"),
    [
        (headed(x_auto_response_suppress="All"), "suppression_header", Route.REVIEW),
        (headed(list_unsubscribe="<x>"), "list_headers", Route.REVIEW),
        (headed(x_loop="us"), "loop_header", Route.REVIEW),
        (headed(return_path="<>"), "null_return_path", Route.REVIEW),
        (headed(auto_submitted="auto-generated"), "notification", Route.REVIEW),
        (replace(ANN, subject="Out of office: back on Monday"), "notification", Route.REVIEW),
        (replace(ANN, sender=Address("", "no-reply@shop.example")), "no_reply_sender", Route.REVIEW),
        (replace(ANN, to=()), "not_addressed", Route.REVIEW),
        (replace(ANN, reply_to=(Address("", "ann@evil.test"),)), "reply_to_differs", Route.REVIEW),
        (replace(ANN, defects=("hidden text",)), "hidden_text", Route.REVIEW),
        (replace(ANN, defects=("invisible characters",)), "invisible_characters", Route.REVIEW),
        (replace(ANN, defects=("shortened",)), "shortened", Route.REVIEW),
        (replace(ANN, defects=("signed",)), "signed", Route.REVIEW),
        (replace(ANN, defects=("several From addresses",)), "several_senders", Route.HUMAN),
        (replace(ANN, defects=("malformed From",)), "malformed_sender", Route.HUMAN),
        (replace(ANN, defects=("several Subject headers",)), "several_headers", Route.HUMAN),
        (replace(ANN, defects=("calendar invite",)), "calendar_invite", Route.HUMAN),
        (replace(ANN, defects=("encrypted",)), "encrypted", Route.HUMAN),
        (said("  "), "no_text", Route.HUMAN),
    ],
)
def test_what_is_odd_limits_who_may_answer(email: Email, name: str, at_most: Route) -> None:
    assert cautions(email)[name] is at_most


@pytest.mark.parametrize(
    ("verdict", "form", "visitors", "cautioned"),
    [
        ("pass", "form@us-site.example", ("ann@shop.example",), set()),
        ("none", "form@us-site.example", ("ann@shop.example",), {"reply_to_differs"}),
        ("fail", "form@us-site.example", ("ann@shop.example",), {"reply_to_differs"}),
        ("pass", "form@other-site.example", ("ann@shop.example",), {"reply_to_differs"}),
        ("pass", "form@us-site.example", ("ann@shop.example", "bob@shop.example"), {"reply_to_differs", "several_reply_to"}),
    ],
)
def test_only_a_listed_and_authenticated_contact_form_may_name_somebody_else(
    verdict: Verdict, form: str, visitors: tuple[str, ...], cautioned: set[str]
) -> None:
    email = replace(
        ANN,
        sender=Address("Contact form", form),
        reply_to=tuple(Address("", visitor) for visitor in visitors),
        authentication=Authentication(verdict, "us-site.example", ""),
    )
    found = screen(email, US, NO_HISTORY, contact_forms=frozenset({"form@us-site.example"}))
    assert {reason.name for reason in found.may_answer} == cautioned


def test_a_reused_id_goes_to_a_person() -> None:
    assert cautions(ANN, History(1, None, True)) == {"id_reused": Route.HUMAN}


def test_our_address_with_a_tag_is_ours() -> None:
    assert cautions(replace(ANN, to=(Address("", "support+eu@us.example"),))) == {}


def test_every_reason_is_a_sentence() -> None:
    defects = ("hidden text", "signed", "encrypted", "malformed From", "several To headers")
    everything = replace(headed(x_loop="a", return_path="<>"), defects=defects, to=(), reply_to=(Address("", "x@y.example"),))
    assert len(judged(everything).may_answer) == 9
    assert all(reason.text[0].isupper() and reason.text.endswith(".") for reason in judged(everything).may_answer)
