"""A mailbox on this machine: a Maildir++ that a mail server fills, and whose outbox a post office or the local sendmail empties."""

import asyncio
import logging
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from bot.mailbox import durable
from bot.mailbox.limits import MAX_BYTES
from bot.mailbox.sendmail import Sendmail, SendmailFailed
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.ports import Arrival, Whereabouts

log = logging.getLogger(__name__)

DRAFTS, OUTBOX, SENT, FAILED = SUBFOLDERS = (".Drafts", ".Outbox", ".Sent", ".Failed")
PARTS = ("new", "cur", "tmp")
SETTLES_WITHIN = timedelta(seconds=2)
PRINTABLE = "".join(chr(code) for code in range(33, 127) if chr(code) != "%")


@dataclass(frozen=True, slots=True)
class MaildirMailbox:
    """Implements pipeline.ports.Mailbox. A draft's id is its file name without flags.

    Sending is one rename from .Drafts/cur to .Outbox/new: it has happened or it has not. With `sendmail` it is a rename to .Outbox/cur,
    the program's run, and a rename to .Sent/cur: a draft found in between belongs to nobody but a person.
    """

    id: MailboxId
    root: Path
    settles_within: timedelta
    sendmail: Sendmail | None
    reported: set[str] = field(default_factory=set)

    async def arrivals(self, most: int) -> Sequence[Arrival]:
        """Mails in new/, oldest first. What is no readable file is reported once and left where it is."""
        return await asyncio.to_thread(self._arrivals, most)

    async def taken(self, source: str) -> None:
        """Move the mail from new/ to cur/, seen."""
        await asyncio.to_thread(self._taken, source)

    async def create_draft(self, mail: bytes, send_id: str) -> str:
        """Store the draft under a name made from `send_id`: doing it twice gives the same draft, wherever it is by now."""
        return await asyncio.to_thread(self._create_draft, mail, send_id)

    async def send_draft(self, draft_id: str) -> None:
        """Hand exactly this draft over, once. Permanent where it is not in Drafts, or sendmail refuses it (then it is there again)."""
        if self.sendmail is None:
            await asyncio.to_thread(self._hand_over, draft_id, self._in(OUTBOX, "new") / draft_id)
            return
        await asyncio.to_thread(self._hand_over, draft_id, self._in(OUTBOX, "cur") / f"{draft_id}:2,")
        await self._submit(self.sendmail, draft_id)

    async def find(self, draft_id: str, send_id: str) -> Whereabouts:
        """Where the draft is; "gone" also means that only a person can say whether it was delivered."""
        return await asyncio.to_thread(self._find, draft_id)

    def _arrivals(self, most: int) -> list[Arrival]:
        try:
            found = sorted(self._mails())
        except OSError as error:
            raise Temporary(f"The folder of new mail of {self.id} cannot be read ({error.strerror}). Check that it is there.") from error
        arrivals = (self._arrival(name, received) for received, name in found)
        return [arrival for arrival, _ in zip((a for a in arrivals if a is not None), range(most), strict=False)]

    def _mails(self) -> Iterator[tuple[float, str]]:
        with os.scandir(self.root / "new") as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if stat.S_ISREG(status.st_mode):
                    yield status.st_mtime, entry.name
                else:
                    self._report(entry.name, "is no plain file")

    def _arrival(self, name: str, received: float) -> Arrival | None:
        """A mail of more than 25 MB is cut one byte beyond that limit, where its reader sees that it is too big."""
        try:
            with (self.root / "new" / name).open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._report(name, f"cannot be read ({error.strerror})")
            return None
        return Arrival(source_of(name), raw, datetime.fromtimestamp(received, UTC))

    def _report(self, name: str, what: str) -> None:
        if name not in self.reported:
            self.reported.add(name)
            log.warning("%s: %s in new/ %s. It is left there; remove it or mend it.", self.id, ascii(name), what)

    def _taken(self, source: str) -> None:
        base = os.fsdecode(unquote_to_bytes(source))
        for name in (base, *self._named(self.root / "new", base)):
            try:
                durable.move(self.root / "new" / name, self.root / "cur" / f"{base}:2,S")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise Temporary(
                    f"A mail of {self.id} cannot be moved to cur/ ({error.strerror}). Check the folder's permissions."
                ) from error
            return

    def _create_draft(self, mail: bytes, send_id: str) -> str:
        draft_id = f"{send_id}.triage"
        if self._place(draft_id) is not None:
            return draft_id
        try:
            durable.write(self._in(DRAFTS, "tmp"), self._in(DRAFTS, "cur") / f"{draft_id}:2,D", mail)
        except OSError as error:
            raise Temporary(f"No draft can be written into {self.id} ({error.strerror}). Check its .Drafts folder and the disk.") from error
        return draft_id

    def _hand_over(self, draft_id: str, target: Path) -> None:
        drafts = self._in(DRAFTS, "cur")
        for name in self._named(drafts, draft_id):
            try:
                durable.move(drafts / name, target)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise Temporary(f"The outbox of {self.id} cannot be written ({error.strerror}). Check its .Outbox folder.") from error
            return
        raise Permanent(f"The draft is not in the Drafts folder of {self.id} any more.")

    async def _submit(self, sendmail: Sendmail, draft_id: str) -> None:
        """Between the two renames only sendmail knows; whatever cuts us short there leaves the draft in .Outbox/cur."""
        leaving = self._in(OUTBOX, "cur") / f"{draft_id}:2,"
        try:
            await sendmail.submit(leaving)
        except SendmailFailed as failed:
            await asyncio.to_thread(durable.move, leaving, self._in(DRAFTS, "cur") / f"{draft_id}:2,D")
            raise failed.known from failed
        await asyncio.to_thread(durable.move, leaving, self._in(SENT, "cur") / f"{draft_id}:2,S")

    def _find(self, draft_id: str) -> Whereabouts:
        match self._place(draft_id):
            case ".Drafts", _:
                return "draft"
            case (".Outbox", "new") | (".Sent", _):
                return "sent"
            case ".Outbox", "cur":
                return "gone" if self.sendmail else "sent"
            case _:
                return "gone"

    def _place(self, draft_id: str) -> tuple[str, str] | None:
        """The folder and part that hold the draft. Looked for twice: a move from one to the next may slip by a single look."""
        for _ in range(2):
            for folder in SUBFOLDERS:
                for part in ("cur", "new"):
                    if any(True for _ in self._named(self._in(folder, part), draft_id)):
                        return folder, part
        return None

    def _named(self, folder: Path, base: str) -> Iterator[str]:
        """The files of a folder that bear this name, whatever flags somebody has given them."""
        try:
            with os.scandir(folder) as entries:
                yield from [entry.name for entry in entries if entry.name.partition(":")[0] == base]
        except FileNotFoundError:
            return
        except OSError as error:
            raise Temporary(f"The folder {folder.parent.name} of {self.id} cannot be read ({error.strerror}).") from error

    def _in(self, folder: str, part: str) -> Path:
        return self.root / folder / part


