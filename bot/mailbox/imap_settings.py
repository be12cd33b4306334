"""What an operator says of a mailbox on a mail server: where to read, where to send, how both are secured."""

import ipaddress
import os
import ssl
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from bot.mailbox.authentication import Dkim
from pipeline.errors import Misconfigured

Security = Literal["tls", "starttls", "none"]
IMAP_PORTS: dict[Security, int] = {"tls": 993, "starttls": 143, "none": 143}
SMTP_PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "none": 25}


class ImapSettings(BaseModel):
    """One `[[mailboxes]]` table of triage.toml whose kind is "imap". The password itself stands in an environment variable only."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["imap"] = "imap"
    address: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]
    password_env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")]
    username: str | None = None
    """The address, where nothing is said."""
    imap_host: str
    imap_port: int | None = Field(default=None, ge=1, le=65535)
    imap_tls: Security = "tls"
    smtp_host: str | None = None
    """The IMAP host, where nothing is said."""
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    smtp_tls: Security = "tls"
    smtp_sign_in: bool = True
    """False for a relay that knows us by our network address."""
    allow_plain: bool = False
    """Let passwords and mails go unencrypted to another machine."""
    ca_file: Path | None = None
    """Certificates of an authority that the system does not know."""
    inbox: str = "INBOX"
    drafts: str | None = None
    sent: str | None = None
    """None: the folder that the server marks as such, or the one with a usual name, or a new one."""
    sending: str = "Triage-Sending"
    """Holds a draft while its end is not known, where a keyword cannot do that."""
    mark: Literal["auto", "keyword", "folder"] = "auto"
    server_files_sent: bool = False
    """The provider puts what it sends into Sent by itself (Gmail and Outlook do)."""
    timeout_seconds: float = Field(default=30.0, gt=0)
    settles_seconds: float = Field(default=120.0, ge=0)
    poll_seconds: float = Field(default=60.0, gt=0)
    """How often to look where the server does not tell of new mail by itself (IDLE), or its telling was lost."""
    authserv_ids: tuple[str, ...] = ()
    """Names of the receiving servers whose Authentication-Results headers are believed."""
    dkim: Dkim = "required"
    backlog_days: int = Field(default=0, ge=0, le=90)
    """So many days of old mail are read in a dry run, once; 0: begin at now."""
    trust_spam_headers: bool = False

    @property
    def user(self) -> str:
        return self.username if self.username is not None else self.address

    @property
    def imap_at(self) -> tuple[str, int]:
        return self.imap_host, self.imap_port or IMAP_PORTS[self.imap_tls]

    @property
    def smtp_at(self) -> tuple[str, int]:
        return self.smtp_host or self.imap_host, self.smtp_port or SMTP_PORTS[self.smtp_tls]


def password(settings: ImapSettings) -> SecretStr:
    """The password from the environment. Raises Misconfigured where it is not set."""
    found = os.environ.get(settings.password_env)
    if not found:
        raise Misconfigured(settings.password_env, f"this environment variable is not set. Put the password of {settings.user} into it.")
    return SecretStr(found)


def check(settings: ImapSettings) -> None:
    """Raise Misconfigured where a password or a mail would cross a network unencrypted without the operator having said so."""
    for setting, host, security in (
        ("imap_tls", settings.imap_at[0], settings.imap_tls),
        ("smtp_tls", settings.smtp_at[0], settings.smtp_tls),
    ):
        if security == "none" and not settings.allow_plain and not is_loopback(host):
            raise Misconfigured(
                f"mailbox {settings.address}, {setting}",
                f'"none" would send the password to {host} unencrypted. Use "tls" or "starttls", or set allow_plain = true if you must.',
            )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in ("localhost", "localhost.")


def trust(settings: ImapSettings) -> ssl.SSLContext:
    """Certificates and host names are always checked: neither imaplib nor imap-tools does that by itself. Raises Misconfigured."""
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        what = f"these certificates cannot be read ({error.strerror or error}). Name a file in PEM form."
        raise Misconfigured(str(settings.ca_file), what) from error
