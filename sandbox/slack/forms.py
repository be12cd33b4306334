"""What Slack's client checks in a form before the app sees it: required fields, lengths, formats."""

import re
from typing import Any

from sandbox.slack.errors import Json
from sandbox.slack.kit.blocks import every
from sandbox.slack.state import HELD

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
URL = re.compile(r"(https?|mailto)://?\S+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def errors(blocks: list[Json], values: Json) -> dict[str, str]:
    """A sentence for each input block that cannot be submitted, by block_id."""
    found: dict[str, str] = {}
    for _, block in every(blocks):
        if block["type"] == "input":
            element = block["element"]
            value = values[block["block_id"]][element["action_id"]][HELD[element["type"]].key]
            sentence = _missing(block, value) or _wrong(element, value)
            if sentence:
                found[block["block_id"]] = sentence
    return found


def _missing(block: Json, value: Any) -> str:
    return "" if value or block.get("optional") else "Please complete this required field."


def _wrong(element: Json, value: Any) -> str:
    if not value:
        return ""
    match element["type"]:
        case "plain_text_input":
            return _wrong_length(element, str(value))
        case "email_text_input":
            return "" if EMAIL.fullmatch(value) else "Please enter a valid email address."
        case "url_text_input":
            return "" if URL.fullmatch(value) else "Please enter a valid URL."
        case "number_input":
            return _wrong_number(element, str(value))
    return ""


def _wrong_length(element: Json, value: str) -> str:
    if len(value) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    most = element.get("max_length", 3000)
    return f"Please use at most {most} characters." if len(value) > most else ""


def _wrong_number(element: Json, value: str) -> str:
    if not NUMBER.fullmatch(value) or ("." in value and not element["is_decimal_allowed"]):
        return "Please enter a valid number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return ""
