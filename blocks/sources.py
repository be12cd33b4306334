"""The window that says of each sentence of a draft where it comes from."""

from blocks import ids, kit
from blocks.kit import Json
from blocks.state import evidence, shown
from blocks.text import clip, visible, words
from pipeline.case import Case, Cited, Draft

PLACES = {
    "config": "settings",
    "price": "price list",
    "mail": "the mail",
    "case": "the case",
    "kb": "the knowledge base",
    "calendar": "the calendar",
    "crm": "the CRM",
}
"""Where a slot's value came from, in words."""
SENTENCES = 60
SENTENCE = 600


def view(case: Case) -> Json:
    """Every sentence that stands in the draft as it is now, with its sources; what a person wrote has none."""
    case = shown(case)
    assert case.draft is not None
    left = [cited for cited in case.draft.cited if cited.text in case.draft.text]
    told = [kit.context(kit.plain(_headline(case.draft, len(left) < len(case.draft.cited))))]
    words_of = [kit.context(kit.plain(quoted))] if (quoted := evidence(case)) else []
    return kit.modal("Where it comes from", ids.NOTICE_VIEW, [*told, *(_sentence(cited) for cited in left[:SENTENCES]), *words_of])


def _headline(draft: Draft, changed: bool) -> str:
    worded = "A model put the template into other words, and each was checked against it." if draft.author == "model" else ""
    edited = "What was written by hand is not listed." if changed else ""
    return " ".join(part for part in (worded, "Each sentence, and what it rests on.", edited) if part)


def _sentence(cited: Cited) -> Json:
    return kit.rich_text(
        kit.quote(clip(visible(cited.text), SENTENCE)), kit.line(kit.run(", ".join(map(source, cited.sources)), italic=True))
    )


def source(written: str) -> str:
    """A source in words: `template:support:7` is "template “support”, line 7"."""
    kind, _, name = written.partition(":")
    match kind:
        case "template":
            template, _, line = name.rpartition(":")
            return f"template “{words(template)}”, line {line}"
        case "price":
            plan, _, day = name.partition("@")
            return f"{PLACES[kind]} ({words(plan)}, approved {day})"
        case "kb":
            return f"{PLACES[kind]} ({', '.join(name.split('+'))})"
        case _:
            return f"{PLACES.get(kind) or words(kind)} ({words(name)})"
