"""Policy files and templates read into a House, from disk or from the database; a mistake is said with its file, place and next step."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.model import local
from bot.model.spam import filter as spam
from bot.policies import bundle as files
from bot.policies.bundle import INTENTS, POLICIES, PROMPTS, REPLIES, RULES, Bundle
from pipeline.case import OUT_OF_SCOPE
from pipeline.errors import Misconfigured, Permanent
from pipeline.house import House, Policies, assemble
from pipeline.mistakes import first_mistake
from pipeline.people import People
from pipeline.policy.content import Company, Intent, ModelPrices, OutOfScope, Prices
from pipeline.policy.rulebook import Rulebook
from pipeline.ports import IntentModel, IntentScore
from pipeline.prompts import Prompts, prompt_template
from pipeline.slots import slot_names
from pipeline.voice import Refusal, Voice, template

Shape = TypeVar("Shape", bound=BaseModel)
Learn = Callable[[Mapping[str, Sequence[str]]], IntentModel]
"""Makes the model of these examples, by intent; it takes seconds."""


async def load(policies: Path, templates: Path, cache: Path | None) -> House:
    """Read both folders and fit the local model (its embeddings are kept under `cache`). Raises Misconfigured at the first mistake."""
    return await opened(await asyncio.to_thread(files.from_folders, policies, templates), partial(local.load, cache=cache))


async def opened(bundle: Bundle, learn: Learn, known: IntentModel | None = None) -> House:
    """The house that the bundle describes; `known` judges in it where it learned the same examples. Raises Misconfigured."""
    read = await asyncio.to_thread(policies_of, bundle)
    voice, prompts = await asyncio.to_thread(voice_of, bundle, read), await asyncio.to_thread(prompts_of, bundle)
    assemble(read, voice, Unasked(), prompts=prompts)
    examples = shipped_examples(read)
    if known is None or known.version != local.version_of(examples):
        known = await asyncio.to_thread(learn, examples)
    return assemble(read, voice, known, await asyncio.to_thread(spam.load), prompts)


def load_unasked(policies: Path, templates: Path, rules: Path | None = None) -> House:
    """Both folders without a model that could be asked: see `unasked`. `rules` is another rulebook instead of the folder's."""
    bundle = files.from_folders(policies, templates)
    return unasked(with_rules(bundle, rules) if rules is not None else bundle)


def with_rules(bundle: Bundle, rules: Path) -> Bundle:
    """The bundle with this rulebook instead. Raises Misconfigured that names the file."""
    read_rulebook(rules)
    return bundle.changed(RULES, files.read(rules))


def unasked(bundle: Bundle) -> House:
    """The house without a model that could be asked, which is quick: for what is decided again from its record."""
    read = policies_of(bundle)
    return assemble(read, voice_of(bundle, read), Unasked(), spam.load(), prompts_of(bundle))


@dataclass(frozen=True, slots=True)
class Unasked:
    """Stands where a model would: it knows what the local one knows of itself, and is never asked."""

    version: str = "recorded"
    languages: frozenset[str] = local.MEASURED

    async def rank(self, subject: str, text: str) -> Sequence[IntentScore]:
        raise Permanent("No model is asked here: what it said is taken from the record.")


def read_rulebook(path: Path) -> Rulebook:
    """One rules.json by itself; what it says of intents and teams is not checked."""
    return _parsed(str(path), files.read(path), Rulebook)


def rulebook_of(bundle: Bundle) -> Rulebook:
    """The bundle's rules.json by itself."""
    return _file(bundle, RULES, Rulebook)


def shipped_examples(policies: Policies) -> Mapping[str, Sequence[str]]:
    """What each intent's policy file says such mail looks like, and mail that none fits."""
    return {**{name: intent.examples for name, intent in policies.intents.items()}, OUT_OF_SCOPE: policies.out_of_scope.examples}


def read_policies(folder: Path) -> Policies:
    """Every policy file of a folder, each checked by itself."""
    return policies_of(files.policy_files(folder))


