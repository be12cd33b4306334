"""One line about a mail for its card: by the smallest model, shown as plain text only, with nothing in it that could be followed."""

import json
import unicodedata
from collections.abc import Mapping

from pipeline.atoms import scrub
from pipeline.email import RedactedEmail
from pipeline.house import House
from pipeline.prompt import Prompt
from pipeline.prompts import fenced
from pipeline.stages.redact import restore

MAIL_SHOWN = 1_500
LONGEST_ANSWER = 2_000
LONGEST = 140
MOST_TOKENS = 80
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"summary": {"type": "string"}},
    "required": ["summary"],
    "additionalProperties": False,
}


def ask(redacted: RedactedEmail, house: House, asked_for: str) -> Prompt | None:
    """The question, or None where the house has no such prompt or the mail no words."""
    if "summary" not in house.prompts.by_name or not redacted.text.strip():
        return None
    mail = fenced("mail", f"{redacted.subject}\n{redacted.text}", MAIL_SHOWN)
    asked = house.prompts.render("summary", company=house.company.name, language=house.company.language, mail=mail)
    return Prompt("summary", asked.version, asked.stable, asked.varying, SCHEMA, MOST_TOKENS, asked_for)


def read(text: str, redacted: RedactedEmail) -> str:
    """One line of at most LONGEST characters, no link, address, account or phone number in it; "" for any other answer."""
    try:
        answer = json.loads(text) if len(text) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        return ""
    match answer:
        case {"summary": str(said), **rest} if not rest:
            line = " ".join("".join(char if _seen(char) else " " for char in restore(said, redacted)).split())
            bare = " ".join(scrub(line).split())
            return bare if len(bare) <= LONGEST else f"{bare[: LONGEST - 1].rstrip()}…"
        case _:
            return ""


def _seen(char: str) -> bool:
    """No control, direction, zero-width or private character, and no half of one."""
    return unicodedata.category(char)[0] not in "C"
