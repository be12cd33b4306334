"""Domains that look like another one: a skeleton in the manner of Unicode TS 39, and the tricks that need no foreign letter."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_PAIRS = (
    "аa еe оo рp сc уy хx іl їl јj ѕs һh ԁd ԛq ԝw вb кk мm нh тt гr пn лn дd ьb зe бb шw щw жx ӏl ғf ҝk ңh ү y"
    " αa βb γy εe ηn ιl κk νv οo ρp τt υu χx ωw σo ϲc ϳj μu ѵv ɡg ıl ɑa ʟl ɩl ᴏo ᴄc ѡw"
    " øo łl đd ħh ŧt ßb æae œoe þp"
    " 0o 1l |l !l il 5s 8b 3e 6b 9g 7t 4a $s"
)
_LETTERS = {ord(pair[0]): pair[1:] for pair in _PAIRS.replace("ү y", "үy").split()}
_GROUPS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_PUBLIC = frozenset(
    (
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "proton.me",
    )
)
"""Where everybody has an address: names near these are often other honest providers, so only the very same look counts."""
_SECOND_LEVEL = frozenset(("co", "com", "org", "net", "gov", "gob", "ac", "edu", "or", "ne", "go"))
_SHORTEST_NAME, _SHORTEST_PART, _SHORTEST_EDITED = 4, 6, 7


def lookalike(domain: str, known: Iterable[str]) -> str:
    """The known domain that this other domain can be taken for, or nothing. A known domain and what lies below it are themselves."""
    mine = sorted(known)
    if any(domain == other or domain.endswith(f".{other}") for other in mine):
        return ""
    return next((other for other in mine if _alike(domain, other)), "")


def mixed_scripts(domain: str) -> bool:
    """A label joins letters of scripts that are written apart, as no name of a person or company does."""
    return any(len(_scripts(label) & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}) > 1 for label in decoded(domain).split("."))


def decoded(domain: str) -> str:
    """The domain as people see it: punycode labels in their letters."""
    return ".".join(_label(label) for label in domain.lower().rstrip(".").split("."))


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """The same letters for all that look the same; only ever compared with another skeleton."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    plain = bare.translate(_LETTERS)
    for group, letter in _GROUPS:
        plain = plain.replace(group, letter)
    return plain


def _alike(domain: str, other: str) -> bool:
    seen, name = decoded(domain), skeleton(_name(other))
    if skeleton(seen) == skeleton(other) or f".{other}." in f".{seen}" or skeleton(other.replace(".", "-")) in skeleton(seen):
        return True
    if other in _PUBLIC or len(name) < _SHORTEST_NAME:
        return False
    labels = [skeleton(label) for label in seen.split(".")[:-1]]
    joined = [label.replace("-", "") for label in labels]
    bare = name.replace("-", "")
    return (
        bare in joined
        or any(name in label.split("-") for label in labels)
        or (len(bare) >= _SHORTEST_PART and any(bare in label for label in joined))
        or (len(bare) >= _SHORTEST_EDITED and _near(skeleton(_name(seen)).replace("-", ""), bare))
    )


def _name(domain: str) -> str:
    """The label that somebody chose: the one before the top level, or before `co.uk` and its like."""
    labels = domain.split(".")
    below = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return labels[-below] if len(labels) >= below else labels[0]


def _near(one: str, other: str) -> bool:
    """One letter put in, left out, replaced, or swapped with its neighbour."""
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[:2][::-1] and a[2:] == b[2:]
    return a != b and (a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped)


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _scripts(label: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in label if letter.isalpha()}
