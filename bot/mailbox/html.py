"""HTML to the text that a person sees: hidden text is left out, and its share is told."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.mailbox.headers import INVISIBLE
from bot.mailbox.limits import MAX_HTML_NAMES, MAX_HTML_TAGS
from bot.mailbox.styles import Look, Sheet, sheet, styled

QUOTE = "\x02"
"""Stands at the beginning of a line where the markup says that a quotation of an earlier mail begins."""

_SKIPPED = frozenset(("script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe", "select", "-comment"))
_BLOCKS = frozenset(("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form"))
_BLOCKS |= frozenset(("h4", "h5", "h6", "header", "hr", "li", "main", "nav", "p", "section", "table", "tbody", "tfoot", "thead", "tr"))
_SPACED = frozenset(("p", "blockquote", "h1", "h2", "h3", "table", "pre", "ul", "ol"))
_QUOTES = frozenset(("gmail_quote", "gmail_quote_container", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote", "tutanota_quote"))

_TAG = re.compile(r"</?[a-zA-Z]")
# whatever could be read as the name of an attribute, in any tag or text
_NAME = re.compile(r"[\s/\"']([^\s/>=]+)")
_SPACES = re.compile(r"[\x00-\x20]+")
_BREAKS = re.compile(r"[ \n\x03\x04\x05]+")
_EMPTY = re.compile(r"\x05 *\x05")


@dataclass(frozen=True, slots=True)
class Readable:
    """The visible text, how much of all text (0 to 1) was hidden, and whether the end was cut off."""

    text: str
    hidden: float
    cut: bool


def readable(source: str) -> Readable:
    """The text of an HTML page; beyond 10,000 tags it is cut off."""
    short = _bounded(source)
    root = LexborHTMLParser(short).root
    text, seen, hidden = _walk(root) if root else ("", 0, 0)
    return Readable(text, hidden / max(1, seen + hidden), len(short) < len(source))


def _bounded(source: str) -> str:
    """As much as the parser reads quickly: its time grows with the square of the tags' nesting and of one tag's attributes."""
    for count, tag in enumerate(_TAG.finditer(source), 1):
        if count > MAX_HTML_TAGS:
            source = source[: tag.start()]
            break
    if len(source) < 3 * MAX_HTML_NAMES:
        return source
    names: set[str] = set()
    for name in _NAME.finditer(source):
        names.add(name[1])
        if len(names) > MAX_HTML_NAMES:
            return source[: name.start()]
    return source


def _walk(root: LexborNode) -> tuple[str, int, int]:
    """The text with line breaks where blocks begin and end, and how many characters were seen and hidden."""
    page = sheet("\n".join(style.text() for style in root.css("style")))
    out: list[str] = []
    seen = hidden = 0
    todo: list[tuple[LexborNode | str, Look]] = [(root, Look())]
    while todo:
        node, look = todo.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        tag = node.tag or ""
        if tag == "-text":
            text = _SPACES.sub(" ", node.text_content or "")
            size = len(text) - text.count(" ")
            if look.hidden:
                hidden += size
            else:
                seen += size
                out.append(INVISIBLE.sub("", text))
        elif tag not in _SKIPPED:
            todo.extend(_opened(node, tag, look, page))
    return _tidy("".join(out)), seen, hidden


def _opened(node: LexborNode, tag: str, look: Look, page: Sheet) -> list[tuple[LexborNode | str, Look]]:
    """What to write for an element, last first: its end, its children, its beginning."""
    attributes = node.attributes
    look = styled(attributes, look, page)
    before, after = _edges(tag, attributes)
    if look.hidden:
        before, after = "", ""
    inside: list[tuple[LexborNode | str, Look]] = [(after, look)]
    child = node.last_child
    while child:
        inside.append((child, look))
        child = child.prev
    inside.append((before, look))
    return inside


def _edges(tag: str, attributes: dict[str, str | None]) -> tuple[str, str]:
    classes = (attributes.get("class") or "").split()
    if tag == "br":
        return "\n", ""
    if tag == "a":
        return "", _target(attributes.get("href") or "")
    quote = (tag == "blockquote" and attributes.get("type") == "cite") or not _QUOTES.isdisjoint(classes)
    quote = quote or attributes.get("id") in ("divRplyFwdMsg", "appendonsend", "stopSpelling", "OLK_SRC_BODY_SECTION")
    start = f"\n{QUOTE}\n" if quote else ""
    if tag in _SPACED and not any(name.startswith("Mso") for name in classes):
        return f"{start}\x03", "\x03"
    if tag == "p":
        return f"{start}\x04\x05", "\x05\x04"
    if tag == "li":
        return f"{start}\x04- ", "\x04"
    if tag in ("td", "th"):
        return f"{start} ", " "
    return (f"{start}\x04", "\x04") if tag in _BLOCKS else (start, "")


def _target(href: str) -> str:
    """Where a link leads, if it leads to a page: without its query, which is for tracking."""
    page = href.strip().partition("?")[0].partition("#")[0]
    return f" <{page}>" if page.lower().startswith(("https://", "http://")) and len(page) <= 120 and " " not in page else ""


def _tidy(text: str) -> str:
    """Marks of blocks become line breaks: \\x03 asks for an empty line around it, \\x04 for a new line only."""
    lines = _BREAKS.sub(lambda found: _lines(found[0]), text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines.split("\n"))).strip("\n")


def _lines(breaks: str) -> str:
    if "\x03" in breaks:
        return "\n\n"
    count = breaks.count("\n") + len(_EMPTY.findall(breaks))
    if "\x04" not in breaks:
        return "\n" * count or " "
    ended = breaks.lstrip(" ").startswith(("\x04", "\x05\x04"))
    return "\n" * (count + 1 if ended else max(1, count))
