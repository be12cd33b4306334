"""Spam by plain signs: the provider's own verdict, or so many independent signs that no customer would write such a mail."""

import re

from pipeline.email import Email
from pipeline.screening.automatic import headed

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
_FEWEST_TOPICS = 2
_READ = 20_000
_SCL = re.compile(r"\s*([5-9])\b")


def provider_says(email: Email) -> str:
    """The header by which our own provider calls this mail spam, or nothing."""
    if "spam" in headed(email, "x-gmail-labels").split(","):
        return "Gmail's SPAM label"
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


def _sent_oddly(email: Email) -> list[str]:
    letters = [character for character in email.subject if character.isalpha()]
    shouts = len(letters) > 9 and sum(map(str.isupper, letters)) > 0.7 * len(letters)
    found = {
        "it was sent to nobody in particular": not email.to and not email.cc,
        "its subject shouts": shouts or "!!" in email.subject or "$$" in email.subject,
        "its sender was found to be forged": email.authentication.verdict == "fail",
        "text is hidden in it": "hidden text" in email.defects,
        "its sender's address is malformed": "malformed From" in email.defects,
        "it has no id": email.message_id.endswith("@missing.invalid"),
    }
    return [name for name, so in found.items() if so]
