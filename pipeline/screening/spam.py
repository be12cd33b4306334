"""Spam: the provider's own verdict, so many independent signs that no customer would write such a mail, or the local filter."""

import re
from dataclasses import dataclass

from pipeline.case import History, Reason, Route
from pipeline.email import Email
from pipeline.ports import SpamModel
from pipeline.screening.automatic import headed
from pipeline.screening.cautions import said

_TOPICS = {
    "money from a stranger": re.compile(
        r"\bmillion (?:us |united states )?(?:dollars|euros|usd)|next of kin|\binheritance\b|\blotter(?:y|ies)\b|\bbeneficiary\b"
        r"|foreign partner"
        r"|winning numbers?|claim your (?:prize|winnings)|transfer (?:of )?(?:the|this) (?:fund|money)",
        re.IGNORECASE,
    ),
    "medicine": re.compile(
        r"\bviagra\b|\bcialis\b|\bpenis\b|\bhgh\b|human growth hormone|lose (?:weight|\d+ (?:lbs|pounds))|diet pill|herbal|impoten",
        re.IGNORECASE,
    ),
    "adult content": re.compile(
        r"\bxxx\b|\bporn|hardcore|hot (?:teens?|girls?)|live sex|adult (?:site|content|webcam)|over 18", re.IGNORECASE
    ),
    "a sales pitch": re.compile(
        r"risk[- ]free|act now|limited time offer|no obligation|work (?:from|at) home|make (?:up to )?\$ ?\d|extra income"
        r"|financial freedom"
        r"|lowest (?:mortgage |interest )?rates|\bmortgage rates?|credit repair|eliminate debt|get out of debt"
        r"|100% (?:free|guaranteed)|toner cartridges"
        r"|million (?:e-?mail )?addresses|bulk e-?mail|multi-?level marketing|earn (?:thousands|\$ ?\d)|money[- ]back guarantee"
        r"|free (?:quote|trial|gift)",
        re.IGNORECASE,
    ),
    "a way out of their list": re.compile(
        r"(?:to|wish to|want to|like to) be (?:removed|taken off)|remov(?:e|al) (?:instructions|from (?:our|this|future))"
        r"|\bopt[- ]?out\b|click here to (?:remove|unsubscribe)"
        r"|unsubscribe|received this (?:e-?mail|message) because|section 301|s\. ?1618",
        re.IGNORECASE,
    ),
}
SURER = 2.0
"""Log-odds that must be there beyond the threshold before mail is filed that is not suspect."""
_FEWEST_TOPICS = 2
_FEW_WORDS = 40
_READ = 20_000
_HOST = re.compile(r"(?:https?://|\bwww\.)([^\s/<>\"'?:]+)", re.IGNORECASE)
_SCL = re.compile(r"\s*([5-9])\b")


@dataclass(frozen=True, slots=True)
class Judge:
    """Who is believed: `model`, if there is one, and where `headers` says so the verdict of the mailbox's own server.

    A header is only as true as the server that wrote it: anybody can put X-Spam-Flag into a mail, and a list may leave one there.
    """

    model: SpamModel | None = None
    headers: bool = False


def spam(email: Email, history: History, judge: Judge) -> Reason | None:
    """Why this mail is filed as spam, or why it might be (then a person looks), or None.

    Never in a thread of ours, for there a customer is answering us, and never again where a person has said that it is none.
    """
    if history.earlier:
        return None
    if history.cleared:
        return said("not_spam", Route.REVIEW, "This mail was filed as spam; a person said that it is not.")
    if judge.headers and (header := provider_says(email)):
        return said("spam", Route.IGNORE, f"Our mail provider calls this mail spam: {header}.")
    if odd := signs(email):
        return said("spam", Route.IGNORE, f"This mail looks like spam: {', '.join(odd)}.")
    return _scored(email, judge.model) if judge.model else None


def _scored(email: Email, model: SpamModel) -> Reason | None:
    score = model.score(email)
    if score > model.threshold + (0.0 if suspect(email) else SURER):
        return said("spam", Route.IGNORE, "This mail reads like spam.")
    return said("spam_like", Route.REVIEW, "This mail reads somewhat like spam.") if score > model.doubt else None


def provider_says(email: Email) -> str:
    """The header by which our own provider calls this mail spam, or nothing."""
    if "spam" in headed(email, "x-gmail-labels").split(","):
        return "Gmail's SPAM label"
    if headed(email, "x-outlook-folder") == "junkemail":
        return "Outlook's Junk folder"
    if headed(email, "x-spam-flag").startswith("yes"):
        return "X-Spam-Flag"
    if headed(email, "x-spam-status").startswith("yes"):
        return "X-Spam-Status"
    return "its spam confidence level" if _SCL.match(headed(email, "x-ms-exchange-organization-scl")) else ""


def signs(email: Email) -> tuple[str, ...]:
    """Enough signs to call it spam: two topics of spam in its words and one sign in how it was sent. Else nothing."""
    said = f"{email.subject}\n{email.text[:_READ]}"
    topics = [name for name, pattern in _TOPICS.items() if pattern.search(said)]
    sent = _sent_oddly(email)
    return (*topics, *sent) if len(topics) >= _FEWEST_TOPICS and sent else ()


def suspect(email: Email) -> bool:
    """Not so where a link leads to its sender's own domain, or where few words lead nowhere, unless it deceives.

    So is an advertisement that somebody asked for, and a cry for help. Most honest mail is suspect by this, so it is never enough.
    """
    hosts = {_registered(host) for host in _HOST.findall(email.text[:_READ])}
    own, brief = _registered(email.sender.domain) in hosts, not hosts and len(email.text[:_READ].split()) < _FEW_WORDS
    return bool(_deceives(email)) or not (own or brief)


def _registered(host: str) -> str:
    """About the domain that somebody registered: its last two labels."""
    return ".".join(host.lower().strip(".").split(".")[-2:])


def _sent_oddly(email: Email) -> list[str]:
    letters = [character for character in email.subject if character.isalpha()]
    shouts = len(letters) > 9 and sum(map(str.isupper, letters)) > 0.7 * len(letters)
    found = {
        "it was sent to nobody in particular": not email.to and not email.cc,
        "its subject shouts": shouts or "!!" in email.subject or "$$" in email.subject,
        "it has no id": email.message_id.endswith("@missing.invalid"),
    }
    return [*(name for name, so in found.items() if so), *_deceives(email)]


def _deceives(email: Email) -> list[str]:
    found = {
        "its sender was found to be forged": email.authentication.verdict == "fail",
        "text is hidden in it": "hidden text" in email.defects,
        "its sender's address is malformed": "malformed From" in email.defects,
    }
    return [name for name, so in found.items() if so]
