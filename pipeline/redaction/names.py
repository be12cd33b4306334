"""Names of people: those that headers give, and those that a text introduces, greets, signs with or lists."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipeline.email import Span
from pipeline.redaction.given import AMBIGUOUS, GIVEN
from pipeline.redaction.writing import CAPITAL, ORDINARY, PERSON, SURNAMES

_START = r"(?<![\w@.'’/-])"
_TITLE = (
    r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sr|Sra|Srta|Dott|Dhr|Mevr|Mme|Mlle|Sig|Ing)\.?|Miss|Mister|Professor|Herrn?|Frau|Fräulein|Monsieur|Madame"
    r"|Mademoiselle|Señora?|Señorita|Don|Doña|Signora?|Signor|Senhora?|Dona|Meneer|Mevrouw"
)
_TITLED = re.compile(rf"{_START}(?:{_TITLE})[ \t]+(?:(?:Dr|Prof)\.[ \t]+)?{PERSON}")
_SMALL_TITLE = re.compile(r"(?<![\w@.-])(?:mr|mrs|ms|dr|prof)\.[ \t]+[^\W\d_]{2,30}(?:[ \t]+[^\W\d_]{2,30})?")
_INTRODUCING = (
    r"my (?:full |maiden |first |last )?name(?:['’]s| is)|(?:maiden|full|first|last|sur|the)[ -]?name is|(?:name|account|partner|wife"
    r"|husband)['’]s name"
    r"|(?:calls?|call) me|named (?:him|her)|mein name ist|ich heiße|je m['’]appelle|mon nom est|me llamo|mi nombre es|meu nome é"
    r"|(?:eu )?me chamo"
    r"|mijn naam is|ik heet|mi chiamo|il mio nome è|(?:^|\n)[ \t>*]*(?:full |contact )?(?:name|nom|nombre|nome|naam|contact|recipient"
    r"|empfänger)[ \t]*:"
    r"|(?:user|account holder|cardholder|kontoinhaber|titulaire|titular|intestatario)[ \t]*:"
)
_INTRODUCED = re.compile(rf"(?:(?<=\W)|^)(?i:{_INTRODUCING})[ \t]+({PERSON})", re.MULTILINE)
_SMALL_INTRODUCED = re.compile(rf"(?:(?<=\W)|^)(?:{_INTRODUCING})[ \t]+([^\W\d_]{{2,30}}(?:[ \t]+[^\W\d_]{{2,30}})?)", re.MULTILINE)
_GREETING = (
    r"hi|hello|hey|dear|hallo|moin|liebe[rs]?|guten tag|bonjour|bonsoir|salut|ch[eè]re?|hola|estimad[oa]|querid[oa]|olá|oi|car[oa]|gentile"
    r"|ciao|buongiorno|beste|geachte|dag|prezad[oa]"
)
_GREETED = re.compile(rf"(?:^|\n)[ \t>]*(?i:{_GREETING})[ \t]+({PERSON})(?=[ \t]*[,!.:\n]|[ \t]*\Z|[ \t]+[-–—])")
_CLOSING = (
    r"(?:(?:kind|best|warm|many) )*(?:regards|wishes)|sincerely(?: yours)?|yours(?: (?:sincerely|truly|faithfully))?|cheers"
    r"|(?:many )?thanks(?: again| so much| in advance)?"
    r"|thank you(?: very much)?|best|respectfully|take care|love|mfg|lg|vg|(?:mit )?(?:freundliche[nr]?|viele[nr]?|beste[nr]?|liebe[nr]?"
    r"|schöne[nr]?|herzliche[nr]?) gr(?:ü|ue)(?:ß|ss)en?"
    r"|gruß|(?:bien )?cordialement|(?:bien )?à vous|bonne journée|merci(?: d['’]avance)?"
    r"|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|un abrazo|atentamente|gracias"
    r"|atenciosamente|cumprimentos|abraços?|obrigad[oa]|met vriendelijke groet(?:en)?|(?:hartelijke )?groet(?:en|jes)?|mvg|alvast bedankt"
    r"|(?:cordiali|distinti|cari) saluti|saluti|grazie"
)
_SIGNED = re.compile(
    rf"(?:^|\n|[.!?][ \t])[ \t>]*(?i:{_CLOSING})[,.!]?[ \t]*\n\s{{0,3}}(?:[-–—>]+[ \t]*)?({PERSON})(?=[ \t]*(?:\n|\Z|[,|(/·•–-]))"
)
_DASHED = re.compile(rf"(?:^|\n)[ \t]*[-–—~]{{1,2}}[ \t]?({PERSON})[ \t]*(?:\n|\Z)")
_HEADER = re.compile(rf"(?:^|\n)[ \t>*]*(?:From|To|Cc|Von|An|De|À|Para|Da|A|Van|Aan)\*?:\*?[ \t]+\"?({PERSON})\"?[ \t]*[<\[(]")
_ADDRESSED = re.compile(rf"{_START}({PERSON})(?=[ \t]*[<(\[](?:mailto:)?[^\s<>()@]{{1,64}}@)")
_WROTE = re.compile(
    rf"{_START}({PERSON})(?=[ \t]*(?:<[^<>\s]{{3,100}}>)?[ \t\n]*(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef)\b)"
)
_ON_A_LINE = re.compile(
    rf"(?:^|\n)[ \t>*?#-]*({CAPITAL}(?:[ \t]+(?:[A-Z]\.|{CAPITAL})){{1,2}})[ \t]*(?=\n(?:[^\n]*\n){{0,2}}[^\n]*(?:\d|@))"
)
_ACTS = (
    r"said|says|told|asked|shouted|wrote|promised|replied|lives|lived|works|worked|spent|gave|called me|had given|is from|comes from"
    r"|was born"
    r"|will (?:call|pick|sign|collect)|asked me|has (?:asked|signed|paid|told|left)|picked up|['’]s (?:address|phone|number|email"
    r"|account|card|order|birthday|passport)"
)
_ACTING = re.compile(rf"{_START}({CAPITAL}(?:[ \t]+{CAPITAL})?)(?=[ \t]?(?:{_ACTS})\b)")
_LISTED = re.compile(rf"{_START}{PERSON}(?:,[ \t]+{PERSON}){{0,20}},?[ \t]+(?:and|und|et|y|e|en|&|or|oder|ou)[ \t]+{PERSON}")
_ONE = re.compile(PERSON)
_GENITIVE = re.compile(r"['’]s\Z")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_CAPITALISED = re.compile(rf"{_START}{CAPITAL}")
_SURNAMES = re.compile(SURNAMES)
_WORDS = re.compile(r"[ \t]+[^\W\d_][\w.'’-]*")
_SMALL_GIVEN = re.compile(r"(?<![\w@.'’/-])([^\W\d_]{3,30})(?:[ \t]+([^\W\d_]{3,30}))?(?![\w@])")
_NEVER_ALONE = ORDINARY | AMBIGUOUS
_COMPANY = re.compile(r"(?i:ltd|inc|llc|gmbh|corp|plc|group|company|consulting|university|street|road|avenue|apt|suite)\b")


def introduced(text: str) -> Iterator[Span]:
    """Who the author says to be, greets, signs as, or writes a title before."""
    yield from (_person(found.start(), found[0]) for found in _TITLED.finditer(text))
    for rule in (_INTRODUCED, _GREETED, _SIGNED, _DASHED, _HEADER, _ADDRESSED, _WROTE, _ON_A_LINE, _ACTING):
        for found in rule.finditer(text):
            if _plausible(found[1]):
                yield _person(found.start(1), found[1])
    if text == text.lower():
        yield from _small(text)


def given(text: str) -> Iterator[Span]:
    """Common given names with the surnames after them; a name that is a word too needs a surname."""
    end = 0
    for found in _CAPITALISED.finditer(text):
        first = re.split("['’-]", found[0].lower(), maxsplit=1)[0]
        if found.start() < end or (first not in GIVEN and first not in AMBIGUOUS):
            continue
        end = _surnamed(text, found.end())
        if first in GIVEN or end > found.end():
            yield _person(found.start(), text[found.start() : end])


def known(text: str, names: Iterable[str]) -> Iterator[Span]:
    """These names (of a mail's headers, say): the whole in any case, its parts only as names are written, ordinary words never alone."""
    whole: dict[str, set[tuple[str, ...]]] = {}
    parts: set[str] = set()
    for name in names:
        words = [word[0] for word in _WORD.finditer(name.partition("@")[0])]
        if len(words) > 1 and not all(word.lower() in ORDINARY for word in words):
            whole.setdefault(words[0].lower(), set()).add(tuple(word.lower() for word in words))
        parts |= {word for word in words if len(word) > 2 and word[0].isupper() and word.lower() not in _NEVER_ALONE}
    if not whole and not parts:
        return
    tokens = [(found.start(), found.start() + len(_GENITIVE.sub("", found[0]))) for found in _WORD.finditer(text)]
    said = [text[start:end] for start, end in tokens]
    small = [word.lower() for word in said]
    for place, (start, end) in enumerate(tokens):
        lengths = [len(one) for one in whole.get(small[place], ()) if tuple(small[place : place + len(one)]) == one]
        length = max((length for length in lengths if _together(text, tokens[place : place + length])), default=0)
        if length:
            yield Span("PERSON", start, tokens[place + length - 1][1])
        elif said[place] in parts:
            yield Span("PERSON", start, end)


def beside(text: str, people: Sequence[Span]) -> Iterator[Span]:
    """Who stands in a list with people, and whoever of them is named once more."""
    covered = {place for span in people for place in range(span.start, span.end)}
    for found in _LISTED.finditer(text):
        if not covered.isdisjoint(range(found.start(), found.end())):
            for one in _ONE.finditer(text, found.start(), found.end()):
                if _plausible(one[0]) and one[0].split()[0].lower() not in ORDINARY:
                    yield _person(one.start(), one[0])
    yield from known(text, {text[span.start : span.end] for span in people})


def _small(text: str) -> Iterator[Span]:
    """A text without capitals: titles with their full stop, introductions, given names."""
    yield from (Span("PERSON", found.start(), found.end()) for found in _SMALL_TITLE.finditer(text))
    for found in _SMALL_INTRODUCED.finditer(text):
        if name := _unordinary(found[1]):
            yield Span("PERSON", found.start(1), found.start(1) + len(name))
    for found in _SMALL_GIVEN.finditer(text):
        if found[1] in GIVEN:
            yield Span("PERSON", found.start(), found.start() + len(_unordinary(found[0])))


def _unordinary(words: str) -> str:
    """The leading words that are no ordinary ones."""
    end = 0
    for word in _WORD.finditer(words):
        if word[0].lower() in ORDINARY:
            break
        end = word.end()
    return words[:end]


def _surnamed(text: str, at: int) -> int:
    """Where a name ends whose given name ends here: before the first ordinary word; a particle alone is no surname."""
    surnames = _SURNAMES.match(text, at)
    end = at
    for word in _WORDS.finditer(text, at, surnames.end() if surnames else at):
        plain = word[0].strip()
        if plain[0].isupper() and plain.lower().rstrip(".") in ORDINARY:
            break
        if plain[0].isupper():
            end = word.end()
    return end


def _plausible(name: str) -> bool:
    """Not a team, a company or the first words of a sentence."""
    words = _WORD.findall(name)
    return bool(words) and words[0].lower() not in ORDINARY and words[-1].lower() not in ORDINARY and not _COMPANY.search(name)


def _person(start: int, written: str) -> Span:
    """Without the full stop or genitive that ends it."""
    return Span("PERSON", start, start + len(re.sub(r"['’]s\Z|[.'’-]+\Z", "", written)))


def _together(text: str, tokens: Sequence[tuple[int, int]]) -> bool:
    """Nothing but blanks and full stops stands between these words."""
    return all(not text[one[1] : two[0]].strip(" \t\n.") for one, two in pairwise(tokens))
