"""How styles hide text: what a style attribute says, and which classes a page's style sheet hides."""

import re
from dataclasses import dataclass, replace

_HIDING = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|(?:^|;)opacity:0?(?:\.0+)?(?:;|!|$)|font-size:0(?:\.0+)?(?:px|pt|em|rem|%)?(?:;|!|$)"
    r"|(?:^|;)(?:text-indent|left|top|margin-left):-\d{3,}|(?:^|;)max-height:0(?:px)?(?:;|!|$)"
)
_COLOUR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_WHITE = frozenset(("#fff", "#ffffff", "white", "rgb(255,255,255)"))
_BLACK = frozenset(("#000", "#000000", "black", "rgb(0,0,0)"))

_MEDIA = re.compile(r"@[^{}@;]*\{(?:[^{}@]*\{[^{}@]*\})*[^{}@]*\}")
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_CLASS = re.compile(r"\s*(?:[a-zA-Z]{1,10})?\.([\w-]{1,80})\s*")
_LONGEST_SHEET = 50_000
_LONGEST_STYLE = 1_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """The classes that a page's style sheet hides from everyone, and whether it paints backgrounds that we do not follow."""

    hidden: frozenset[str]
    paints: bool


@dataclass(frozen=True, slots=True)
class Look:
    """How the text at some place looks; a colour is None where it cannot be known."""

    hidden: bool = False
    colour: str | None = None
    background: str | None = "white"


def sheet(css: str) -> Sheet:
    """Read without its @media rules: what a telephone does not show may well be seen on a desk."""
    first, *rest = css[:_LONGEST_SHEET].split("/*")
    plain = _MEDIA.sub("", first + "".join(piece.partition("*/")[2] for piece in rest))
    hidden: set[str] = set()
    for rule in _RULE.finditer(plain):
        if _HIDING.search(_squeezed(rule[2])):
            hidden |= {name[1] for selector in rule[1].rpartition(";")[2].split(",") if (name := _CLASS.fullmatch(selector))}
    return Sheet(frozenset(hidden), "background" in plain)


def styled(attributes: dict[str, str | None], look: Look, page: Sheet) -> Look:
    """How text inside an element with these attributes looks, where the text around it looks like `look`."""
    if not attributes or look.hidden:
        return look
    classes = (attributes.get("class") or "").split()
    style = _squeezed(attributes.get("style") or "")
    hidden = "hidden" in attributes or attributes.get("aria-hidden") == "true" or bool(_HIDING.search(style))
    look = _painted(attributes, style, look, page.paints and bool(classes or attributes.get("id")))
    same = look.colour is not None and look.colour == look.background
    return replace(look, hidden=hidden or same or not page.hidden.isdisjoint(classes))


def _painted(attributes: dict[str, str | None], style: str, look: Look, unknown: bool) -> Look:
    colour, background = _COLOUR.search(style), _BACKGROUND.search(style)
    written = colour[1] if colour else (attributes.get("color") or "").strip().lower()
    behind = background[1] if background else (attributes.get("bgcolor") or "").strip().lower()
    if attributes.get("background"):
        behind = "url("
    if behind and behind != "transparent":
        look = replace(look, background=None if "url(" in behind or "gradient" in behind or "var(" in behind else _same(behind))
    elif unknown:
        look = replace(look, background=None)
    return replace(look, colour=_same(written)) if written else look


def _squeezed(style: str) -> str:
    return re.sub(r"\s+", "", style[:_LONGEST_STYLE]).lower()


def _same(colour: str) -> str:
    """One name for the colours with which text is usually hidden."""
    return "white" if colour in _WHITE else "black" if colour in _BLACK else colour
