"""What an operator may set: environment variables first, then triage.toml, then defaults that need no account and no service."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    IPvAnyAddress,
    SecretStr,
    StringConstraints,
    Tag,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.crontab import trigger
from bot.mailbox.authentication import Dkim
from bot.mailbox.gmail_settings import GmailSettings
from bot.mailbox.imap_settings import ImapSettings
from bot.model.settings import ModelsSettings
from bot.queue.pubsub import PubsubSettings
from bot.queue.sqs import SqsSettings
from pipeline.errors import Misconfigured

ROOT = Path(__file__).resolve().parent.parent
"""Where policies/, templates/ and migrations/ lie: the checkout, or the installed wheel's folder."""


class MaildirEntry(BaseModel):
    """One `[[mailboxes]]` table of triage.toml whose kind is "maildir"."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["maildir"] = "maildir"
    address: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]
    path: Path
    sendmail: tuple[str, ...] | None = None
    create: bool = False
    """Make the folder, and the sub-folders that sending needs, where they are missing."""
    authserv_ids: tuple[str, ...] = ()
    """Names of the receiving servers whose Authentication-Results headers are believed."""
    dkim: Dkim = "required"
    """How much the sender's own signature counts beside them (docs/authenticity.md); "off" asks the DNS nothing."""
    backlog_days: int = Field(default=0, ge=0, le=90)
    """So many days of old mail are read in a dry run, once; 0: begin at now."""
    trust_spam_headers: bool = False
    """The receiving server removes X-Spam headers that came with a mail and writes its own: then its verdict is believed."""


class OutlookEntry(BaseModel):
    """One `[[mailboxes]]` table of triage.toml whose kind is "outlook": an inbox on Microsoft 365 and the app that may use it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["outlook"]
    address: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]
    tenant: str
    client_id: str
    client_secret: SecretStr | None = None
    certificate: Path | None = None
    """A PEM file with the app's private key and certificate, instead of client_secret."""
    graph_url: str = "https://graph.microsoft.com/v1.0"
    authority: str = ""
    """Where tokens come from; empty: login.microsoftonline.com. Another for the national clouds."""
    authserv_ids: tuple[str, ...] = ("",)
    """Exchange names no server in its Authentication-Results."""
    dkim: Dkim = "off"
    """Exchange rewrites bodies, which breaks the senders' signatures."""
    backlog_days: int = Field(default=0, ge=0, le=90)
    trust_spam_headers: bool = True


def _kind(entry: object) -> str:
    """What an entry says it is; "maildir" where it says nothing."""
    return str(entry.get("kind", "maildir") if isinstance(entry, Mapping) else getattr(entry, "kind", ""))


MailboxEntry = Annotated[
    Annotated[MaildirEntry, Tag("maildir")]
    | Annotated[GmailSettings, Tag("gmail")]
    | Annotated[ImapSettings, Tag("imap")]
    | Annotated[OutlookEntry, Tag("outlook")],
    Discriminator(_kind),
]


