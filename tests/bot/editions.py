"""Versions of the shipped policies: what a test publishes, and two processes that take it up."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.model import local
from bot.policies.begin import publish_folder
from bot.policies.bundle import RULES, Bundle, from_folders
from bot.policies.live import LivePolicies, Opener
from bot.policies.publish import Publisher
from bot.refit.live import LiveModel
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.models import Models
from bot.store.policies import PolicyVersions
from bot.store.records import PostgresRecords
from pipeline.house import House
from pipeline.policy.versions import Author, Version
from tests.pipeline.letters import ROOT, Scripted

ANA, DEV = Author("U01ANA", "Ana Ruiz"), Author("U02DEV", "Dev Patel")
CAUTIOUS = {
    "name": "no_prices",
    "why": "A person tells prices.",
    "when": {"kind": "intent", "one_of": ["pricing"]},
    "then": {"at_most": "human"},
}


def shipped() -> Bundle:
    return from_folders(ROOT / "policies", ROOT / "templates")


def edited(bundle: Bundle, edit: Callable[[Any], object], path: str = RULES) -> Bundle:
    """The bundle with one file's JSON changed."""
    content = json.loads(bundle.files[path])
    edit(content)
    return bundle.changed(path, json.dumps(content, indent=2, ensure_ascii=False))


def stricter(bundle: Bundle) -> Bundle:
    return edited(bundle, lambda rules: rules["rules"].append(CAUTIOUS))


def looser(bundle: Bundle) -> Bundle:
    """Attachments need nobody any more, which the rulebook's own test says as well."""

    def edit(rules: Any) -> None:
        rules["rules"] = [rule for rule in rules["rules"] if rule["name"] != "attachment"]
        rules["tests"] = [trial for trial in rules["tests"] if "attachment" not in trial["expect"].get("speaking", ())]

    return edited(bundle, edit)


def learned(examples: Mapping[str, Sequence[str]]) -> Scripted:
    """A model that is named as the real one of these examples is, at once."""
    model = Scripted()
    model.version = local.version_of(examples)
    return model


@asynccontextmanager
async def publishing(url: str) -> AsyncIterator[Publisher]:
    """A publisher over this database, in which the shipped policies are version 1."""
    database = await connect(url, name="test", size=4)
    try:
        await publish_folder(PolicyVersions(database), shipped)
        yield publisher(database)
    finally:
        await database.close()


def publisher(database: Database) -> Publisher:
    return Publisher(PolicyVersions(database), PostgresRecords(database, PLAIN))


async def process(database: Database, furnish: Callable[[House], House] = lambda house: house) -> LivePolicies:
    """What one running bot has of it."""
    opener = Opener(PolicyVersions(database), furnish, learned)
    first = await opener.first()
    return LivePolicies(opener, first, LiveModel(first.house.model, Models(database, PLAIN)))


def made(done: object) -> Version:
    assert isinstance(done, Version), done
    return done
