"""What an answer of Microsoft Graph means to us: try again, or tell somebody."""

from datetime import timedelta

from pipeline.email import MailboxId
from pipeline.errors import Permanent, Temporary

PASSING = frozenset(
    {
        "ApplicationThrottled",
        "ErrorBatchProcessingStopped",
        "ErrorConnectionFailed",
        "ErrorInternalServerTransientError",
        "ErrorIrresolvableConflict",
        "ErrorMailboxMoveInProgress",
        "ErrorMailboxStoreUnavailable",
        "ErrorQuotaExceeded",
        "ErrorServerBusy",
        "ErrorTimeoutExpired",
        "ErrorTooManyObjectsOpened",
        "MailboxConcurrency",
        "RequestBroker--ParseUri",
    }
)
"""Graph's words for "not now", whatever the status says."""
EXPIRED = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
SENTENCES = {
    "ErrorAccessDenied": "The app may not use this mailbox. Grant Mail.ReadWrite and Mail.Send, and include the mailbox in its scope.",
    "ErrorInvalidUser": "There is no such mailbox. Check its address.",
    "ErrorMessageSizeExceeded": "The mail is larger than the mailbox takes.",
    "ErrorMimeContentInvalid": "The mail was not understood.",
    "ErrorSendAsDenied": "The mailbox may not send under this From address.",
    "MailboxNotEnabledForRESTAPI": "This mailbox is not on Exchange Online, or has no licence.",
    "ResourceNotFound": "There is no such mailbox, or what was asked for is gone.",
}


class NotThere(Permanent):
    """404: the message, folder or subscription does not exist (any more)."""


class Expired(Temporary):
    """410: the cursor is too old; start again from a time."""


def verdict(mailbox: MailboxId, what: str, status: int, code: str, retry_after: str) -> Temporary | Permanent:
    """The error that an answer of 400 or more stands for; `what` says what was tried."""
    wish = timedelta(seconds=int(retry_after)) if retry_after.isdigit() else None
    if status == 410 or code.lower() in EXPIRED:
        return Expired(f"Microsoft has forgotten where {what} in {mailbox} had come to.")
    if status == 429:
        return Temporary(f"Microsoft asks us to slow down at {what} in {mailbox}.", wish)
    if status >= 500 or status in (401, 408, 409, 412, 423, 425) or code in PASSING:
        return Temporary(f"Microsoft answered {status} {code} to {what} in {mailbox}.", wish)
    sentence = SENTENCES.get(code, "")
    refused = f"Microsoft refused {what} in {mailbox} ({status} {code}). {sentence}".strip()
    return NotThere(refused) if status == 404 else Permanent(refused)
