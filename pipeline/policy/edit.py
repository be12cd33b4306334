"""One rule of rules.json changed, added or deleted by a person: text in, text out, every other rule as it was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from pipeline.errors import Misconfigured
from pipeline.mistakes import first_mistake
from pipeline.policy.rulebook import Rule

LONGEST = 3000
"""Characters of a rule that can be edited in Slack."""
TEMPLATE = """{
  "name": "new_rule",
  "why": "A sentence that a customer could read.",
  "when": { "kind": "intent", "one_of": ["pricing"] },
  "then": { "at_most": "review" }
}"""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person wants: `name` is the rule as it is called now ("" for a new one), `text` its JSON; `delete` takes it away."""

    name: str
    text: str
    delete: bool = False

    @property
    def digest(self) -> str:
        return sha256(f"{self.name}\0{self.delete}\0{self.text}".encode("utf-8", "replace")).hexdigest()[:16]


def rule_text(rules: str, name: str) -> str:
    """The rule's JSON, indented; "" where there is none of this name."""
    return next((json.dumps(rule, indent=2, ensure_ascii=False) for rule in json.loads(rules)["rules"] if rule["name"] == name), "")


def with_edit(rules: str, edit: Edit) -> str:
    """The text of rules.json after the edit. Raises Misconfigured, with the place in the rule."""
    whole = json.loads(rules)
    names = [rule["name"] for rule in whole.get("rules", [])]
    if edit.name and edit.name not in names:
        raise Misconfigured("rules.json", f'there is no rule "{edit.name}" any more. Look at the list again.')
    changed = () if edit.delete else (_rule(edit.text),)
    at = names.index(edit.name) if edit.name else len(names)
    whole["rules"] = [*whole.get("rules", [])[:at], *changed, *whole.get("rules", [])[at + 1 :]]
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _rule(text: str) -> Mapping[str, Any]:
    try:
        read = json.loads(text)
        Rule.model_validate(read)
        text.encode()
        json.dumps(read, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise Misconfigured(f"line {error.lineno}, column {error.colno}", f"this is not JSON: {error.msg}.") from error
    except ValidationError as error:
        place, said = first_mistake(error)
        raise Misconfigured(place or "the rule", f"{said}.") from error
    except (ValueError, RecursionError) as error:
        raise Misconfigured("the rule", f"this cannot be read: {str(error)[:200]}.") from error
    return dict(read)
