"""Reading policies/ and templates/ from disk into a House; whatever is wrong is said with its file, its place and the next step."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.model import local
from bot.model.spam import filter as spam
from pipeline.case import OUT_OF_SCOPE
from pipeline.errors import Misconfigured, Permanent
from pipeline.house import House, Policies, assemble
from pipeline.people import People
from pipeline.policy.content import Company, Intent, ModelPrices, OutOfScope, Prices
from pipeline.policy.rulebook import Rulebook
from pipeline.ports import IntentScore
from pipeline.prompts import Prompts, prompt_template
from pipeline.slots import slot_names
from pipeline.voice import Refusal, Voice, template

Shape = TypeVar("Shape", bound=BaseModel)

LARGEST = 1_000_000
"""Bytes of one policy file."""


async def load(policies: Path, templates: Path, cache: Path | None) -> House:
    """Read both folders and fit the local model (its embeddings are kept under `cache`). Raises Misconfigured at the first mistake."""
    read = await asyncio.to_thread(read_policies, policies)
    voice = await asyncio.to_thread(read_voice, templates, read)
    model = await asyncio.to_thread(local.load, shipped_examples(read), cache)
    prompts = await asyncio.to_thread(read_prompts, templates)
    return assemble(read, voice, model, await asyncio.to_thread(spam.load), prompts)


def load_unasked(policies: Path, templates: Path, rules: Path | None = None) -> House:
    """Both folders without a model that could be asked, which is quick: for what is decided again from its record.

    `rules` is another rulebook instead of the folder's.
    """
    read = read_policies(policies)
    if rules is not None:
        others = tuple(version for version in read.versions if version[0] != "rules")
        read = replace(read, rulebook=_file(rules, Rulebook), versions=tuple(sorted((*others, ("rules", _digest(rules))))))
    return assemble(read, read_voice(templates, read), Unasked(), spam.load(), read_prompts(templates))


@dataclass(frozen=True, slots=True)
class Unasked:
    """Stands where a model would: it knows what the local one knows of itself, and is never asked."""

    version: str = "recorded"
    languages: frozenset[str] = local.MEASURED

    async def rank(self, subject: str, text: str) -> Sequence[IntentScore]:
        raise Permanent("No model is asked here: what it said is taken from the record.")


def read_rulebook(path: Path) -> Rulebook:
    """One rules.json by itself; what it says of intents and teams is not checked."""
    return _file(path, Rulebook)


def shipped_examples(policies: Policies) -> Mapping[str, Sequence[str]]:
    """What each intent's policy file says such mail looks like, and mail that none fits."""
    return {**{name: intent.examples for name, intent in policies.intents.items()}, OUT_OF_SCOPE: policies.out_of_scope.examples}


def read_policies(folder: Path) -> Policies:
    """Every policy file, each checked by itself."""
    _folder(folder, "TRIAGE_POLICIES")
    intents = _intents(folder)
    company, prices = _file(folder / "company.json", Company), _file(folder / "prices.json", Prices)
    people, rulebook = _file(folder / "people.json", People), _file(folder / "rules.json", Rulebook)
    out_of_scope = _file(folder / "out_of_scope.json", OutOfScope)
    names = ("company", "prices", "people", "rules", "out_of_scope")
    versions = [(name, _digest(folder / f"{name}.json")) for name in names]
    versions += [(f"intent:{name}", _digest(folder / "intents" / f"{name}.json")) for name in intents]
    return Policies(company, prices, people, intents, out_of_scope, rulebook, tuple(sorted(versions)))


def read_model_prices(folder: Path) -> ModelPrices:
    """What hosted models cost. It takes part in no decision, so it is read beside the other policies."""
    return _file(folder / "models.json", ModelPrices)


def read_voice(folder: Path, policies: Policies) -> Voice:
    """Every reply template, checked and compiled."""
    replies = folder / "replies"
    _folder(folder, "TRIAGE_TEMPLATES")
    _folder(replies, "TRIAGE_TEMPLATES")
    slots = slot_names(policies.prices, policies.people)
    own = policies.company.language
    read = {}
    for path in sorted(replies.glob("*.j2")):
        name = path.name.removesuffix(".j2")
        try:
            read[name] = template(name, name.partition(".")[2] or own, _text(path), slots)
        except Refusal as refusal:
            raise Misconfigured(f"{path}, line {refusal.line}", f"{refusal.why}. Correct the template.") from refusal
    return Voice(read)


def read_prompts(folder: Path) -> Prompts:
    """Every prompt, compiled."""
    _folder(folder / "prompts", "TRIAGE_TEMPLATES")
    read = {}
    for path in sorted((folder / "prompts").glob("*.j2")):
        try:
            read[path.stem] = prompt_template(path.stem, _text(path))
        except Refusal as refusal:
            raise Misconfigured(f"{path}, line {refusal.line}", f"{refusal.why}. Correct the prompt.") from refusal
    return Prompts(read)


def _intents(folder: Path) -> Mapping[str, Intent]:
    _folder(folder / "intents", "TRIAGE_POLICIES")
    read = {}
    for path in sorted((folder / "intents").glob("*.json")):
        intent = _file(path, Intent)
        if intent.name != path.stem or intent.name == OUT_OF_SCOPE:
            raise Misconfigured(f"{path}, name", f'the file is called {path.stem}, the intent "{intent.name}". Give both the same name.')
        read[intent.name] = intent
    if not read:
        raise Misconfigured(str(folder / "intents"), "there is no intent. Add one JSON file for each kind of mail you get.")
    return read


def _file(path: Path, model: type[Shape]) -> Shape:
    try:
        return model.model_validate(json.loads(_text(path), object_pairs_hook=_once))
    except json.JSONDecodeError as error:
        place = f"{path}, line {error.lineno}, column {error.colno}"
        raise Misconfigured(place, f"this is not JSON: {error.msg}. Correct it there or just before.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise Misconfigured(
            f"{path}, {at}" if at else str(path), f"{said}. Correct the field; policies/schema.json has its shape."
        ) from error
    except (ValueError, RecursionError) as error:
        raise Misconfigured(str(path), f"this cannot be read: {str(error)[:200]}. Correct it.") from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON, refused where a name stands in it twice: the first would be lost silently."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f'the field "{next(name for name in names if names.count(name) > 1)}" stands twice in one object')
    return made


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise Misconfigured(str(path), f"the file has more than {LARGEST // 1_000_000} MB. Split it, or take out what is not needed.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Misconfigured(str(path), "the file is missing. Copy the one that came with the product and change it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(str(path), f"the file cannot be read ({error}). Check its permissions and that it is UTF-8 text.") from error


def _folder(path: Path, setting: str) -> None:
    if not path.is_dir():
        raise Misconfigured(str(path), f"there is no such folder. Create it, or name the right one with {setting}.")


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]
