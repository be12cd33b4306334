"""Who gets an answer: decided here, by code alone."""

from pipeline.email import Address, Email


def recipient(email: Email) -> Address:
    """The one address that an approved reply goes to: the author of the mail, as From names them."""
    return email.sender
