"""What we know beside the mail, and the facts that rules may ask for."""

from collections.abc import Sequence

from pipeline.case import Classification, Contact, Context, History, Reason
from pipeline.email import Email, MailboxId
from pipeline.people import People
from pipeline.policy.facts import UNKNOWN_CUSTOMER, Customer, Facts

CRM = "the CRM"
"""What the CRM is called among what is missing."""
NO_CONTEXT = Context(vip=False, known=False, earlier=0)


def enrich(email: Email, history: History, people: People) -> Context:
    """What our own memory and people.json say of the sender; both count only where the mail is authenticated."""
    vip = people.is_vip(email)
    known = vip or (history.earlier > 0 and email.authentication.verdict == "pass")
    return Context(vip=vip, known=known, earlier=history.earlier)


def facts(
    email: Email,
    mailbox: MailboxId,
    context: Context = NO_CONTEXT,
    classification: Classification | None = None,
    cautions: Sequence[Reason] = (),
) -> Facts:
    """The case as rules see it; without a classification there is no intent, and no flags."""
    return Facts(
        sender=email.sender.address,
        verdict=email.authentication.verdict,
        vip=context.is_vip or (None if CRM in context.missing else False),
        known=context.known,
        earlier=context.earlier,
        mailbox=mailbox,
        subject=_sound(email.subject),
        reply=_sound(email.reply),
        text=_sound(email.text),
        intent=classification.intent if classification else "",
        urgency=classification.urgency if classification else "normal",
        confidence=classification.confidence if classification else None,
        flags=classification.policy_flags if classification else (),
        language=email.language,
        attachments=email.attachments,
        received_at=email.received_at,
        cautions=frozenset(caution.name for caution in cautions),
        customer=_customer(context.contact),
    )


def _customer(contact: Contact | None) -> Customer:
    """What rules may ask of the CRM. Of somebody it does not know it says that there is no deal; of nobody asked, nothing."""
    if contact is None:
        return UNKNOWN_CUSTOMER
    return Customer(bool(contact.open_deals), contact.deal_size, contact.lifecycle or None)


def _sound(text: str) -> str:
    """The text without lone surrogates, which google-re2 cannot read."""
    return text.encode("utf-8", "replace").decode("utf-8")