class Settings(BaseSettings):
    """All settings. An unset DATABASE_URL or REDIS_URL starts the embedded server in `data`."""

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", extra="forbid", frozen=True, populate_by_name=True, toml_file="triage.toml")

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    redis_url: SecretStr | None = Field(default=None, validation_alias="REDIS_URL")
    slack_bot_token: SecretStr | None = Field(default=None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(default=None, validation_alias="SLACK_APP_TOKEN")
    outlook_client_secret: SecretStr | None = Field(default=None, validation_alias="OUTLOOK_CLIENT_SECRET")
    """For mailboxes of kind "outlook" that name neither a secret nor a certificate of their own."""
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    anthropic_api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    models: ModelsSettings = ModelsSettings()
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias="SLACK_API_URL")
    data: Path = Path(".triage")
    policies: Path = ROOT / "policies"
    templates: Path = ROOT / "templates"
    migrations: Path = ROOT / "migrations"
    mailboxes: tuple[MailboxEntry, ...] = ()
    knowledge: Path | None = None
    """A folder of Markdown articles that replies may link to (docs/drafts.md)."""
    crm: Path | None = None
    """A CSV or JSON file of contacts (docs/crm.md): asked about senders whose mail is authenticated."""
    calendar: str | None = None
    """An iCalendar file, or its https address: taken times are not offered for meetings. Needs `meetings` in policies/company.json."""
    public_url: str = ""
    """https://... under which providers reach our port, for notifications of new mail; without it mail is only polled."""
    queue: Literal["postgres", "sqs", "pubsub"] = "postgres"
    """Where fetched mails wait to become cases."""
    sqs: SqsSettings | None = None
    pubsub: PubsubSettings | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    dns_servers: tuple[IPvAnyAddress, ...] = ()
    """Addresses of the name servers to ask for senders' keys and policies; none: this machine's own."""
    poll_seconds: float = Field(default=1.0, gt=0)
    digest_at: str = "0 8 * * *"
    """When to tell what was filed without a card: a crontab line, in UTC."""
    backlog_minutes: int = Field(default=60, ge=1)
    """A mail that is read so long after it was received is one of a backlog: of more than `backlog_cards` of them, one digest tells."""
    backlog_cards: int = Field(default=20, ge=0)
    reviewer_checks: bool = True
    """Whether one card in twenty shows a bad draft first, and one review in twenty is repeated: without them no intent can be promoted."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("digest_at")
    @classmethod
    def _is_crontab(cls, line: str) -> str:
        trigger(line)
        return line

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())


def config_file() -> Path:
    """triage.toml in the current folder, or what TRIAGE_CONFIG names."""
    return Path(os.environ.get("TRIAGE_CONFIG", "triage.toml"))


def load(**given: object) -> Settings:
    """Read the settings; `given` (command-line options that are not None) win. Misconfigured names the first thing that is wrong."""
    named = os.environ.get("TRIAGE_CONFIG")
    if named and not Path(named).is_file():
        raise Misconfigured(named, "TRIAGE_CONFIG names this file, but it is not there. Write it (`triage config --example`).")
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise Misconfigured(f"setting {place}", f"{said}. `triage config --example` shows every setting.") from error
    except ValueError as error:
        raise Misconfigured(str(config_file()), f"it is not valid TOML ({error}). Mend it, or move it away to use the defaults.") from error


EXAMPLE = """\
# triage.toml: settings of `triage run`. Every one may also be an environment variable: TRIAGE_PORT, TRIAGE_DATA, ...
# Secrets are environment variables only by habit: SLACK_BOT_TOKEN (xoxb-...), SLACK_APP_TOKEN (xapp-...), DATABASE_URL, REDIS_URL.

data = ".triage"            # the embedded databases live here when DATABASE_URL / REDIS_URL are not set
policies = "policies"       # intents, rules, people, prices, company
templates = "templates"
host = "127.0.0.1"          # health and metrics: /healthz, /readyz, /metrics
port = 8080
workers = 2
poll_seconds = 1.0
digest_at = "0 8 * * *"     # when Slack is told what was filed without a card (spam, newsletters): a crontab line, in UTC
backlog_minutes = 60        # after an outage: of mails older than this, and more than backlog_cards, one message tells
backlog_cards = 20
reviewer_checks = true      # one card in twenty shows a bad draft first (it is never sent), one review in twenty is repeated (docs/gate.md)
log_level = "info"
# knowledge = "handbook"    # a folder of Markdown articles that replies may link to (docs/drafts.md)
# calendar = "team.ics"     # taken times are not offered for meetings; or its https address
# crm = "contacts.csv"      # what rules and drafts may know of senders who are authenticated (docs/crm.md)
# public_url = "https://triage.example.com"  # where Microsoft reaches this port's /webhooks/, to tell of new mail at once

