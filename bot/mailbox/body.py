"""What a mail says: its readable parts as one text, the newest of it, and what was odd about them."""

import re
from dataclasses import dataclass

from bot.mailbox import html, quotes
from bot.mailbox.headers import INVISIBLE
from bot.mailbox.limits import MAX_HTML_PARTS, MAX_TEXT
from bot.mailbox.parts import Leaf, Tree

HIDDEN_SHARE = 0.05
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_END = re.compile("\r\n?|\x85|\u2028|\u2029")
_DECEIVING = re.compile("[\u202a-\u202e\u2060-\u2064\u2066-\u2069\U000e0000-\U000e007f]|[A-Za-z][\u200b-\u200d\ufeff]+[A-Za-z]")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f")
_BLANKS = re.compile(r"\n{4,}")


@dataclass(frozen=True, slots=True)
class Body:
    """`text` is everything readable, `reply` its newest part; both at most 200,000 characters."""

    text: str
    reply: str
    defects: tuple[str, ...]


def body(tree: Tree) -> Body:
    """The text of a mail: plain text where the sender wrote any, else HTML as text."""
    defects: list[str] = []
    texts = [_readable(leaf, defects) for leaf in _few(_chosen(tree), defects)]
    marked = "\n".join(text for text in texts if text.strip()).strip("\n")
    if len(marked) > MAX_TEXT:
        marked = marked[:MAX_TEXT]
        defects.append("shortened")
    text = "\n".join(line for line in marked.split("\n") if line != html.QUOTE)
    parted = quotes.parted(marked)
    if parted.forwarded:
        defects.append("forwarded mail")
    return Body(text, parted.own, tuple(dict.fromkeys(defects)))


def _chosen(tree: Tree) -> list[Leaf]:
    """The readable leaves, without the HTML alternatives of a plain text that says something."""
    readable = [leaf for leaf in tree.leaves if leaf.readable]
    plain = {leaf.group for leaf in readable if leaf.group and leaf.media_type == "text/plain" and leaf.body.strip()}
    return [leaf for leaf in readable if leaf.media_type == "text/plain" or leaf.group not in plain]


def _few(leaves: list[Leaf], defects: list[str]) -> list[Leaf]:
    """At most five HTML parts: each costs as much as a whole mail."""
    pages = [leaf for leaf in leaves if leaf.media_type == "text/html"][:MAX_HTML_PARTS]
    kept = [leaf for leaf in leaves if leaf.media_type != "text/html" or any(leaf is page for page in pages)]
    if len(kept) < len(leaves):
        defects.append("shortened")
    return kept


def _readable(leaf: Leaf, defects: list[str]) -> str:
    text, lied = leaf.text()
    if lied:
        defects.append("wrong charset")
    if _DECEIVING.search(_FLAG.sub("", text)):
        defects.append("invisible characters")
    if leaf.media_type == "text/html":
        seen = html.readable(text)
        if seen.hidden > HIDDEN_SHARE:
            defects.append("hidden text")
        if seen.cut:
            defects.append("shortened")
        return tidy(seen.text, keep=html.QUOTE)
    text = tidy(text)
    return _unflowed(text, leaf.delsp) if leaf.flowed else text


def tidy(text: str, keep: str = "") -> str:
    """Text without control and invisible characters, with plain line ends; `keep` is a control character to spare."""
    plain = _CONTROL.sub(lambda found: found[0] if found[0] == keep else "", _LINE_END.sub("\n", text))
    return _BLANKS.sub("\n\n\n", INVISIBLE.sub("", plain).replace("\xa0", " "))


def _unflowed(text: str, delsp: bool) -> str:
    """Lines that a mailer broke (RFC 3676) joined again; a quoted line is only joined to one as deeply quoted."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        said = line[depth:].removeprefix(" ")
        flows = said.endswith(" ") and said != "-- "
        if depth != open_depth:
            out.append("\n" + ">" * depth + (" " if depth else ""))
        out.append(said[:-1] if flows and delsp else said)
        open_depth = depth if flows else -1
    return "".join(out).removeprefix("\n")
