"""Sums of money in a text, read the careful way: where a number can be read in two ways, the larger one counts."""

import re
from functools import lru_cache

import re2  # type: ignore[import-untyped]  # the package ships no types

_MONEY = r"€|\$|£|¥|eur(?:os?)?|usd|gbp|chf|dollars?|pounds?|francs?"
_THOUSANDS = r"k|thousand|tausend|tsd\.?|mille?|mil"
_MILLIONS = r"m|mio\.?|millions?|millionen|millones|mn"
_SCALE = rf"(?:{_THOUSANDS}|{_MILLIONS})"
_NUMBER = r"\d[\d.,'’  ]{0,20}"
_SUM = rf"(?i)(?:{_MONEY})\s?({_NUMBER})(?:({_SCALE})\b)?|({_NUMBER})({_SCALE}\s)?\s?(?:de |d')?(?:{_MONEY})"


@lru_cache(maxsize=1)
def _machine() -> "re2._Regexp":
    return re2.compile(_SUM)


def largest(text: str) -> float:
    """The largest sum that the text names, in whatever currency; 0.0 where it names none."""
    found = (_value(one[1] or one[3] or "", one[2] or one[4] or "") for one in _machine().finditer(text))
    return max(found, default=0.0)


def _value(number: str, scale: str) -> float:
    times = 1.0
    if word := scale.strip().lower():
        times = 1e3 if re.fullmatch(_THOUSANDS, word) else 1e6
    return times * _larger_reading(re.sub(r"[\s'’  ]", "", number).strip(".,"))


def _larger_reading(digits: str) -> float:
    """1.200 is twelve hundred, 1.200,50 and 1,200.50 are twelve hundred and a half, 12.50 is twelve and a half."""
    head, mark, tail = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", digits).groups(default="")  # type: ignore[union-attr]  # it fits every text
    whole = re.sub(r"[.,]", "", head)
    return float(f"{whole or 0}.{tail or 0}" if mark else whole or 0)
