"""The newest text that a mail's author wrote: without quotations, the headers above them, and the signature."""

import re
from dataclasses import dataclass

from bot.mailbox.html import QUOTE
from bot.mailbox.wording import ADDRESS, DEVICE, FORWARD, LABEL, ORIGINAL, TIME, WROTE, YEAR, disclaims, legal

_LONGEST = 300
_WRAPPED = 60

_RULE = re.compile(r"\s*[_=*—–-]{3,}\s*\Z")


@dataclass(frozen=True, slots=True)
class Parted:
    """`own` is what the author wrote this time; `forwarded`: below it stands a mail that they pass on."""

    own: str
    forwarded: bool


def newest(text: str) -> str:
    """What the author wrote this time, as `parted` finds it."""
    return parted(text).own


def parted(text: str) -> Parted:
    """The author's own words: nothing where they passed on a mail without a word, the whole text where all of it seems quoted.

    `text` may hold lines that are html.QUOTE: the markup of an HTML mail says that a quotation begins there.
    """
    lines = text.split("\n")
    end = next((at for at in range(len(lines)) if _ends(lines, at)), len(lines))
    own = _said(_without_quotes(lines[:end]))
    forwarded = any(FORWARD.match(line[:_LONGEST]) for line in _first(lines[end:], 3))
    passed_on = forwarded or (end < len(lines) and _heads(lines, end))
    if passed_on and _only_signed(own):
        below = "\n".join(_below(lines[end:])).strip()
        return Parted(below, not below)
    return Parted("\n".join(own).strip() or text.replace(QUOTE, "").strip(), forwarded)


def _below(lines: list[str]) -> list[str]:
    """What an author wrote below or between what they quote at the top: only where that is marked, line by line."""
    at = 0
    while at < len(lines) and (not lines[at].strip() or lines[at] == QUOTE or _heads(lines, at) or LABEL.match(lines[at][:_LONGEST])):
        at += 1
    if at == len(lines) or not any(map(_quoted, lines[: at + 1])):
        return []
    rest = _without_quotes(lines[at:])
    return _said(rest[: next((i for i in range(len(rest)) if _ends(rest, i)), len(rest))])


def _said(own: list[str]) -> list[str]:
    """Without a disclaimer, and without rules and empty lines at the end."""
    own = _without_disclaimers(own)
    while own and (not own[-1].strip() or _RULE.match(own[-1])):
        own.pop()
    return own


def _only_signed(own: list[str]) -> bool:
    """Nothing stands there but a signature or a telephone's name."""
    said = [line for line in own if line.strip()]
    return not said or said[0].rstrip() == "--" or all(len(line) < _LONGEST and DEVICE.match(line) for line in said)


def _first(lines: list[str], count: int) -> list[str]:
    return [line for line in lines[: 3 * count] if line.strip() and line != QUOTE][:count]


def _heads(lines: list[str], at: int) -> bool:
    return bool(ORIGINAL.match(lines[at][:_LONGEST]) or FORWARD.match(lines[at][:_LONGEST]) or _header_block(lines, at))


def _without_disclaimers(lines: list[str]) -> list[str]:
    """Without the paragraphs that lawyers put below a letter; never its first."""
    kept: list[list[str]] = []
    cut = False
    for paragraph in _paragraphs(lines):
        said = "\n".join(paragraph)
        cut = bool(kept) and (disclaims(said) or (cut and (not said.strip() or legal(said) > 0)))
        if not cut:
            kept.append(paragraph)
    return [line for paragraph in kept for line in paragraph]


def _paragraphs(lines: list[str]) -> list[list[str]]:
    """Runs of lines with the empty ones after them."""
    found: list[list[str]] = []
    for at, line in enumerate(lines):
        if not found or (line.strip() and at and not lines[at - 1].strip()):
            found.append([])
        found[-1].append(line)
    return found


def _ends(lines: list[str], at: int) -> bool:
    """Whether the author's text ends before this line, whatever follows."""
    line = lines[at]
    if line == QUOTE:
        return any(own.strip() for own in lines[:at])
    if line.rstrip() == "--" or (len(line) < _LONGEST and DEVICE.match(line)):
        return any(own.strip() for own in lines[:at])
    if _heads(lines, at):
        return True
    attributed = _attribution(lines, at)
    return bool(attributed) and not _quoted(_next(lines, at + attributed))


def _without_quotes(lines: list[str]) -> list[str]:
    """Without the lines marked `>`, the lines a mailer wrapped among them, and the attributions above them."""
    own: list[str] = []
    at, cut = 0, False
    while at < len(lines):
        attributed = _attribution(lines, at)
        if attributed or _quoted(lines[at]) or _wrapped(lines, at) or lines[at] == QUOTE:
            at, cut = at + (attributed or 1), True
            continue
        if lines[at].strip() or not cut or (own and own[-1].strip()):
            own.append(lines[at])
            cut = cut and not lines[at].strip()
        at += 1
    return own


def _quoted(line: str) -> bool:
    return line.lstrip().startswith(">") and line.strip() != ">:"


def _wrapped(lines: list[str], at: int) -> bool:
    """A long quoted line's tail that a mailer put on a line of its own."""
    between = 0 < at < len(lines) - 1 and _quoted(lines[at - 1]) and _quoted(lines[at + 1])
    return between and len(lines[at - 1]) >= _WRAPPED and bool(lines[at].strip())


def _next(lines: list[str], at: int) -> str:
    return next((line for line in lines[at : at + 4] if line.strip() and line != QUOTE), "")


def _attribution(lines: list[str], at: int) -> int:
    """How many lines from here say only who wrote what follows (0: none), as in "On 2 May 2024, Eve <eve@x.org> wrote:"."""
    if not lines[at].strip() or _quoted(lines[at]):
        return 0
    said = ""
    for count, line in enumerate(lines[at : at + 3], 1):
        if not line.strip() or _quoted(line) or len(said) + len(line) > _LONGEST:
            return 0
        said = f"{said} {line.strip()}".replace("：", ":").strip()
        if _says_who(said, _quoted(_next(lines, at + count))):
            return count
        if not any(character.isdigit() for character in said) and not WROTE.search(said):
            return 0
    return 0


def _says_who(said: str, quoted: bool) -> bool:
    ends = said.endswith((":", ": ")) or bool(WROTE.search(said[-12:]))
    if not ends or not any(character.isdigit() for character in said):
        return bool(quoted and said.endswith(":") and WROTE.search(said))
    dated, known = bool(YEAR.search(said) or TIME.search(said)), bool(ADDRESS.search(f" {said} "))
    if WROTE.search(said):
        return quoted or (dated and (known or bool(TIME.search(said))))
    return known and dated and bool(TIME.search(said)) and said.endswith((">:", "):", '":'))


def _header_block(lines: list[str], at: int) -> bool:
    """A run of "From: / Sent: / To: / Subject:" in any of our languages, as Outlook puts above what it quotes."""
    if not LABEL.match(lines[at][:_LONGEST]):
        return False
    block = lines[at : at + 7]
    block = block[: next((i for i, line in enumerate(block) if not line.strip()), len(block))]
    labels = [label for line in block if (label := LABEL.match(line[:_LONGEST]))]
    if len(labels) < 3 or not any(label["from"] for label in labels):
        return False
    return any(label["subject"] for label in labels) or any("@" in line or (YEAR.search(line) and TIME.search(line)) for line in block)
