"""Which folders of an account are Drafts and Sent: as set, as the server marks them (RFC 6154), as they are usually called, or new ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from imap_tools.folder import FolderInfo

from bot.mailbox.imap_session import Session
from bot.mailbox.imap_settings import ImapSettings

USUAL = {
    r"\Drafts": ("drafts", "draft", "entwürfe", "brouillons"),
    r"\Sent": ("sent", "sent items", "sent messages", "sent mail", "gesendet", "envoyés"),
}


@dataclass(frozen=True, slots=True)
class Folders:
    """Names as the server knows them."""

    drafts: str
    sent: str
    sending: str


def detect(settings: ImapSettings, session: Session) -> Folders:
    """Find the folders, and make those that are missing."""
    there = session.box.folder.list()
    drafts = settings.drafts or _find(there, r"\Drafts") or _beside(there, "Drafts")
    sent = settings.sent or _find(there, r"\Sent") or _beside(there, "Sent")
    folders = Folders(drafts, sent, _beside(there, settings.sending))
    for name in (folders.drafts, folders.sent, folders.sending):
        if name not in {folder.name for folder in there}:
            session.box.folder.create(name)
    return folders


def _find(there: Sequence[FolderInfo], mark: str) -> str | None:
    marked = [folder.name for folder in there if mark.lower() in {flag.lower() for flag in folder.flags}]
    named = [folder.name for folder in there if _last(folder).lower() in USUAL[mark]]
    return next(iter(marked + named), None)


def _last(folder: FolderInfo) -> str:
    return folder.name.rpartition(folder.delim)[2] if folder.delim else folder.name


def _beside(there: Sequence[FolderInfo], name: str) -> str:
    """Below INBOX where all folders of this server are."""
    others = [folder for folder in there if folder.name.upper() != "INBOX"]
    below = next((folder.delim for folder in there if folder.name.upper() == "INBOX"), "")
    prefix = f"INBOX{below}"
    nested = bool(others) and bool(below) and all(folder.name.upper().startswith(prefix) for folder in others)
    return prefix + name if nested and not name.upper().startswith(prefix) else name
