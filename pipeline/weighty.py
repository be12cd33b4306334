"""Words that carry weight in a letter: numbers, negations, duties, conditions, promises, and what fraud is made of."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from pipeline.lexicon import COMMITTING, COMMITTING_STEMS, NUMBERS, folded

_NOT = re.compile(r"n['’]t\b|(?<=\bcan)not\b")
WORD = re.compile(r"[^\W\d_]+")
REMEMBERED, WORDS_REMEMBERED = 512, 4096
"""Letters say the same sentences again and again: so many texts, and so many words, are looked at once."""


_GLUED = (
    r"(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn)"
    r"(?:und(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)|hundert|tausend)\w*"
    r"|veinti\w+|(?:dos|tres|cuatro|quin|seis|sete|ocho|nove)cient[oa]s"
)

_NEGATIONS: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"not|no|never|none|nobody|nothing|nowhere|neither|nor|without|hardly|unable|impossible|refuse[sd]?|fail(?:s|ed)?|stop(?:s|ped)?",
    ),
    "de": (r"nicht|kein\w*|nie|niemals|niemand\w*|nichts|nirgends|ohne|weder|kaum|unmöglich|verweiger\w*",),
    "fr": (r"ne|n", r"pas|jamais|rien|aucune?|personne|guère|nulle?", r"sans|non|ni|impossible|refus\w*"),
    "es": (r"no|nunca|jamás|nadie|nada|ning[uú]n\w*|sin|tampoco|ni|imposible|rechaz\w*",),
}
_DUTIES: Mapping[str, str] = {
    "en": r"must|needs?|needed|require\w*|shall|obliged|obligat\w*|mandatory|necessary|forbidden|prohibited|compulsory|(?:have|has) to",
    "de": r"m[uü]ss\w*|muß|soll\w*|brauch\w*|verpflicht\w*|erforderlich|notwendig|nötig|verboten|dürf\w*|darf",
    "fr": r"doi[st]|doivent|dev(?:ez|ons|r\w+)|faut|faudra|nécessaire\w*|oblig\w*|interdit\w*|besoin",
    "es": r"deb\w+|necesi\w+|oblig\w*|prohib\w*|(?:tiene|tienen|hay) que",
}
_LIMITS: Mapping[str, str] = {
    "en": r"only|unless|except\w*|until|provided|solely|exclusively|instead",
    "de": r"nur|außer|sofern|bis|solange|ausschließlich|statt\w*",
    "fr": r"seulement|sauf|jusqu|uniquement|exclusivement|excepté|plutôt",
    "es": r"s[oó]lo|solamente|salvo|excepto|hasta|únicamente|exclusivamente",
}
_IF: Mapping[str, str] = {
    "en": r"if|whether|unless|should you|in case|when|whenever|for anything else",
    "de": r"wenn|falls|ob|sollten|sofern|geht es",
    "fr": r"si|s|lorsque|quand|en cas|pour toute",
    "es": r"si|cuando|en caso|para cualquier",
}


_GLUED_NUMBER = re.compile(folded(_GLUED))
_COMMITTING_STEMS = re.compile(rf"(?:{'|'.join(sorted(COMMITTING_STEMS))})\w*")


@lru_cache(maxsize=REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """The words, folded, contractions taken apart: "don't" is "do not"."""
    return tuple(WORD.findall(_NOT.sub(" not", folded(text))))


def numbers(said: tuple[str, ...]) -> Counter[str]:
    """Numbers written as words, in any of the languages."""
    return Counter(filter(_is_number, said))


@lru_cache(maxsize=WORDS_REMEMBERED)
def _is_number(word: str) -> bool:
    return word in NUMBERS or _GLUED_NUMBER.fullmatch(word) is not None


@lru_cache(maxsize=REMEMBERED)
def bound(said: tuple[str, ...], language: str) -> tuple[int, ...]:
    """How often a text denies, obliges and limits, and whether it names a condition; unknown languages are read as all of them."""
    flat = " ".join(said)
    counted = tuple(sum(1 for _ in pattern.finditer(flat)) for pattern in _PATTERNS.get(language, _ANY))
    return (*counted, *(int(bool(condition.search(flat))) for condition in _CONDITIONS.get(language, ())))


@lru_cache(maxsize=REMEMBERED)
def bound_elsewhere(said: tuple[str, ...], language: str) -> int:
    """How often words of another language deny, oblige or limit."""
    own, flat = _PATTERNS.get(language, ()), " ".join(said)
    return sum(1 for pattern in _ANY if pattern not in own for _ in pattern.finditer(flat))


def committing(said: tuple[str, ...]) -> frozenset[str]:
    """The words that promise, name a time or money, or ask for what frauds ask for."""
    return frozenset(filter(_commits, said))


@lru_cache(maxsize=WORDS_REMEMBERED)
def _commits(word: str) -> bool:
    return word in COMMITTING or _COMMITTING_STEMS.fullmatch(word) is not None


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{folded(pattern)})\b")


_PATTERNS = {
    language: (*map(_whole, negations), _whole(_DUTIES[language]), _whole(_LIMITS[language])) for language, negations in _NEGATIONS.items()
}
_ANY = tuple(pattern for patterns in _PATTERNS.values() for pattern in patterns)
_CONDITIONS = {language: (_whole(pattern),) for language, pattern in _IF.items()}
