"""What we say to models: prompts in two parts, the one that is the same for every mail first, and strangers' words in a fence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from jinja2 import Template, TemplateError, TemplateSyntaxError

from pipeline.voice import Refusal, environment

DIVIDER = re.compile(r"^-{5,}[ ]*\n", re.MULTILINE)
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_OPENING = re.compile("[<\ufe64\uff1c]")


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A prompt in two parts; `version` is the digest of its source."""

    name: str
    version: str
    stable: Template
    varying: Template


@dataclass(frozen=True, slots=True)
class Asked:
    """Both parts of a rendered prompt, and the template's version."""

    stable: str
    varying: str
    version: str


@dataclass(frozen=True, slots=True)
class Prompts:
    """All prompts by name: `draft` is templates/prompts/draft.j2."""

    by_name: Mapping[str, PromptTemplate] = field(default_factory=dict)

    def render(self, name: str, **values: object) -> Asked:
        """The prompt with these values. What strangers wrote must come as `fenced` text. Raises Refusal where a value is missing."""
        prompt = self.by_name.get(name)
        if prompt is None:
            raise Refusal(1, f"there is no prompt {name}")
        try:
            return Asked(prompt.stable.render(values).strip(), prompt.varying.render(values).strip(), prompt.version)
        except TemplateError as error:
            raise Refusal(1, error.message or f"the prompt {name} cannot be rendered") from error


NO_PROMPTS = Prompts()


def prompt_template(name: str, source: str) -> PromptTemplate:
    """Compile a prompt: the stable part, a line of five hyphens, the varying part. Raises Refusal."""
    parts = DIVIDER.split(source)
    if len(parts) != 2:
        raise Refusal(1, "a prompt has two parts, with one line of hyphens (-----) between them")
    sandbox = environment()
    try:
        stable, varying = (sandbox.from_string(part) for part in parts)
    except TemplateSyntaxError as error:
        raise Refusal(error.lineno, error.message or "this is not Jinja2") from error
    return PromptTemplate(name, sha256(source.encode()).hexdigest()[:12], stable, varying)


def fenced(name: str, text: str, most: int) -> str:
    """A stranger's text between <name> and </name>, at most `most` characters of it: it holds no "<", so it cannot close its fence."""
    seen = _UNSEEN.sub("", text.replace("\r\n", "\n")).strip()
    return f"<{name}>\n{_OPENING.sub('‹', seen[:most])}\n</{name}>"
