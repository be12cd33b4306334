"""Makes other people's words safe and short enough to show: escaping, clipping, defanging, sizes and deadlines."""

import re
from datetime import UTC, datetime, timedelta

URL = re.compile(r"(?P<scheme>https?|ftp)://(?P<host>[\w.:@%-]*)|\b(?P<www>www\.[\w.-]+)", re.IGNORECASE)
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


def escape(text: str) -> str:
    """Text for mrkdwn and for a message's fallback: the only three escapes that Slack has."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, ending in "…" where something was cut off."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def clip_lines(text: str, limit: int, lines: int) -> str:
    """At most `limit` characters and `lines` lines."""
    kept = "\n".join(text.split("\n", lines)[:lines])
    return clip(kept if len(kept) == len(text) else f"{kept}\n…", limit)


def defang(text: str) -> str:
    """Addresses that nobody can click by accident: hxxps://ex[.]com."""
    return URL.sub(_defanged, text)


def _defanged(match: re.Match[str]) -> str:
    if match["www"]:
        return match["www"].replace(".", "[.]")
    scheme = match["scheme"].lower().replace("tt", "xx").replace("ft", "fx")
    return f"{scheme}://{match['host'].replace('.', '[.]')}"


def visible(text: str) -> str:
    """The text without control, direction and zero-width characters, which could make it read otherwise than it is."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def foreign(text: str) -> str:
    """A mail's text as it may be shown: visible, defanged, without long runs of empty lines."""
    return BLANK_LINES.sub("\n\n", defang(visible(text))).strip()


def one_line(text: str, limit: int) -> str:
    """A mail's words on one line."""
    return clip(" ".join(foreign(text).split()), limit)


def in_full(address: str, limit: int) -> str:
    """An address on one line; where it is too long its middle gives way, for its end says whose it is."""
    line = " ".join(foreign(address).split())
    half = limit // 3
    return line if len(line) <= limit else f"{line[:half]}…{line[half + 1 - limit :]}"


def words(name: str) -> str:
    """An internal name as a person reads it: `support_request` is "support request"."""
    return name.replace("_", " ").replace("-", " ")


def count(number: int, noun: str, plural: str = "") -> str:
    """ "1 mail", "2 mails", "1,200 mails"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def size(octets: int) -> str:
    """A file's size: "412 B", "12 kB", "3.4 MB"."""
    if octets < 1000:
        return f"{octets} B"
    return f"{octets / 1000:.0f} kB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"


def span(length: timedelta) -> str:
    """A length of time in one unit: "25 min", "3 h", "2 d"."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 48 * 60 else f"{round(minutes / 1440)} d"


def relative(deadline: datetime, now: datetime) -> str:
    """A deadline seen from now: "due in 3 h", or "25 min overdue"."""
    return f"due in {span(deadline - now)}" if deadline > now else f"{span(now - deadline)} overdue"


def stamp(at: datetime) -> str:
    """A time where Slack cannot show the reader's own: "22 Nov 10:42 UTC"."""
    return f"{at.astimezone(UTC):%-d %b %H:%M} UTC"


def dollars(usd: float) -> str:
    """US dollars: "$1.23", or as many digits as a small sum needs: "$0.0042"."""
    return f"${usd:,.2f}" if usd >= 1 or usd == 0 else f"${usd:.4f}"


def milliseconds(length: float | None) -> str:
    """A duration: "640 ms", "4.2 s", "12 min", or "–" where nothing was measured."""
    if length is None:
        return "–"
    if length < 1000:
        return f"{length:.0f} ms"
    return f"{length / 1000:.1f} s" if length < 90_000 else span(timedelta(milliseconds=length))