def source_of(name: str) -> str:
    """A file name as a reference: without flags, printable, and `%XX` for every byte that is not."""
    return quote_from_bytes(os.fsencode(name.partition(":")[0]), safe=PRINTABLE)


def connect(
    address: MailboxId,
    path: Path,
    *,
    sendmail: Sequence[str] | None = None,
    settles_within: timedelta | None = None,
    create: bool = False,
) -> MaildirMailbox:
    """Open the Maildir at `path`; `create` makes it and the sub-folders that sending needs. Raises Misconfigured."""
    program = Sendmail(tuple(sendmail)) if sendmail else None
    if create:
        make(path)
    check(path)
    patience = program.timeout + SETTLES_WITHIN if program else SETTLES_WITHIN
    return MaildirMailbox(address, path, settles_within if settles_within is not None else patience, program)


def make(path: Path) -> None:
    """Create the Maildir and its sub-folders where they are missing; what is there stays."""
    try:
        for folder in (path, *(path / name for name in SUBFOLDERS)):
            for part in PARTS:
                (folder / part).mkdir(parents=True, exist_ok=True)
            if folder != path:
                (folder / "maildirfolder").touch()
    except OSError as error:
        raise Misconfigured(str(path), f"the Maildir cannot be made here ({error.strerror}). Choose another path or allow it.") from error


def check(path: Path) -> None:
    """Raise Misconfigured unless all folders are there and ours to write."""
    if not path.is_dir():
        raise Misconfigured(str(path), "there is no such folder. Correct the mailbox's path, or make the Maildir first.")
    if not (path / "new").is_dir() or not (path / "cur").is_dir():
        raise Misconfigured(str(path), "this folder is no Maildir: it lacks new/ and cur/. Correct the mailbox's path.")
    for part in (Path(folder) / part for folder in ("", *SUBFOLDERS) for part in PARTS):
        if not (path / part).is_dir():
            raise Misconfigured(str(path / part), "this folder is missing in the Maildir. Make it, or let it be created (create = true).")
        if not os.access(path / part, os.R_OK | os.W_OK | os.X_OK):
            raise Misconfigured(str(path / part), "this folder may not be read and written by us. Change its owner or its permissions.")
