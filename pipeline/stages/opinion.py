"""What a language model makes of a mail: the question, and the strict reading of its answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.case import Context, Urgency
from pipeline.email import Shareable
from pipeline.house import House
from pipeline.policy.content import Intent
from pipeline.policy.evaluate import URGENCIES, Signals
from pipeline.policy.facts import FLAGS, Flag
from pipeline.ports import IntentScore
from pipeline.prompt import Prompt
from pipeline.prompts import fenced

NONE = "none"
"""The answer "none of these"; no intent is called so."""
FEWEST, LIKELY = 4, 0.08
"""So many of the best intents are offered, and all that the local model gives at least this part of the best one's score."""
HEAD, TAIL = 300, 100
"""Characters of a long mail that are shown, from its start and from its end."""
SUBJECT, THREAD = 120, 200
MOST_TOKENS = 300
MOST_INTENTS, MOST_QUOTES = 3, 3
SHORTEST_QUOTE, LONGEST_QUOTE = 3, 300
EXEMPLIFIED, LONGEST_EXAMPLE = 2, 50
"""So many of the likeliest intents are shown with an example, of so many characters at most."""
FIELDS = ("intents", "urgency", "owner", "flags", "confidence", "evidence")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What it says, all from closed lists: the intents, weightiest first (empty: none fits). `evidence` is in the mail word for word."""

    intents: tuple[str, ...]
    urgency: Urgency
    owner: str
    flags: tuple[Flag, ...]
    confidence: float
    evidence: tuple[str, ...]


def offered(ranked: Sequence[IntentScore], house: House, language: str) -> tuple[str, ...]:
    """The intents that it may choose from: the likely ones; all where the local model does not know the language."""
    known = [score for score in ranked if score.intent in house.intents]
    if not known or language not in house.model.languages:
        return tuple(house.intents)
    likely = [score.intent for place, score in enumerate(known) if place < FEWEST or score.score >= LIKELY * known[0].score]
    return tuple(name for name in house.intents if name in likely)


def ask(mail: Shareable, ranked: Sequence[IntentScore], said: Signals, context: Context, asked_for: str, house: House) -> Prompt:
    """The question about a mail: which of the intents offered it has. Raises voice.Refusal where the prompt cannot be rendered."""
    choice, likeliest = offered(ranked, house, mail.language), [score.intent for score in ranked[:EXEMPLIFIED]]
    asked = house.prompts.render(
        "classify",
        company=house.company.name,
        intents="\n".join(_line(house.intents[name], example=name in likeliest) for name in choice),
        hints=", ".join(said.flags),
        known=_known(context),
        mail=fenced("mail", _clipped(mail), SUBJECT + HEAD + TAIL + 10),
        thread=fenced("thread", mail.thread, THREAD) if mail.thread else "",
    )
    return Prompt("classify", asked.version, asked.stable, asked.varying, schema(choice, house), MOST_TOKENS, asked_for)


def schema(choice: Sequence[str], house: House) -> Mapping[str, object]:
    """The shape of an answer, every name in it from a closed list."""
    text = {"type": "string"}
    fields: Mapping[str, object] = {
        "intents": {"type": "array", "minItems": 1, "items": {**text, "enum": [*choice, NONE]}},
        "urgency": {**text, "enum": list(URGENCIES)},
        "owner": {**text, "enum": list(house.company.teams)},
        "flags": {"type": "array", "items": {**text, "enum": list(FLAGS)}},
        "confidence": {"type": "number"},
        "evidence": {"type": "array", "items": text},
    }
    return {"type": "object", "properties": fields, "required": list(FIELDS), "additionalProperties": False}


def read(text: str, ranked: Sequence[IntentScore], mail: Shareable, house: House) -> Opinion | None:
    """The answer; None where it is anything but what was asked for."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or set(said) != set(FIELDS):
        return None
    intents, flags, evidence = (_names(said[field]) for field in ("intents", "flags", "evidence"))
    confidence = said["confidence"]
    if intents is None or flags is None or evidence is None or not _probability(confidence):
        return None
    if (
        not _allowed(intents, offered(ranked, house, mail.language))
        or said["owner"] not in tuple(house.company.teams)
        or not set(flags) <= set(FLAGS)
    ):
        return None
    urgency = next((name for name in URGENCIES if name == said["urgency"]), None)
    if urgency is None:
        return None
    named = () if intents == [NONE] else tuple(dict.fromkeys(intents))
    return Opinion(named, urgency, said["owner"], tuple(flag for flag in FLAGS if flag in flags), float(confidence), _true(evidence, mail))


def _line(intent: Intent, *, example: bool) -> str:
    """Its name, what it means, and perhaps the first of its examples that is brief."""
    brief = next((text for text in intent.examples if len(text) <= LONGEST_EXAMPLE), "") if example else ""
    return f"{intent.name}: {intent.meaning}" + (f" E.g. {brief}" if brief else "")


def _known(context: Context) -> str:
    parts = ("a known contact" if context.known else "", f"{context.earlier} earlier mails in this thread" if context.earlier else "")
    return "; ".join(part for part in (*parts, *_of_crm(context)) if part)


def _of_crm(context: Context) -> tuple[str, ...]:
    """What may change the reading, and names nobody: a CRM holds much that people wrote into forms."""
    if context.contact is None:
        return ()
    stage = " ".join("".join(char if char.isalnum() else " " for char in context.contact.lifecycle).split())[:30]
    return ("a VIP" if context.is_vip else "", stage, "an open deal" if context.contact.open_deals else "")


def _clipped(mail: Shareable) -> str:
    """Subject and text; of a long mail its start and its end, for the question often stands there."""
    text = mail.text if len(mail.text) <= HEAD + TAIL else f"{mail.text[:HEAD]}\n…\n{mail.text[-TAIL:]}"
    return f"{mail.subject[:SUBJECT]}\n\n{text}"


def _names(value: object) -> list[str] | None:
    return value if isinstance(value, list) and all(isinstance(name, str) for name in value) else None


def _probability(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _allowed(intents: Sequence[str], choice: Sequence[str]) -> bool:
    """One to three of those offered, or that there is none."""
    return list(intents) == [NONE] or (0 < len(intents) <= MOST_INTENTS and set(intents) <= set(choice))


def _true(evidence: Sequence[str], mail: Shareable) -> tuple[str, ...]:
    """The quotes that stand in what it was shown, word for word."""
    shown = (mail.subject, mail.text, mail.thread)
    quotes = dict.fromkeys(quote for quote in evidence if len(quote.strip()) >= SHORTEST_QUOTE and len(quote) <= LONGEST_QUOTE)
    return tuple(quote for quote in quotes if any(quote in part for part in shown))[:MOST_QUOTES]
