"""What we say to customers: reply templates, the small part of Jinja2 that they may use, and their rendering."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = frozenset({"trim", "upper", "lower", "title", "capitalize"})
ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or, nodes.Filter)
LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """Why a template cannot be used, and in which line of it."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A template that was checked: `uses` are the slots it names, `fixed` the text that stands in it whatever the slots are."""

    name: str
    language: str
    compiled: Template
    uses: frozenset[str]
    fixed: str
    digest: str
    source: str


@dataclass(frozen=True, slots=True)
class Voice:
    """All reply templates by name: `pricing`, and `pricing.de` for German."""

    replies: Mapping[str, ReplyTemplate]

    def pick(self, template: str, language: str) -> ReplyTemplate:
        """The template in this language, or the one that every language falls back on."""
        return self.replies.get(f"{template}.{language}") or self.replies[template]


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja2 without globals, tests, attributes or unknown names; text stays text."""
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    made.globals.clear()
    made.tests.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    return made


def template(name: str, language: str, source: str, slots: frozenset[str]) -> ReplyTemplate:
    """Check a template's source and compile it. `slots` are the names it may use. Raises Refusal."""
    if len(source.encode()) > LONGEST:
        raise Refusal(1, f"a template has at most {LONGEST:,} bytes")
    sandbox = environment()
    try:
        tree = sandbox.parse(source)
        _allow(tree, slots)
        compiled = sandbox.from_string(source)
    except TemplateSyntaxError as error:
        raise Refusal(error.lineno, error.message or "this is not Jinja2") from error
    uses = frozenset(node.name for node in tree.find_all(nodes.Name))
    fixed = "".join(node.data for node in tree.find_all(nodes.TemplateData))
    return ReplyTemplate(name, language, compiled, uses, fixed, sha256(source.encode()).hexdigest()[:12], source)


def _allow(node: nodes.Node, slots: frozenset[str]) -> None:
    filters = ", ".join(sorted(FILTERS))
    if not isinstance(node, ALLOWED) and not (isinstance(node, nodes.Const) and isinstance(node.value, str)):
        usable = f"text, {{{{ slot }}}}, {{% if slot %}} and the filters {filters}"
        raise Refusal(node.lineno, f"{type(node).__name__} cannot be used in a reply; what can: {usable}")
    if isinstance(node, nodes.Name) and node.name not in slots:
        raise Refusal(node.lineno, f"there is no slot {node.name}; there are: {', '.join(sorted(slots))}")
    if isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.args or node.kwargs):
        raise Refusal(node.lineno, f"the filter {node.name} cannot be used; what can: {filters}")
    for child in node.iter_child_nodes():
        _allow(child, slots)


def render(reply: ReplyTemplate, values: Mapping[str, str]) -> str:
    """The reply's text, trimmed, one blank line at most between paragraphs. Raises Refusal where a slot is missing or it grows too long."""
    try:
        text = reply.compiled.render({name: values[name] for name in reply.uses})
    except KeyError as error:
        raise Refusal(1, f"the slot {error.args[0]} has no value") from error
    except TemplateError as error:
        raise Refusal(1, error.message or "the template cannot be rendered") from error
    if len(text.encode("utf-8", "replace")) > LONGEST:
        raise Refusal(1, f"the reply has more than {LONGEST:,} bytes")
    return _tidy(text)


def _tidy(text: str) -> str:
    paragraphs: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (paragraphs and paragraphs[-1]):
            paragraphs.append(line.rstrip())
    return "\n".join(paragraphs)
