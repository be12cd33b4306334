"""Facts about how a mail was made, each of which honest mail hardly ever shows, in whatever year and language it is written."""

import re

from pipeline.email import Email

_READ = 20_000
_HOST = r"(?:https?|ftp)://(?:[^\s/@<>\"']{0,200}@)?"
_NUMERIC = re.compile(rf"{_HOST}(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|\d{{8,}})(?=[:/\s<>\"']|$)", re.IGNORECASE)
_DISGUISED = re.compile(r"https?://[^\s/<>\"'?#]{0,200}[@%]", re.IGNORECASE)
_URGENT = ("1", "2")


def marks(email: Email) -> tuple[bool, ...]:
    """Which facts hold, in the order that the weights are kept in. No header tells where a corpus was collected or by which program."""
    text = email.text[:_READ]
    return (
        bool(_NUMERIC.search(text)),
        bool(_DISGUISED.search(text)),
        (email.header("x-priority") or "")[:1] in _URGENT,
        "hidden text" in email.defects,
        "malformed From" in email.defects,
        any(defect.startswith("several") for defect in email.defects),
        "gap in the subject" in email.defects,
    )


MARKS = 7
"""How many facts there are."""
