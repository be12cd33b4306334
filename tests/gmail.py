"""A local Gmail for tests, and our mailbox on it through Google's own client."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

from bot.buckets import alone
from bot.budget import Budget, gmail_units
from bot.mailbox.gmail import GmailMailbox, connect
from bot.mailbox.gmail_settings import GmailSettings
from sandbox.mail.gmail.oauth import Key
from sandbox.mail.gmail.serve import LocalGmail, local_gmail
from tests.bot.scene import INBOX, mail

SEND_ID = "5c9ee5e1-0d0b-4b60-9f0c-0d9f4b2b1a11"


@cache
def key() -> Key:
    """One RSA key for the whole run: making it takes a moment."""
    return Key()


@dataclass
class Kept:
    """The Memory port in memory; `saves` are all that was ever saved."""

    saves: list[dict[str, object]] = field(default_factory=list)

    async def load(self) -> Mapping[str, object]:
        return self.saves[-1] if self.saves else {}

    async def save(self, kept: Mapping[str, object]) -> None:
        self.saves.append(dict(kept))


@dataclass
class World:
    """A Gmail, and where our mailbox keeps its credentials and its memory."""

    gmail: LocalGmail
    folder: Path
    memory: Kept = field(default_factory=Kept)

    def settings(self, **changed: Any) -> GmailSettings:
        file = self.folder / "gmail.json"
        file.write_text(self.gmail.oauth.refresh_file(self.gmail.token_uri))
        made = {
            "kind": "gmail", "address": INBOX, "credentials": file, "api_endpoint": self.gmail.url, "token_uri": self.gmail.token_uri,
            "certs_url": self.gmail.certs_url, "timeout_seconds": 5, "settles_seconds": 20, "units_per_minute": 600_000,
        }  # fmt: skip
        return GmailSettings(**{**made, **changed})

    def mailbox(self, budget: Budget | None = None, **changed: Any) -> GmailMailbox:
        """Our mailbox as after a start: it remembers what `memory` holds."""
        settings = self.settings(**changed)
        return connect(settings, self.memory, budget or alone(gmail_units(settings.units_per_minute), INBOX))

    async def take(self, mailbox: GmailMailbox, most: int = 50) -> list[str]:
        """Read until there is nothing new; the sources in their order."""
        taken = []
        while arrivals := await mailbox.arrivals(most):
            for arrival in arrivals:
                await mailbox.taken(arrival.source)
                taken.append(arrival.source)
        return taken


@asynccontextmanager
async def gmail_world(folder: Path) -> AsyncIterator[World]:
    async with local_gmail(INBOX, key()) as gmail:
        gmail.quota.per_minute = 1_000_000
        yield World(gmail, folder)


def reply(to: str = "a", send_id: str = SEND_ID) -> bytes:
    """A reply as compose makes it, to the mail whose Message-ID is `to`@customers.example."""
    message = EmailMessage()
    message["From"], message["To"] = INBOX, "Carla Customer <carla@customers.example>"
    message["Subject"] = "Re: When do you open?"
    message["Message-ID"] = f"<{send_id}@{INBOX.rpartition('@')[2]}>"
    message["In-Reply-To"] = message["References"] = f"<{to}@customers.example>"
    message["X-Triage-Send-Id"] = send_id
    message.set_content("We open at nine.\n")
    return message.as_bytes()


__all__ = ["INBOX", "SEND_ID", "Kept", "World", "gmail_world", "key", "mail", "reply"]