def policies_of(bundle: Bundle) -> Policies:
    """Every policy file, each checked by itself."""
    intents = _intents(bundle)
    company, prices = _policy(bundle, "company", Company), _policy(bundle, "prices", Prices)
    people, rulebook = _policy(bundle, "people", People), rulebook_of(bundle)
    out_of_scope = _policy(bundle, "out_of_scope", OutOfScope)
    names = ("company", "prices", "people", "rules", "out_of_scope")
    versions = [(name, bundle.digest_of(f"{POLICIES}/{name}.json")) for name in names]
    versions += [(f"intent:{name}", bundle.digest_of(f"{INTENTS}/{name}.json")) for name in intents]
    return Policies(company, prices, people, intents, out_of_scope, rulebook, tuple(sorted(versions)))


def read_model_prices(folder: Path) -> ModelPrices:
    """What hosted models cost. It takes part in no decision, so it is read beside the other policies."""
    return prices_of(files.policy_files(folder))


def prices_of(bundle: Bundle) -> ModelPrices:
    return _policy(bundle, "models", ModelPrices)


def read_voice(folder: Path, policies: Policies) -> Voice:
    """Every reply template of a folder, checked and compiled."""
    return voice_of(files.template_files(folder), policies)


def voice_of(bundle: Bundle, policies: Policies) -> Voice:
    """Every reply template, checked and compiled."""
    slots, own, read = slot_names(policies.prices, policies.people), policies.company.language, {}
    for path in bundle.within(REPLIES, ".j2"):
        name = _named(path, ".j2")
        try:
            read[name] = template(name, name.partition(".")[2] or own, bundle.text(path), slots)
        except Refusal as refusal:
            raise Misconfigured(f"{bundle.place(path)}, line {refusal.line}", f"{refusal.why}. Correct the template.") from refusal
    return Voice(read)


def read_prompts(folder: Path) -> Prompts:
    """Every prompt of a folder, compiled."""
    return prompts_of(files.template_files(folder))


def prompts_of(bundle: Bundle) -> Prompts:
    """Every prompt, compiled."""
    read = {}
    for path in bundle.within(PROMPTS, ".j2"):
        name = _named(path, ".j2")
        try:
            read[name] = prompt_template(name, bundle.text(path))
        except Refusal as refusal:
            raise Misconfigured(f"{bundle.place(path)}, line {refusal.line}", f"{refusal.why}. Correct the prompt.") from refusal
    return Prompts(read)


def _intents(bundle: Bundle) -> Mapping[str, Intent]:
    read = {}
    for path in bundle.within(INTENTS, ".json"):
        intent, name = _file(bundle, path, Intent), _named(path, ".json")
        if intent.name != name or intent.name == OUT_OF_SCOPE:
            place = f"{bundle.place(path)}, name"
            raise Misconfigured(place, f'the file is called {name}, the intent "{intent.name}". Give both the same name.')
        read[intent.name] = intent
    if not read:
        raise Misconfigured(bundle.place(INTENTS), "there is no intent. Add one JSON file for each kind of mail you get.")
    return read


def _named(path: str, ending: str) -> str:
    return path.rpartition("/")[2].removesuffix(ending)


def _policy(bundle: Bundle, name: str, model: type[Shape]) -> Shape:
    return _file(bundle, f"{POLICIES}/{name}.json", model)


def _file(bundle: Bundle, path: str, model: type[Shape]) -> Shape:
    return _parsed(bundle.place(path), bundle.text(path), model)


def _parsed(place: str, text: str, model: type[Shape]) -> Shape:
    try:
        return model.model_validate(json.loads(text, object_pairs_hook=_once))
    except json.JSONDecodeError as error:
        at = f"{place}, line {error.lineno}, column {error.colno}"
        raise Misconfigured(at, f"this is not JSON: {error.msg}. Correct it there or just before.") from error
    except ValidationError as error:
        field, said = first_mistake(error)
        where = f"{place}, {field}" if field else place
        raise Misconfigured(where, f"{said}. Correct the field; policies/schema.json has its shape.") from error
    except (ValueError, RecursionError) as error:
        raise Misconfigured(place, f"this cannot be read: {str(error)[:200]}. Correct it.") from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON, refused where a name stands in it twice: the first would be lost silently."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f'the field "{next(name for name in names if names.count(name) > 1)}" stands twice in one object')
    return made
