"""A mail's words and shapes as hashed features: subject and text alone, for headers only tell where a corpus was collected."""

import itertools
import re
import unicodedata
import zlib
from collections.abc import Iterator

BUCKETS = 1 << 16
READ = 12_000
"""Characters of a text that are read."""
LETTERS = 3_000
"""Characters of a text whose runs of four are looked at."""
WORDS = 800
"""Words of a text that are read."""

_LIST_TAG = re.compile(r"^\s*(?:(?:re|aw|fwd?|wg|tr|sv)\s*:\s*|\[[^\]]{1,40}\]\s*)+", re.IGNORECASE)
_QUOTED = re.compile(r"^[ \t]*[>|].*$", re.MULTILINE)
_RULE = re.compile(r"[_=-]{20,}|-- ?")
_LAST_LINES = 15
_URL = re.compile(r"(?:https?|ftp)://(?P<host>[^\s/?<>\"']+)[^\s<>\"']*|\bwww\.[^\s<>\"']+", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_MONEY = re.compile(r"(?:us)?[$€£]\s?\d[\d,.]{0,15}|\d[\d,.]{0,15}\s?[$€£]", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_PATH_WORD = re.compile(r"[^\W\d_]{3,}")
_BLANK, _DIGIT = re.compile(r"\s+"), re.compile(r"\d")
_GAP = re.compile(r" {3}|\t")
_NUMERIC_HOST = re.compile(r"[\d.]+(?::\d+)?")
_TOKEN = re.compile(r"[^\W\d_]{2,}(?:['’][^\W\d_]+)?|~\w+|!+|\${2,}|[A-Za-z](?:[ .\-_*][A-Za-z]){3,}")


def buckets(subject: str, text: str, domain: str) -> list[int]:
    """The distinct features of a mail, each a number below BUCKETS, in order. The words cannot be told from the numbers.

    `domain` is the sender's: only whether links lead there is asked.
    """
    return sorted({zlib.crc32(feature.encode("utf-8", "replace")) % BUCKETS for feature in set(_features(subject, text, domain))})


def topic(subject: str) -> str:
    """The subject without "Re:" and without the tag of a list."""
    return _LIST_TAG.sub("", subject)


def readable(text: str) -> str:
    """What the author wrote: without quoted lines, and without a mailing list's footer or a signature at the end."""
    lines = _QUOTED.sub("", text[:READ]).split("\n")
    end = max(0, len(lines) - _LAST_LINES)
    rule = next((number for number in range(end, len(lines)) if _RULE.fullmatch(lines[number].rstrip("\r"))), len(lines))
    return "\n".join(lines[:rule] if rule else lines)


def _features(subject: str, text: str, domain: str) -> list[str]:
    about, written = topic(subject), readable(text)
    words = _words(written)[:WORDS]
    found = [f"subject {word}" for word in _words(about)]
    found += words
    found += [f"{first} {second}" for first, second in itertools.pairwise(words)]
    found += _shapes(about, written)
    found += _links(text[:READ], domain)
    found += _runs(f"{about} {written}")
    return found


def _runs(text: str) -> list[str]:
    """Every four characters in a row, which a word in disguise shares with the word; a digit is any digit."""
    plain = _DIGIT.sub("0", _BLANK.sub(" ", text[:LETTERS].lower()))
    return ["=" + plain[at : at + 4] for at in range(len(plain) - 3)]


def _words(text: str) -> list[str]:
    """Words in lower case; an address, a link, a sum and a number stand as what they are, not as what they say."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _URL.sub(lambda link: " ~ip " if link["host"] and _NUMERIC_HOST.fullmatch(link["host"]) else " ~url ", plain)
    plain = _NUMBER.sub(" ~number ", _MONEY.sub(" ~money ", _ADDRESS.sub(" ~address ", plain)))
    return [token.lower()[:24] for token in _TOKEN.findall(plain)]


def _shapes(subject: str, text: str) -> Iterator[str]:
    """How the mail looks, each as a step of a scale."""
    letters = [character for character in text if character.isalpha()]
    yield f"#links {_step(len(_URL.findall(text)))}"
    yield f"#capitals {_step(100 * sum(map(str.isupper, letters)) // max(1, len(letters)))}"
    yield f"#exclamations {_step(1000 * text.count('!') // max(1, len(text)))}"
    yield f"#sums {_step(len(_MONEY.findall(text)))}"
    yield f"#subject shouts {subject.isupper() and len(subject) > 9}"
    yield f"#subject gap {bool(_GAP.search(subject.strip()))}"
    yield f"#subject marks {_step(sum(map(subject.count, '!$?*')))}"


def _links(text: str, domain: str) -> Iterator[str]:
    """Where links lead, compared with where the mail comes from, and the words in their paths."""
    found = list(_URL.finditer(text))
    hosts = {_registered(link["host"] or "") for link in found} - {""}
    kin = "none" if not hosts else "all" if hosts == {_registered(domain)} else "some" if _registered(domain) in hosts else "no"
    yield f"#links of the sender {kin}"
    for link in found[:50]:
        yield from (f"/{word.lower()[:24]}" for word in _PATH_WORD.findall(link[0].partition("://")[2].partition("/")[2]))


def _registered(host: str) -> str:
    """About the domain that somebody registered: its last two labels."""
    return ".".join(host.lower().partition(":")[0].strip(".").split(".")[-2:])


def _step(number: int) -> int:
    return number.bit_length()
