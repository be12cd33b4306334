"""Bytes to text, whatever charset their sender claims."""

import re

_KNOWN = re.compile(
    r"(?:utf-?(?:8|16|32)(?:-?(?:le|be|sig))?|(?:us-)?ascii|iso-?8859-?\d{1,2}(?:-[ie])?|latin-?\d|windows-?\d{3,4}|cp-?\d{3,5}"
    r"|koi8-?[rut]|gb2312|gbk|gb18030|hz(?:-gb-2312)?|big5(?:-hkscs)?|euc-(?:jp|kr)|iso-2022-(?:jp|kr)(?:-\w{1,4})?|shift[-_]?jis|sjis"
    r"|ks_c_5601-1987|tis-620|mac-?(?:roman|cyrillic|greek|turkish)|macintosh)\Z"
)
_WESTERN = re.compile(r"(?:us-)?ascii|iso-?8859-?1|latin-?1")
_ALIASES = {"ks_c_5601-1987": "cp949", "macintosh": "mac-roman", "gb2312": "gb18030", "gbk": "gb18030", "tis-620": "iso8859-11"}


def decode(data: bytes, declared: str) -> tuple[str, bool]:
    """The text, and whether its charset was a lie; never a lone surrogate, replacement characters where nothing fits."""
    name = declared.strip("\"' ").lower()
    honest = _codec(name)
    if honest:
        try:
            return data.decode(honest), False
        except UnicodeError:
            pass
    try:
        return data.decode("utf-8-sig"), bool(name) and not data.isascii()
    except UnicodeDecodeError:
        return data.decode("cp1252" if honest in (None, "ascii") else honest, "replace"), True


def _codec(name: str) -> str | None:
    """Python's codec for a charset on our list; codecs that are no charsets (punycode, unicode_escape, hex) are never tried."""
    if not _KNOWN.match(name):
        return None
    if _WESTERN.fullmatch(name):
        return "ascii" if "ascii" in name else "cp1252"
    name = _ALIASES.get(name, name)
    try:
        b"".decode(name)
    except LookupError:
        return None
    return name
