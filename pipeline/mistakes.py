"""What pydantic has against a value, as a person reads it."""

import re

from pydantic import ValidationError

ENUM = re.compile(r"<\w+\.\w+: ('[^']*')>")


def first_mistake(error: ValidationError) -> tuple[str, str]:
    """The place of the first mistake, as rules.0.when, "" for the whole; and what is wrong, without a full stop."""
    first = error.errors(include_url=False, include_context=False)[0]
    said = first["msg"].removeprefix("Value error, ").rstrip(".")
    return ".".join(str(part) for part in first["loc"]), ENUM.sub(r"\1", said)
