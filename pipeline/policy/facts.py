"""All that a rule may know of a case, as one value."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from pipeline.case import Urgency
from pipeline.email import Attachment, MailboxId, Verdict

Flag = Literal[
    "legal",
    "payment",
    "payment_change",
    "prompt_injection",
    "anger",
    "urgent",
    "outage",
    "privacy",
    "security",
    "secrets",
    "spam",
]
"""What the wording of a mail can say; the list is closed, so that nothing in a mail can invent one."""

Caution = Literal[
    "lookalike_domain",
    "mixed_scripts",
    "display_name",
    "sender_name",
    "routed_address",
    "sender_differs",
    "reply_to_differs",
    "several_reply_to",
    "several_senders",
    "several_headers",
    "malformed_sender",
]
"""What the sender's form can say: tricks by which one sender is taken for another."""

FLAGS: tuple[Flag, ...] = get_args(Flag)


@dataclass(frozen=True, slots=True)
class Customer:
    """What the CRM and the helpdesk say of the sender; None where they do not say. `deal_size` in the CRM's own currency."""

    open_deal: bool | None = None
    deal_size: float | None = None
    lifecycle: str | None = None
    open_tickets: int | None = None


UNKNOWN_CUSTOMER = Customer()


@dataclass(frozen=True, slots=True)
class Facts:
    """A case as rules see it. `text` is everything readable, `reply` the newest text.

    `vip` is None where the CRM, which might say so, did not answer; `confidence` before the intent is known. `received_at` is aware.
    """

    sender: str
    verdict: Verdict
    vip: bool | None
    known: bool
    earlier: int
    mailbox: MailboxId
    subject: str
    reply: str
    text: str
    intent: str
    urgency: Urgency
    confidence: float | None
    flags: tuple[str, ...]
    language: str
    attachments: tuple[Attachment, ...]
    received_at: datetime
    cautions: frozenset[str] = frozenset()
    customer: Customer = UNKNOWN_CUSTOMER
