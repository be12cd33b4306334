"""Drafts in an IMAP account: stored once, claimed by one sender at a time, and found again wherever they are."""

from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from bot.mailbox.imap_folders import Folders, detect
from bot.mailbox.imap_line import Line
from bot.mailbox.imap_session import Session
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Whereabouts

HEADER = "X-Triage-Send-Id"
SENDING = "$TriageSending"
SCANNED = 100
"""So many of a folder's newest messages are looked at one by one where a search found nothing: some servers' indexes lag."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A message of ours in a folder. `modseq` is None where the server counts no changes."""

    folder: str
    uid: int
    flags: frozenset[str]
    modseq: int | None

    @property
    def is_marked(self) -> bool:
        return SENDING.lower() in self.flags


@dataclass(eq=False)
class Drafts:
    """A draft's id is its send id and a hash of its bytes as the server keeps them: what somebody has changed since is not sent.

    A draft is claimed before its bytes may leave: by a keyword where the server guards that against a second claimer (CONDSTORE),
    else by moving it into a folder of its own. Both are looked for, so that the setting may change while a draft is claimed.
    """

    line: Line
    folders: Folders | None = None

    async def folders_found(self) -> Folders:
        """Sign in, find the folders, and make those that are missing."""
        return await self.line.run(self._folders)

    async def create(self, mail: bytes, send_id: str) -> str:
        """Store the draft; where one with this send id is anywhere, that is the one."""
        return await self.line.run(partial(self._create, mail, send_id))

    async def ready(self, draft_id: str) -> bytes:
        """The bytes of a draft that nobody has claimed. Permanent where there is none, or it was changed."""
        return await self.line.run(partial(self._ready, draft_id))

    async def claim(self, draft_id: str) -> None:
        """From now on the draft is nobody's to send again. Permanent where somebody else was first."""
        await self.line.run(partial(self._claim, draft_id))

    async def release(self, draft_id: str) -> None:
        """It was certainly not sent: it is a draft like any other again."""
        await self.line.run(partial(self._release, draft_id))

    async def file(self, mail: bytes, draft_id: str) -> None:
        """It was sent: into Sent (unless the provider does that), out of wherever it was."""
        await self.line.run(partial(self._file, mail, draft_id))

    async def find(self, send_id: str) -> Whereabouts:
        return await self.line.run(partial(self._find, send_id))

    def _create(self, mail: bytes, send_id: str, session: Session) -> str:
        folders = self._folders(session)
        if not self._located(session, send_id):
            session.append(folders.drafts, mail, r"\Draft", r"\Seen")
        stored = next(iter(self._located(session, send_id)), None)
        if stored is None:
            raise Temporary(f"The mail server does not show the draft that was stored in {folders.drafts}. It is looked for again.")
        return f"{send_id}.{_hash(self._bytes(session, stored))}"

    def _ready(self, draft_id: str, session: Session) -> bytes:
        mail = self._bytes(session, self._unclaimed(session, draft_id))
        if _hash(mail) != draft_id.partition(".")[2]:
            raise Permanent("Somebody changed the draft in the mailbox after it was approved.")
        return mail

    def _unclaimed(self, session: Session, draft_id: str) -> Stored:
        drafts = self._folders(session).drafts
        found = self._in(session, drafts, draft_id.partition(".")[0])
        if not found or any(stored.is_marked for stored in found):
            raise Permanent(f"The draft is not in the folder {drafts} any more, or it may have been sent already.")
        return found[0]

    def _claim(self, draft_id: str, session: Session) -> None:
        stored = self._unclaimed(session, draft_id)
        keywords = session.open(stored.folder, readonly=False).keywords
        if self._by_keyword(session, keywords):
            claimed = session.store(stored.uid, "+FLAGS", SENDING, unless_after=stored.modseq)
            claimed = claimed and any(SENDING.lower() in item.flags for item in session.fetch([stored.uid], "(UID FLAGS)"))
        else:
            claimed = session.move(stored.uid, self._folders(session).sending)
        if not claimed:
            raise Permanent("Somebody else has just begun to send the draft, or deleted it.")

    def _by_keyword(self, session: Session, kept: bool) -> bool:
        match self.line.settings.mark:
            case "folder":
                return False
            case "keyword":
                return kept
            case "auto":
                return kept and ("CONDSTORE" in session.capabilities or "MOVE" not in session.capabilities)

    def _release(self, draft_id: str, session: Session) -> None:
        folders = self._folders(session)
        send_id = draft_id.partition(".")[0]
        for stored in self._in(session, folders.sending, send_id):
            session.open(folders.sending, readonly=False)
            session.move(stored.uid, folders.drafts)
        for stored in self._in(session, folders.drafts, send_id):
            session.open(folders.drafts, readonly=False)
            session.store(stored.uid, "-FLAGS", SENDING)

    def _file(self, mail: bytes, draft_id: str, session: Session) -> None:
        """Sent first: if we end in between, the mail is found there."""
        folders = self._folders(session)
        send_id = draft_id.partition(".")[0]
        if not self.line.settings.server_files_sent and not self._in(session, folders.sent, send_id):
            session.append(folders.sent, mail, r"\Seen")
        for folder in (folders.sending, folders.drafts):
            for stored in self._in(session, folder, send_id):
                session.open(folder, readonly=False)
                session.remove(stored.uid)

    def _find(self, send_id: str, session: Session) -> Whereabouts:
        """In Sent: sent. In Drafts and never claimed: a draft. Anything else is for a person."""
        folders = self._folders(session)
        if self._in(session, folders.sent, send_id):
            return "sent"
        found = self._in(session, folders.drafts, send_id)
        return "draft" if found and not any(stored.is_marked for stored in found) else "gone"

    def _located(self, session: Session, send_id: str) -> list[Stored]:
        folders = self._folders(session)
        return [stored for name in (folders.drafts, folders.sending, folders.sent) for stored in self._in(session, name, send_id)]

    def _in(self, session: Session, folder: str, send_id: str) -> list[Stored]:
        """Our messages with this very send id; what is marked as deleted counts as gone."""
        session.open(folder, readonly=True)
        candidates = session.search("HEADER", HEADER, send_id) or session.search("ALL")[-SCANNED:]
        counted = " MODSEQ" if "CONDSTORE" in session.capabilities else ""
        items = session.fetch(candidates, f"(UID FLAGS{counted} BODY.PEEK[HEADER.FIELDS ({HEADER.upper()})])")
        return [
            Stored(folder, item.uid, item.flags, item.modseq)
            for item in items
            if item.literal.partition(b":")[2].strip() == send_id.encode() and "\\deleted" not in item.flags
        ]

    def _bytes(self, session: Session, stored: Stored) -> bytes:
        session.open(stored.folder, readonly=True)
        found = session.fetch([stored.uid], "(UID BODY.PEEK[])")
        if not found:
            raise Permanent("The draft was deleted from the mailbox.")
        return found[0].literal

    def _folders(self, session: Session) -> Folders:
        if self.folders is None:
            self.folders = detect(self.line.settings, session)
        return self.folders


def _hash(mail: bytes) -> str:
    return sha256(mail).hexdigest()[:32]
