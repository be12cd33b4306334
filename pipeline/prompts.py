"""What we say to models: prompts in two parts, the one that is the same for every mail first, and strangers' words in a fence."""

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from jinja2 import Template, TemplateError, TemplateSyntaxError, meta, nodes

from pipeline.voice import Refusal, environment

DIVIDER = re.compile(r"^-{5,}[ ]*\n", re.MULTILINE)
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_OPENING = re.compile("[<\ufe64\uff1c]")
SAMPLES: Mapping[str, Mapping[str, object]] = {
    "classify": {
        "company": "Example",
        "intents": "pricing: what it costs",
        "hints": "legal",
        "known": "a known contact",
        "mail": "<mail>\n</mail>",
        "thread": "<thread>\n</thread>",
    },
    "draft": {"company": "Example", "language": "en", "lines": ("1 Thank you.", "2 We look into it."), "mail": "<mail>\n</mail>"},
    "qa": {"company": "Example", "intent": "What it costs.", "mail": "<mail>\n</mail>", "reply": "<reply>\n</reply>"},
    "summary": {"company": "Example", "language": "en", "mail": "<mail>\n</mail>", "thread": "<thread>\n</thread>"},
}
"""What each prompt may name, with a value: what cannot be rendered with these, or with nothing in them, is refused when it is read."""
_BROKEN = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a template can raise when it is rendered."""


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
        except _BROKEN as error:
            raise Refusal(_line(error), f"it cannot be rendered: {str(error)[:200] or type(error).__name__}") from error


NO_PROMPTS = Prompts()


def prompt_template(name: str, source: str) -> PromptTemplate:
    """Compile a prompt: the stable part, a line of five hyphens, the varying part. One of ours is tried, too. Raises Refusal."""
    parts = DIVIDER.split(source)
    if len(parts) != 2:
        raise Refusal(1, "a prompt has two parts, with one line of hyphens (-----) between them")
    stable, varying = parts[0], "\n" * (parts[0].count("\n") + 1) + parts[1]  # both keep the file's line numbers
    sandbox = environment()
    try:
        made = PromptTemplate(name, sha256(source.encode()).hexdigest()[:12], sandbox.from_string(stable), sandbox.from_string(varying))
        named = [node for part in (stable, varying) for node in _unset(sandbox.parse(part))]
    except TemplateSyntaxError as error:
        raise Refusal(error.lineno, error.message or "this is not Jinja2") from error
    if name in SAMPLES:
        _try(made, named, SAMPLES[name])
    return made


def _unset(tree: nodes.Template) -> list[nodes.Name]:
    """The names that somebody else must give a value, wherever they stand: also in a branch that is seldom taken."""
    free = meta.find_undeclared_variables(tree)
    return [node for node in tree.find_all(nodes.Name) if node.name in free]


def _try(made: PromptTemplate, named: list[nodes.Name], values: Mapping[str, object]) -> None:
    for node in named:
        if node.name not in values:
            raise Refusal(node.lineno, f"there is no value {node.name}; there are: {', '.join(sorted(values))}")
    for sample in (values, {name: type(value)() for name, value in values.items()}):
        Prompts({made.name: made}).render(made.name, **sample)


def _line(error: Exception) -> int:
    """The template's line that failed; Jinja2 names it in the traceback."""
    return next((frame.lineno or 1 for frame in reversed(traceback.extract_tb(error.__traceback__)) if frame.filename == "<template>"), 1)


def fenced(name: str, text: str, most: int) -> str:
    """A stranger's text between <name> and </name>, at most `most` characters of it: it holds no "<", so it cannot close its fence."""
    seen = _UNSEEN.sub("", text.replace("\r\n", "\n")).strip()
    return f"<{name}>\n{_OPENING.sub('‹', seen[:most])}\n</{name}>"
