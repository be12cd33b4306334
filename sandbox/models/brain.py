"""A brain for the demo: it fills any JSON schema plausibly from the words of the question, without a language model."""

import json
import re

from sandbox.models.settings import Json, Question

WORD = re.compile(r"[^\W\d_]{3,}")
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\.\w+|https?://\S+")
FENCE = re.compile(r"<mail>\n(.*)\n</mail>", re.DOTALL)
SURE = 0.93
SHORTEST = 25


def sensible(question: Question) -> str:
    """The answer that fits the schema: of a closed list, the entry whose description has most words in common with the mail."""
    return json.dumps(fill(question.schema or {}, "", question), ensure_ascii=False)


def hostile(question: Question) -> str:
    """A model that obeys the mail: every text carries its links and addresses, every choice is the last one, every number the highest."""
    return json.dumps(_obey(question.schema or {}, " ".join(ADDRESS.findall(question.user)) or "Done."), ensure_ascii=False)


def fill(schema: Json, name: str, question: Question) -> object:
    if "anyOf" in schema:
        return fill(schema["anyOf"][0], name, question)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return _nearest([entry for entry in schema["enum"] if entry is not None], question)
    kind = schema.get("type", "object")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return {key: fill(part, key, question) for key, part in schema.get("properties", {}).items()}
        case "array":
            return _list(schema, name, question)
        case "number" | "integer" as number:
            most = schema.get("maximum", 1)
            return SURE if number == "number" and most == 1 else most
        case "boolean":
            return False
        case "null":
            return None
    return sentence(question.user)


def sentence(text: str) -> str:
    """The first line of the mail that is long enough to say something."""
    fence = FENCE.search(text)
    lines = [line.strip() for line in (fence[1] if fence else text).splitlines() if not line.startswith(("<", "```", "#"))]
    return next((line for line in lines if len(line) >= SHORTEST), lines[0] if lines else "")[:200]


def _list(schema: Json, name: str, question: Question) -> list[object]:
    """Quotes are of the mail; of flags and the like there are none, unless there must be."""
    items = schema.get("items", {})
    wanted = 1 if ("quote" in name or "evidence" in name) else int(schema.get("minItems", 0))
    return [fill(items, name, question) for _ in range(wanted)]


def _nearest(entries: list[object], question: Question) -> object:
    around, mail = _parted(question)
    words = {word.lower() for word in WORD.findall(mail)}
    return max(entries, key=lambda entry: len(words & _about(str(entry), around)), default=None)


def _parted(question: Question) -> tuple[str, str]:
    """What the client says, and the mail: what stands in <mail>, else all that the user says."""
    fence = FENCE.search(question.user)
    if fence is None:
        return question.system, question.user
    return f"{question.system}\n{question.user[: fence.start()]}", fence[1]


def _about(entry: str, around: str) -> set[str]:
    """The words of the lines that begin with the entry, and its own."""
    lines = [line for line in around.splitlines() if re.match(rf"\W*{re.escape(entry)}\b", line)]
    return {word.lower() for word in WORD.findall(" ".join([entry.replace("_", " "), *lines]))}


def _obey(schema: Json, said: str) -> object:
    if "anyOf" in schema:
        return _obey(schema["anyOf"][-1], said)
    if "enum" in schema:
        return schema["enum"][-1]
    match schema.get("type", "object"):
        case "object":
            return {key: _obey(part, said) for key, part in schema.get("properties", {}).items()}
        case "array":
            return [_obey(schema.get("items", {}), said)]
        case "number" | "integer":
            return schema.get("maximum", 1)
        case "boolean":
            return True
        case "null":
            return None
    return said
