"""Mails of realistic length whose intent is known: examples of the policies between a greeting, some context and a signature."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from bot.house import read_policies
from bot.mailbox.language import language
from bot.settings import ROOT
from pipeline.case import Route

INBOX = "support@larkspur.example"
SERVER = "mx.larkspur.example"
PEOPLE = ("Aoife Byrne", "Tomasz Nowak", "Priya Raman", "Henrik Dahl", "Lucía Prieto", "Samuel Okoro", "Mei Tanaka")
CONTEXT = (
    "We have been working with your product since the spring, mostly from the office in Cork and from two vans that are on the road.",
    "I already looked through the articles on your help pages, and my colleague Ronan tried the same thing on his own machine yesterday.",
    "There is no great hurry from our side, but it would help us to know before the team meets again on Thursday at 10:30.",
    "For reference, our customer number is 20418 and the account runs under the name of our workshop.",
)


def labels() -> dict[str, str]:
    """Every text that a mail may hold, with its intent: those that get a letter, so that each mail takes both calls of a model."""
    intents = read_policies(ROOT / "policies").intents.values()
    wanted = (one for one in intents if one.template and one.ceiling is not Route.HUMAN and one.ask_model != "never")
    return {text: intent.name for intent in wanted for text in intent.examples if language(text) == "en"}


def letters(count: int, since: int) -> Iterator[tuple[str, bytes]]:
    """`count` mails from as many senders: what their mailbox calls them, and their bytes."""
    texts = list(labels())
    for number in range(since, since + count):
        yield f"mail-{number}", _letter(number, texts[number % len(texts)])


def _letter(number: int, text: str) -> bytes:
    name = PEOPLE[number % len(PEOPLE)]
    first, domain = name.split()[0].lower(), f"customer{number}.example"
    mail = EmailMessage()
    mail["Authentication-Results"] = f"{SERVER}; dmarc=pass header.from={domain}; dkim=pass header.d={domain}"
    mail["From"] = f"{name} <{number}@{domain}>"
    mail["To"] = f"Larkspur Support <{INBOX}>"
    mail["Subject"] = f"{' '.join(text.split()[:6])} ({number})"
    mail["Message-ID"] = f"<{number}@{domain}>"
    mail["Date"] = format_datetime(datetime.now(UTC))
    context = (CONTEXT[(number + place) % len(CONTEXT)] for place in range(1 + number % 3))
    sign = f"Best regards\n{name}\n+353 21 555 {number % 10000:04d}\n{first}@{domain}"
    mail.set_content("\n\n".join(("Hello,", text, " ".join(context), sign)))
    return mail.as_bytes()
