"""The template's own letter in words that fit the mail: a model rewords it, and the template goes where that is not proved harmless."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.case import Draft, Finding, Route
from pipeline.email import RedactedEmail
from pipeline.errors import Permanent, Temporary
from pipeline.faithful import Reworded, groups, unfaithful
from pipeline.house import House
from pipeline.letter import Letter, taken_apart
from pipeline.ports import LanguageModel
from pipeline.prompt import Call, Prompt, Role
from pipeline.prompts import fenced
from pipeline.stages.lint import spoken_in
from pipeline.stages.redact import restore
from pipeline.voice import Refusal

REFUSED = "paraphrase_refused"
MAIL_SHOWN = 160
"""Characters of the mail that the model sees: enough to know what it is about."""
MOST_TOKENS = 700
LONGEST_ANSWER, MOST_SENTENCES, LONGEST_SENTENCE = 12_000, 40, 1_200

SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"s": {"type": "array", "items": {"type": "string"}}},
    "required": ["s"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model would write, sentence by sentence: untrusted. It fits any letter of the same template, whatever its slots hold."""

    sentences: tuple[Reworded, ...]


async def paraphrase(
    draft: Draft, redacted: RedactedEmail, house: House, model: LanguageModel, asked_for: str, role: Role = "draft"
) -> tuple[Draft, tuple[Call, ...]]:
    """The draft reworded where that is harmless, else as it was with a finding that says why; and the calls that it took."""
    try:
        prompt = ask(draft, redacted, house, asked_for, role)
        if prompt is None:
            return draft, ()
        answer = await model.ask(prompt)
    except Refusal as error:
        return refused(draft, f"the prompt draft cannot be used ({error.why})"), ()
    except (Temporary, Permanent) as error:
        return refused(draft, f"no model could be asked ({error.sentence})"), ()
    return accept(draft, read(answer.text), house, redacted), answer.calls


def ask(draft: Draft, redacted: RedactedEmail, house: House, asked_for: str, role: Role = "draft") -> Prompt | None:
    """The question, or None where there is nothing to reword. The model sees no value of a slot, and the mail only redacted and fenced.

    Raises Refusal where the prompt cannot be rendered.
    """
    letter = _letter(draft, house)
    if letter is None or "draft" not in house.prompts.by_name:
        return None
    lines = _numbered(letter)
    mail = fenced("mail", f"{redacted.subject}\n{redacted.text}", MAIL_SHOWN)
    asked = house.prompts.render("draft", company=house.company.name, language=draft.language, lines=lines, mail=mail)
    return Prompt(role, asked.version, asked.stable, asked.varying, SCHEMA, MOST_TOKENS, asked_for)


def read(text: str) -> Proposal | None:
    """The proposal in a model's answer; None for anything but exactly what was asked for."""
    if len(text) > LONGEST_ANSWER:
        return None
    try:
        answer = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None
    match answer:
        case {"s": list(given), **rest} if not rest and 0 < len(given) <= MOST_SENTENCES and all(map(_sentence, given)):
            return _proposal([one.strip() for one in given])
        case _:
            return None


def accept(draft: Draft, proposal: Proposal | None, house: House, redacted: RedactedEmail) -> Draft:
    """The draft in the proposal's words if they are faithful, else the draft itself with a finding. Recipients never change."""
    letter = _letter(draft, house)
    if letter is None:
        return draft
    if proposal is None:
        return refused(draft, "its answer was not in the form asked for")
    said = tuple(Reworded(one.of, restore(one.text, redacted).strip()) for one in proposal.sentences)
    if why := unfaithful(letter, said, draft.language):
        return refused(draft, why)
    reworded = _with(draft, letter, said)
    spoken = spoken_in(reworded.text)
    if spoken not in (draft.language, "und") and spoken != spoken_in(draft.text):
        return refused(draft, "it is in another language")
    return reworded


def refused(draft: Draft, why: str) -> Draft:
    """The template's letter, and for the reviewer why it was not reworded: that lowers nothing."""
    told = Finding(REFUSED, f"Written in the template's own words; a model's rewording was not used: {why}.", Route.AUTO_SEND)
    return replace(draft, findings=(*draft.findings, told))


def _letter(draft: Draft, house: House) -> Letter | None:
    reply = house.voice.replies.get(draft.template)
    if reply is None or draft.outline or draft.author != "template":
        return None
    try:
        letter = taken_apart(reply, draft.slots)
    except Refusal:
        return None
    return letter if letter.text() == draft.text and not all(piece.fixed for piece in letter.pieces) else None


def _numbered(letter: Letter) -> list[str]:
    said = [piece.text for piece in letter.pieces if not piece.fixed]
    return [f"{number} {text}" for number, text in enumerate(said, 1)]


def _with(draft: Draft, letter: Letter, said: tuple[Reworded, ...]) -> Draft:
    first = {group[0]: (group, one.text) for group, one in zip(groups(letter, said), said, strict=True)}
    rest = {at for group, _ in first.values() for at in group[1:]}
    text, cited = "", []
    for at, piece in enumerate(letter.pieces):
        if at in rest:
            continue
        group, words = first.get(at, ((at,), piece.text))
        cited.append(letter.cite(words, [letter.pieces[one] for one in group]))
        text += f"{piece.gap}{letter.filled(words)}"
    return replace(draft, text=text, cited=tuple(cited), author="model")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return made


def _sentence(given: object) -> bool:
    return isinstance(given, str) and len(given) <= LONGEST_SENTENCE


def _proposal(given: Sequence[str]) -> Proposal | None:
    """An empty text says that the sentence of this place is in the text before it, so the first is none."""
    starts = [at for at, text in enumerate(given) if text]
    if not starts or starts[0]:
        return None
    ends = (*starts[1:], len(given))
    return Proposal(tuple(Reworded(tuple(range(at + 1, end + 1)), given[at]) for at, end in zip(starts, ends, strict=True)))
