"""What OpenAI's strict mode asks of a JSON schema: closed objects, every property required, only keywords that it knows."""

from collections.abc import Iterator

from sandbox.models.settings import Json

KNOWN = {
    "$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum", "exclusiveMaximum", "exclusiveMinimum", "format",
    "items", "maxItems", "maximum", "minItems", "minimum", "multipleOf", "pattern", "properties", "required", "title", "type",
}  # fmt: skip
DEEPEST = 10
MOST_PROPERTIES = 5000


def objection(schema: Json) -> str:
    """The first thing that strict mode refuses, in OpenAI's words; empty where there is none."""
    if schema.get("type") != "object" or "anyOf" in schema:
        return f"""schema must be a JSON Schema of 'type: "object"', got 'type: "{schema.get("type")}"'."""
    return next(_objections(schema, (), 0), "")


def _objections(schema: object, at: tuple[str, ...], depth: int) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    place = f"In context={at}, "
    if depth > DEEPEST:
        yield f"{place}the schema is nested more than {DEEPEST} levels deep."
    for unknown in sorted(set(schema) - KNOWN):
        yield f"{place}'{unknown}' is not permitted."
    if schema.get("type") == "object" or "properties" in schema:
        yield from _object_objections(schema, place)
    for name, part in schema.get("properties", {}).items():
        yield from _objections(part, (*at, "properties", name), depth + 1)
    for name, part in schema.get("$defs", {}).items():
        yield from _objections(part, (*at, "$defs", name), depth)
    yield from _objections(schema.get("items"), (*at, "items"), depth + 1)
    for number, part in enumerate(schema.get("anyOf", ())):
        yield from _objections(part, (*at, "anyOf", str(number)), depth)


def _object_objections(schema: Json, place: str) -> Iterator[str]:
    if schema.get("additionalProperties") is not False:
        yield f"{place}'additionalProperties' is required to be supplied and to be false."
    names, required = set(schema.get("properties", {})), set(schema.get("required", ()))
    if len(names) > MOST_PROPERTIES:
        yield f"{place}there are more than {MOST_PROPERTIES} properties."
    if missing := sorted(names - required):
        yield (
            f"{place}'required' is required to be supplied and to be an array including every key in properties. Missing '{missing[0]}'."
        )
    if extra := sorted(required - names):
        yield f"{place}'required' has an extra key '{extra[0]}'."
