"""What buttons and forms carry: action ids, and the opaque reference to a case and its revision."""

import json
import re
from dataclasses import dataclass

from pipeline.case import CaseId

APPROVE = "review.approve"
EDIT = "review.edit"
REJECT = "review.reject"
TAKE_OVER = "review.take_over"
HOLD = "review.hold"
SHOW_MAIL = "mail.show"
SOURCES = "draft.sources"
WHY = "case.why"
WAS_RIGHT = "sent.right"
WAS_WRONG = "sent.wrong"
REVEAL = "case.reveal"
MAIL_PAGE = "mail.page"
NOT_SPAM = "digest.not_spam"
SECOND_RIGHT = "second.right"
SECOND_WRONG = "second.wrong"
GATE_OPEN = "gate.open"
GATE_CLEAR = "gate.clear"
OPEN_CARD = "backlog.open"
HOME_PAGE = "home.page"
HOME_OPEN = "home.open"

POLICY_RULE = "policy.rule"
POLICY_NEW = "policy.new"
POLICY_PAGE = "policy.page"
POLICY_HISTORY = "policy.history"
POLICY_ROLLBACK = "policy.rollback"
POLICY_LOOK = "policy.look"
POLICY_APPROVE = "policy.approve"
POLICY_REFUSE = "policy.refuse"

EDIT_FORM = "edit.form"
REJECT_FORM = "reject.form"
WRONG_FORM = "wrong.form"
GATE_FORM = "gate.form"
MAIL_VIEW = "mail.view"
NOTICE_VIEW = "notice.view"
HOME_VIEW = "home.view"

POLICY_VIEW = "policy.view"
POLICY_FORM = "policy.form"

CARD_EVENT = "triage_card"
DIGEST_EVENT = "triage_digest"
NOTE_EVENT = "triage_note"

VALUE = re.compile(r"(?P<case>[1-9][0-9]{0,17})\.(?P<revision>[0-9]{1,9})(?:\.(?P<page>[0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class Ref:
    """A case as a card showed it; `page` (from 0) is used by what is shown in pages."""

    case: CaseId
    revision: int
    page: int = 0


def write(ref: Ref) -> str:
    """The `value` of a button: "17.3", or "17.3.2" for a page."""
    return f"{ref.case}.{ref.revision}.{ref.page}" if ref.page else f"{ref.case}.{ref.revision}"


def read(value: str) -> Ref | None:
    """The reference in a button's `value`, or None where it is none of ours."""
    match = VALUE.fullmatch(value)
    return Ref(CaseId(int(match["case"])), int(match["revision"]), int(match["page"] or 0)) if match else None


@dataclass(frozen=True, slots=True)
class FormRef:
    """What a form was opened on: the case, the draft's digest, and the channel (and thread) of the card.

    `test`: what it showed was a known-bad draft, whose words must never come back into the true one.
    """

    case: CaseId
    revision: int
    sha256: str
    channel: str
    thread: str
    test: bool = False


def write_form(ref: FormRef) -> str:
    """The `private_metadata` of a form."""
    held = {"case": ref.case, "revision": ref.revision, "sha256": ref.sha256, "channel": ref.channel, "thread": ref.thread}
    return json.dumps(held | ({"test": True} if ref.test else {}), separators=(",", ":"))


def read_form(metadata: str) -> FormRef | None:
    """The reference in a form's `private_metadata`, or None where it is none of ours."""
    try:
        held = json.loads(metadata)
        where = (str(held["channel"]), str(held["thread"]))
        return FormRef(CaseId(int(held["case"])), int(held["revision"]), str(held["sha256"]), *where, held.get("test") is True)
    except (ValueError, KeyError, TypeError):
        return None
