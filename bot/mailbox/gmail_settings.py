"""What an operator says about a Gmail mailbox; readable without Google's libraries."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.budget import LONG_PATIENCE
from bot.mailbox.authentication import Dkim


class GmailSettings(BaseModel):
    """One `[[mailboxes]]` table of triage.toml whose kind is "gmail"."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["gmail"]
    address: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]
    credentials: Path
    """A refresh token ("authorized_user", as Google's consent tools write it) or a service account's key, which acts as `address`."""
    authserv_ids: tuple[str, ...] = ("mx.google.com",)
    dkim: Dkim = "required"
    backlog_days: int = Field(default=0, ge=0, le=90)
    """So many days of old mail are read in a dry run, once; 0: begin at now."""
    trust_spam_headers: bool = True
    topic: Annotated[str, StringConstraints(pattern=r"^projects/[^/]+/topics/[^/]+$")] | None = None
    """The Pub/Sub topic on which Gmail tells of changes; without it the mailbox is only polled."""
    push_audience: str | None = None
    push_account: str | None = None
    """Audience and service account of the push subscription: whose signed notifications are believed."""
    poll_seconds: float = Field(default=10.0, gt=0)
    timeout_seconds: float = Field(default=30.0, gt=0)
    """The longest that one call may last; no request begins later than that."""
    settles_seconds: float = Field(default=120.0, gt=0)
    """How long after a send of unknown end the draft is left alone."""
    units_per_minute: int = Field(default=6000, ge=1000)
    """The quota of one user; three quarters of it are used, by all processes together."""
    api_endpoint: str = "https://gmail.googleapis.com"
    token_uri: str | None = None
    certs_url: str = "https://www.googleapis.com/oauth2/v1/certs"

    @property
    def settles_within(self) -> timedelta:
        return timedelta(seconds=self.settles_seconds)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        wait = LONG_PATIENCE.total_seconds()
        if self.settles_seconds <= 2 * self.timeout_seconds + wait:
            raise ValueError(
                f"settles_seconds must be more than twice timeout_seconds plus {wait:.0f}, or a late request could overtake the next"
            )
        if (self.push_audience is None) != (self.push_account is None):
            raise ValueError("push_audience and push_account belong together: set both or neither")
        return self
