"""What a second model thinks of an answer that went out by itself: it picks what people look at, and is never a verdict."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from pipeline.atoms import scrub
from pipeline.case import Fault
from pipeline.email import Shareable
from pipeline.gate.demotion import Severe
from pipeline.gate.sampling import Suspicion
from pipeline.house import House
from pipeline.prompt import Prompt
from pipeline.prompts import fenced

Doubt = Literal["none"] | Fault
DOUBTS: tuple[Doubt, ...] = ("none", *get_args(Fault))
SEVERE: frozenset[str] = frozenset(get_args(Severe))
MAIL_SHOWN, REPLY_SHOWN = 1_500, 3_000
LONGEST_ANSWER, LONGEST_FINDING = 4_000, 200
MOST_TOKENS = 120
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"doubt": {"type": "string", "enum": list(DOUBTS)}, "finding": {"type": "string"}},
    "required": ["doubt", "finding"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Second:
    """The second model's opinion: a doubt from the closed list, and one plain line about it, in which nothing can be followed."""

    doubt: Doubt
    finding: str

    @property
    def severe(self) -> bool:
        """It holds the answer to be an error of severity A: the intent is suspended until a person has looked."""
        return self.doubt in SEVERE


UNREAD = Second("off_topic", "The second model's answer could not be read.")
"""Whatever is not exactly what was asked for counts as a doubt: then a person looks."""


def ask(mail: Shareable, reply: str, intent: str, house: House, asked_for: str) -> Prompt | None:
    """The question about an answer; `reply` is redacted as the mail is. None where the house has no such prompt."""
    if "qa" not in house.prompts.by_name or intent not in house.intents:
        return None
    asked = house.prompts.render(
        "qa",
        company=house.company.name,
        intent=house.intents[intent].meaning,
        mail=fenced("mail", f"{mail.subject}\n{mail.text}", MAIL_SHOWN),
        reply=fenced("reply", reply, REPLY_SHOWN),
    )
    return Prompt("qa", asked.version, asked.stable, asked.varying, SCHEMA, MOST_TOKENS, asked_for)


def read(text: str) -> Second:
    """The opinion in an answer, UNREAD for anything but what was asked for."""
    try:
        answer = json.loads(text) if len(text) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        return UNREAD
    match answer:
        case {"doubt": str(said), "finding": str(finding), **rest} if not rest:
            doubt = next((one for one in DOUBTS if one == said), None)
            return Second(doubt, _line(finding)) if doubt else UNREAD
        case _:
            return UNREAD


def _line(finding: str) -> str:
    """One line without links, addresses, numbers to call, or characters that cannot be seen."""
    seen = "".join(char if char.isprintable() else " " for char in finding)
    return " ".join(scrub(seen).split())[:LONGEST_FINDING]


def suspicion(second: Second | None, *, strange: bool) -> Suspicion:
    """How much an answer deserves a look, from what is known before anybody looks: a doubt, a mail from a `strange` domain, neither."""
    if second is not None and second.doubt != "none":
        return "suspected"
    return "novel" if strange else "none"
