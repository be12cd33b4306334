"""The JSON schema of the policy files: policies/schema.json, made from the models that read them."""

from collections.abc import Mapping

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from pipeline.people import People
from pipeline.policy.content import Company, Intent, ModelPrices, OutOfScope, Prices
from pipeline.policy.rulebook import Rulebook

FILES: Mapping[str, type[BaseModel]] = {
    "company.json": Company,
    "prices.json": Prices,
    "models.json": ModelPrices,
    "people.json": People,
    "rules.json": Rulebook,
    "out_of_scope.json": OutOfScope,
    "intents/<intent>.json": Intent,
}


def schema() -> dict[str, object]:
    """One document: `files` says which definition each file follows."""
    _, definitions = models_json_schema([(model, "validation") for model in FILES.values()], title="Inbox Triage policies")
    files = {name: {"$ref": f"#/$defs/{model.__name__}"} for name, model in FILES.items()}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "files": files, **definitions}
