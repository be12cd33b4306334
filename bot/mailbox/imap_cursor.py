"""Where reading a folder stands, as it is remembered between two runs, and how it goes on when a server numbers its mails anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.mailbox.imap_session import Folder, Item, Session

LOOK_BACK = timedelta(days=7)
CLOCKS_DIFFER = timedelta(minutes=10)
NEVER = 0
"""No folder has this UIDVALIDITY."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Mails up to `uid` are done with. `seen_at` is when the newest of them was received; before `started_at` nothing is ours.

    After the numbers changed (another UIDVALIDITY), mails below `until` are looked at again if they were received after `since`.
    """

    uidvalidity: int
    uid: int
    started_at: datetime
    seen_at: datetime
    until: int = 0
    since: datetime | None = None

    def wants(self, item: Item) -> bool:
        """False for an old mail that only has a new number."""
        return item.uid >= self.until or self.since is None or item.received_at is None or item.received_at >= self.since

    def passed(self, uid: int, received_at: datetime) -> "Cursor":
        return replace(self, uid=max(uid, self.uid), seen_at=max(received_at, self.seen_at))


def opened(session: Session, known: Cursor | None, folder: Folder, now: datetime) -> Cursor:
    """The cursor for a folder that was opened: a first one starts after the mails that are there, a strange one looks back at most 7 days.

    What a resync finds again bears the source it had before, so that our database knows it; should a server have changed its bytes or
    its date as well, it becomes a case that the prefilter files as a duplicate (same Message-ID, same content).
    """
    if known is None:
        return Cursor(folder.uidvalidity, folder.uidnext - 1, now - CLOCKS_DIFFER, now)
    if known.uidvalidity == folder.uidvalidity:
        return known
    since = max(known.seen_at - LOOK_BACK, known.started_at)
    recent = session.search("SINCE", day(since - timedelta(days=1)))
    first = min(recent, default=folder.uidnext)
    return replace(known, uidvalidity=folder.uidvalidity, uid=first - 1, until=folder.uidnext, since=since)


def day(at: datetime) -> str:
    """As IMAP writes it; the day before is asked for, as the server's time zone is not known."""
    return f"{at.day}-{MONTHS[at.month - 1]}-{at.year}"


def read(kept: Mapping[str, object], folder: str) -> Cursor | None:
    """What `written` made; None where there is nothing, or nothing that we understand. In another folder than then, numbers begin anew."""
    try:
        since = kept.get("since")
        return Cursor(
            uidvalidity=int(str(kept["uidvalidity"])) if kept.get("folder", folder) == folder else NEVER,
            uid=int(str(kept["uid"])),
            started_at=datetime.fromisoformat(str(kept["started_at"])),
            seen_at=datetime.fromisoformat(str(kept["seen_at"])),
            until=int(str(kept["until"])),
            since=None if since is None else datetime.fromisoformat(str(since)),
        )
    except (KeyError, ValueError):
        return None


def written(cursor: Cursor, folder: str) -> dict[str, object]:
    return {
        "folder": folder,
        "uidvalidity": cursor.uidvalidity,
        "uid": cursor.uid,
        "started_at": cursor.started_at.isoformat(),
        "seen_at": cursor.seen_at.isoformat(),
        "until": cursor.until,
        "since": None if cursor.since is None else cursor.since.isoformat(),
    }
