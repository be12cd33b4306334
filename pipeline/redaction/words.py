"""Personal data in words: e-mail addresses, links that let their holder in, street addresses, names."""

import re
from collections.abc import Iterable, Iterator

from pipeline.email import Span

_EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}@[\w.-]{1,190}\.[^\W\d_]{2,24}(?![\w-])")
_URL = re.compile(r"https?://[^\s<>\"']{4,2000}", re.IGNORECASE)
_SECRET = re.compile(
    r"[?&;#](?:\w{0,20}(?:token|key|secret|signature|password|passwd|session|otp)|sig|auth|code|hash|sid|jwt|pwd|reset|verify|confirm)=[^&\s]{6}",
    re.IGNORECASE,
)
_RANDOM = re.compile(r"(?=[\w-]{0,200}\d)(?=[\w-]{0,200}[A-Za-z])[\w-]{24,}")

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w.'’-]{0,30}"
_ENGLISH = (
    rf"\d{{1,5}}[A-Za-z]? (?:[NSEW]\.? )?{_CAPITAL}(?: {_CAPITAL}){{0,3}} (?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr"
    r"|Court|Ct|Square|Sq|Terrace|Way|Place|Pl|Close|Crescent|Parkway|Highway)\b\.?(?:,? (?:Apt|Apartment|Suite|Unit|Flat)\.? ?#?\w{1,6})?"
)
_GERMAN_DUTCH = (
    r"[A-ZÄÖÜ][\wäöüß.-]{1,30}(?:straße|strasse|str\.|weg|gasse|platz|allee|damm|ufer|straat|laan|plein|gracht|kade|dijk) \d{1,4} ?[a-z]?\b"
)
_FRENCH = (
    r"\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|impasse|allée|route|quai) (?:d[eu]s? |d['’]|la |le |les |l['’]){0,3}"
    rf"{_CAPITAL}(?: {_CAPITAL}){{0,2}}"
)
_ROMANCE = (
    r"(?:Calle|C/|Avenida|Avda\.|Av\.|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua|Praça|Travessa) (?:d[aeiou]l?s? |la )?"
    rf"{_CAPITAL}(?: {_CAPITAL}){{0,3}},? \d{{1,4}}\b"
)
_TOWN = (
    rf"(?:,? ?\n? ?(?:{_CAPITAL},? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?|\d{{4,5}}(?: [A-Z]{{2}})? {_CAPITAL}"
    rf"|{_CAPITAL},? [A-Z]{{1,2}}\d[A-Z\d]? \d[A-Z]{{2}}))?"
)
_STREET = re.compile(rf"(?<![\w-])(?:{_ENGLISH}|{_GERMAN_DUTCH}|{_FRENCH}|{_ROMANCE}){_TOWN}")

_PERSON = rf"{_CAPITAL}(?: {_CAPITAL}){{0,2}}"
_INTRODUCED = re.compile(
    r"\b(?:(?i:my name is|mein name ist|ich heiße|je m['’]appelle|mon nom est|me llamo|mi nombre es|meu nome é|mijn naam is|mi chiamo))"
    rf" ({_PERSON})"
)
_CLOSING = (
    r"(?:(?:kind|best|warm) )?regards|sincerely|yours (?:sincerely|truly|faithfully)|cheers|(?:many )?thanks|thank you|best|mfg"
    r"|(?:mit )?(?:freundliche[nr]?|viele|beste|liebe) gr(?:ü|ue)(?:ß|ss)en?|cordialement|bien à vous|(?:un )?saludos?(?: cordial(?:es)?)?"
    r"|atentamente|atenciosamente|met vriendelijke groet(?:en)?|groet(?:en|jes)?|(?:cordiali )?saluti"
)
_SIGNED = re.compile(rf"(?:^|\n)[ \t]*(?i:{_CLOSING})[,.!]?[ \t]*\n\s{{0,3}}({_PERSON})(?=[ \t]*(?:\n|\Z|,))")
_ORDINARY_WORDS = (
    "the and for you our your team support info sales service help office noreply reply customer mail may will mark grant bill rich art"
    " hope faith joy grace rose summer van von der den del inc ltd llc gmbh shop store news billing accounts contact hello admin desk via"
)
_ORDINARY = frozenset(_ORDINARY_WORDS.split(" "))


def emails(text: str) -> Iterator[Span]:
    return (Span("EMAIL", found.start(), found.end()) for found in _EMAIL.finditer(text))


def secret_links(text: str) -> Iterator[Span]:
    """Links that carry a token: whoever has one may be let in by it."""
    for found in _URL.finditer(text):
        link = found[0].rstrip(".,;:!?)")
        if _SECRET.search(link) or any(_RANDOM.match(piece) for piece in re.split(r"[/?&=#.]", link[8:])):
            yield Span("URL", found.start(), found.start() + len(link))


def streets(text: str) -> Iterator[Span]:
    return (_span("ADDRESS", found.start(), found[0]) for found in _STREET.finditer(text))


def people(text: str, names: Iterable[str]) -> Iterator[Span]:
    """The names given (of a mail's headers, say), whole or in part, and who the author says to be."""
    known = _known(names)
    if known:
        yield from (Span("NAME", found.start(), found.end()) for found in known.finditer(text))
    for rule in (_INTRODUCED, _SIGNED):
        yield from (_span("NAME", found.start(1), found[1]) for found in rule.finditer(text))


def _span(kind: str, start: int, written: str) -> Span:
    """Without the full stop that ends the sentence."""
    return Span(kind, start, start + len(written.rstrip(".'’-")))


def _known(names: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for every name: the whole in any case, its parts only as names are written, ordinary words never alone."""
    whole: set[str] = set()
    parts: set[str] = set()
    for name in names:
        words = [word.strip(".,'\"()") for word in name.split()]
        if len(words) > 1 and not all(word.lower() in _ORDINARY for word in words):
            whole.add(r"\s+".join(map(re.escape, words)))
        parts |= {word for word in words if len(word) > 2 and word.isalpha() and word[0].isupper() and word.lower() not in _ORDINARY}
    if not whole and not parts:
        return None
    options = [f"(?i:{name})" for name in sorted(whole, key=len, reverse=True)] + sorted(map(re.escape, parts), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(options)})(?!\w)")
