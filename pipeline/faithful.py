"""Whether a rewording says what its letter says, and nothing else: the gate that no model's words pass unread."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.atoms import atoms
from pipeline.letter import SLOT, Letter
from pipeline.lexicon import KIND, OPENERS, folded
from pipeline.weighty import bound, bound_elsewhere, committing, numbers, words

SHORTEST, LONGEST = 0.6, 1.6
"""How long the rewording of a letter may be, as a share of what was reworded."""
SENTENCE_LONGEST, SLACK = 2.2, 40
ALIKE = 0.45
"""The least share of a rewording's words that stand in the letter too; and of the letter's words that stand in the rewording."""
NEW_WORDS = 3
"""So many new words a sentence may have in any case."""

_LETTERS = {
    "en": "",
    "de": "äöüß",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "es": "áéíñóúü",
}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz")
_POINTS = frozenset(" .,;:!?'’()–—-")
_LABEL = re.compile(r"„[^“\n]*“|\"[^\"\n]*\"|«[^»\n]*»|\w+(?: > \w+)+")
_CAPITAL = re.compile(r"(?<![^\W_])[^\W\d_]*[A-ZÀ-ÖØ-ÞŒŸ][^\W\d_]*")


@dataclass(frozen=True, slots=True)
class Reworded:
    """A sentence of a model's, and the numbers (from 1) of the sentences that it stands for."""

    of: tuple[int, ...]
    text: str


def unfaithful(letter: Letter, said: Sequence[Reworded], language: str) -> str:
    """Why these words may not go out instead of the letter's own, or "". The numbers count the pieces that may be reworded."""
    return next(_faults(letter, said, language), "")


def groups(letter: Letter, said: Sequence[Reworded]) -> list[tuple[int, ...]]:
    """The places in `letter.pieces` that each rewording stands for; empty where a sentence is left out, repeated, or moved."""
    places = [at for at, piece in enumerate(letter.pieces) if not piece.fixed]
    if [number for one in said for number in one.of] != list(range(1, len(places) + 1)) or not all(one.of for one in said):
        return []
    made = [tuple(places[number - 1] for number in one.of) for one in said]
    joined = all(letter.pieces[at].gap == " " for group in made for at in group[1:])
    return made if joined and all(group == tuple(range(group[0], group[-1] + 1)) for group in made) else []


def _faults(letter: Letter, said: Sequence[Reworded], language: str) -> Iterator[str]:
    found = groups(letter, said)
    if not found:
        yield "it leaves out, repeats or moves sentences"
        return
    sources = [[letter.pieces[at] for at in group] for group in found]
    for pieces, one in zip(sources, said, strict=True):
        if len(pieces) > 1 and any(_lost(piece.text, one.text) for piece in pieces):
            yield "it leaves out a sentence that it says it joined"
        yield from _sentence_faults(" ".join(piece.text for piece in pieces), one.text, language)
    before, after = " ".join(piece.text for pieces in sources for piece in pieces), "\n".join(one.text for one in said)
    yield from _letter_faults(letter, before, after)


def _lost(before: str, after: str) -> bool:
    """A sentence that is gone would lend its "not" or its limit to its neighbour."""
    was, now = (_content(words(SLOT.sub(" ", text))) for text in (before, after))
    return len(was & now) < ALIKE * len(was)


def _sentence_faults(before: str, after: str, language: str) -> Iterator[str]:
    if Counter(SLOT.findall(before)) != Counter(SLOT.findall(after)):
        yield "a value that belongs into a sentence is missing, or stands there twice"
    old, new = SLOT.sub(" ", before), SLOT.sub(" ", after)
    yield from _writing(old, new, language)
    if len(new) > len(old) * SENTENCE_LONGEST + SLACK:
        yield "a sentence is much longer than the one it stands for"
    if Counter(_LABEL.findall(old)) != Counter(_LABEL.findall(new)):
        yield "the name of a button or page is missing or changed"
    was, now = words(old), words(new)
    if numbers(was) != numbers(now) or Counter(re.findall(r"\d+", old)) != Counter(re.findall(r"\d+", new)):
        yield "a number is missing or new"
    if bound(was, language) != bound(now, language) or bound_elsewhere(now, language) > bound_elsewhere(was, language):
        yield "a sentence denies, demands or limits something else than the template"
    fresh = _content(now) - _content(was) - KIND
    if len(fresh) > max(NEW_WORDS, len(_content(now)) // 2):
        yield "a sentence says something else than the template"


def _writing(old: str, new: str, language: str) -> Iterator[str]:
    """Only the letter's own characters: no markup, no look-alikes, nothing unseen."""
    letters = _PLAIN | frozenset(_LETTERS.get(language, "")) | frozenset(old.lower())
    odd = {char for char in new if char not in _POINTS and char not in old and char.lower() not in letters}
    if odd or not unicodedata.is_normalized("NFC", new):
        yield "it holds characters that the template does not use"
    if any(new.count(char) > old.count(char) for char in set(new) if not (char.isalpha() or char in _POINTS)):
        yield "it holds signs that the template does not use"


def _letter_faults(letter: Letter, before: str, after: str) -> Iterator[str]:
    if not SHORTEST <= len(after) / max(1, len(before)) <= LONGEST:
        yield "it is much longer or shorter than the template"
    old, new, whole = SLOT.sub(" ", before), SLOT.sub(" ", after), letter.text()
    if added := committing(words(new)) - frozenset(words(old)):
        yield f"it adds “{min(added)}”"
    if name := next(_new_names(after, whole), ""):
        yield f"it names “{name}”"
    was, now = _content(words(old)), _content(words(new))
    if len(now - was - KIND) > (1 - ALIKE) * max(1, len(now)) or len(was & now) < ALIKE * len(was - KIND) * 0.8:
        yield "it says something else than the template"
    if atoms(new) - atoms(old) or atoms(letter.filled(after)) - atoms(whole):
        yield "it holds a link, an address, a sum, a date or a promise that the template does not"


def _content(said: Sequence[str]) -> frozenset[str]:
    """What a text is about: the beginnings of its longer words."""
    return frozenset(word[:4] for word in said if len(word) > 3 and word not in OPENERS)


def _new_names(after: str, whole: str) -> Iterator[str]:
    """Words in capitals that the letter does not know; those that begin a sentence may be everyday words."""
    known = frozenset(_CAPITAL.findall(whole)) | {"I"}
    everyday = frozenset(words(whole)) | OPENERS
    for sentence in re.split(r"(?<=[.!?])\s+|\n", SLOT.sub(" ", after)):
        for found in _CAPITAL.finditer(sentence):
            word = folded(found.group())
            first = not sentence[: found.start()].strip()
            if found.group() not in known and not (first and (word in everyday or word[:4] in KIND)):
                yield found.group()