# Where fetched mails wait: "postgres" needs nothing more; "sqs" and "pubsub" are for those who outgrow one machine.
queue = "postgres"

# [models]                  # with OPENAI_API_KEY or ANTHROPIC_API_KEY set, none of this is needed (docs/models.md)
# classify = ["openai/gpt-4o-mini", "anthropic/claude-haiku-5-5"]  # the first that can answer does; so for draft, summary and qa
# draft = ["house/llama3.1:8b"]
# draft_complex = ["openai/gpt-4o"]  # for letters to long mails, and to those that ask for several things; else as draft
# daily_dollars = 5.0       # for all calls of a UTC day; then people read the mail
# sender_calls_day = 40     # calls that one sender's mails may cause
# local_only = false        # true: no mail may be read outside the house; hosted providers are refused

# [models.servers.house]    # any server with OpenAI's chat API: Ollama, vLLM, llama.cpp
# base_url = "http://127.0.0.1:11434/v1"

# [sqs]                     # pip install "inbox-triage[sqs]"; FIFO queues, the first with maxReceiveCount = 5
# queue_url = "https://sqs.eu-central-1.amazonaws.com/123456789012/triage.fifo"
# dead_letter_url = "https://sqs.eu-central-1.amazonaws.com/123456789012/triage-dead.fifo"
# region = "eu-central-1"

# [pubsub]                  # pip install "inbox-triage[pubsub]"; message ordering on, 5 delivery attempts
# topic = "projects/acme/topics/triage"
# subscription = "projects/acme/subscriptions/triage"
# dead_letter_subscription = "projects/acme/subscriptions/triage-dead"

[[mailboxes]]
kind = "maildir"
address = "support@example.com"           # has an entry in policies/people.json
path = "/var/mail/support/Maildir"
backlog_days = 7                          # at first, read so many days of old mail in a dry run: nothing is sent (any kind; 0: none)
create = true                             # make .Drafts, .Outbox, .Sent and .Failed where they are missing
authserv_ids = ["mx.example.com"]         # whose Authentication-Results headers are believed
dkim = "required"                         # their word needs the sender's own signature; "checked": unless it is refuted; "off": no DNS
trust_spam_headers = false                # true where that server removes foreign X-Spam headers and writes its own
sendmail = ["/usr/sbin/sendmail", "-t", "-i"]  # leave it out to leave replies in .Outbox/new for a queue runner

[[mailboxes]]
kind = "imap"
address = "sales@example.com"
password_env = "SALES_PASSWORD"           # the environment variable that holds the password
imap_host = "imap.example.com"            # imap_port = 993, imap_tls = "tls" (or "starttls")
smtp_host = "smtp.example.com"            # smtp_port = 465, smtp_tls = "tls" (or "starttls": port 587)
server_files_sent = false                 # true where the provider puts what it sends into Sent by itself
authserv_ids = ["mx.example.com"]

# [[mailboxes]]                             # needs: pip install "inbox-triage[gmail]"
# kind = "gmail"
# address = "sales@example.com"
# credentials = "/etc/triage/gmail.json"  # a refresh token (authorized_user), or a service account's key
# poll_seconds = 10.0
# topic = "projects/example/topics/gmail" # Pub/Sub tells of new mail at once; leave these three out to poll only
# push_audience = "https://triage.example.com/webhooks/gmail/sales@example.com"
# push_account = "gmail-push@example.iam.gserviceaccount.com"

# [[mailboxes]]                           # Microsoft 365: pip install "inbox-triage[outlook]"
# kind = "outlook"
# address = "sales@example.com"           # Mail.ReadWrite and Mail.Send (application), limited to this mailbox
# tenant = "00000000-0000-0000-0000-000000000000"
# client_id = "00000000-0000-0000-0000-000000000000"
# certificate = "outlook.pem"             # private key and certificate; or set OUTLOOK_CLIENT_SECRET
"""
