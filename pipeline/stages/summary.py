"""One line about a long mail for its card: by the smallest model, shown as plain text only, with nothing in it that could be followed."""

import json
import unicodedata
from collections.abc import Mapping

from pipeline.atoms import scrub
from pipeline.case import OUT_OF_SCOPE, Classification, Context
from pipeline.email import Email, RedactedEmail, Shareable
from pipeline.house import House
from pipeline.prompt import Prompt
from pipeline.prompts import fenced
from pipeline.stages.redact import restore

LONG, LONG_THREAD = 900, 3
"""Characters of a newest text, or earlier mails of its thread, from which on a line saves reading."""
PATIENCE = 2.0
"""Seconds that a card may wait for its line, where no other call was waited for meanwhile."""
MAIL_SHOWN, THREAD_SHOWN = 4_000, 400
LONGEST_ANSWER = 2_000
LONGEST = 140
MOST_TOKENS = 80
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"summary": {"type": "string"}},
    "required": ["summary"],
    "additionalProperties": False,
}


def wanted(email: Email, seen: Classification, context: Context, house: House) -> bool:
    """Whether a line about it is worth a call: not of a short mail, and not where policy shows such mail to no model.

    Nor of one that gives models orders: the line would be what its author wants a reviewer to read.
    """
    if "summary" not in house.language_models or "prompt_injection" in seen.policy_flags:
        return False
    if len(email.reply) < LONG and context.earlier < LONG_THREAD:
        return False
    named = (seen.intent, *seen.also, seen.disputed, seen.runner_up if seen.intent == OUT_OF_SCOPE else "")
    return not any(name in house.intents and house.intents[name].ask_model == "never" for name in named)


def ask(shown: Shareable, house: House, asked_for: str) -> Prompt | None:
    """The question, or None where the house has no such prompt or the mail no words. Raises Refusal where it cannot be rendered."""
    if "summary" not in house.prompts.by_name or not shown.text.strip():
        return None
    mail = fenced("mail", f"{shown.subject}\n{shown.text}", MAIL_SHOWN)
    thread = fenced("thread", shown.thread, THREAD_SHOWN) if shown.thread else ""
    asked = house.prompts.render("summary", company=house.company.name, language=house.company.language, mail=mail, thread=thread)
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
