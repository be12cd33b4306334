"""Maildir as files: where things lie, and the one way a message enters a folder (tmp, fsync, rename)."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

PARTS = ("tmp", "new", "cur")
SENT_INFO = ":2,S"


def company(data: Path) -> Path:
    """Where the company's mailboxes lie, one Maildir an inbox."""
    return data / "mail"


def customers(data: Path) -> Path:
    """Where the mailboxes of everybody else lie, one Maildir an address."""
    return data / "customers"


def mailbox(home: Path, address: str) -> Path:
    """The Maildir of an address under `home`; what could leave the folder is percent-encoded."""
    return home / quote(address.lower(), safe="@+!#$&'*=^_`{|}~-.")


def address_of(box: Path) -> str:
    """The address whose Maildir this is: the inverse of `mailbox`."""
    return unquote(box.name)


def create(folder: Path) -> Path:
    """Make new/, cur/ and tmp/ where they are missing; safe to repeat."""
    for part in PARTS:
        (folder / part).mkdir(parents=True, exist_ok=True)
    return folder


def key_of(path: Path) -> str:
    """The unique part of a message's file name: what stands before the flags."""
    return path.name.split(":", 1)[0]


def find(folder: Path, key: str) -> Path | None:
    """The message with this key, looked for in new/ before cur/: readers move it that way, so it cannot slip past."""
    for part in ("new", "cur"):
        for path in messages(folder / part):
            if key_of(path) == key:
                return path
    return None


def messages(part: Path) -> Iterator[Path]:
    """The message files in one new/ or cur/, oldest name first; nothing if the folder is missing."""
    try:
        paths = sorted(part.iterdir())
    except FileNotFoundError:
        return
    yield from (path for path in paths if not path.name.startswith("."))


def write_tmp(folder: Path, key: str, raw: bytes) -> Path:
    """Write the whole message durably to tmp/; an unfinished one of the same key is overwritten."""
    path = create(folder) / "tmp" / key
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    return path


def move(source: Path, target: Path) -> None:
    """Rename within one file system and make the rename durable."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    _sync(target.parent)


def replace_text(path: Path, text: str) -> None:
    """Replace a small file as a whole: a reader sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tmp = path.with_name(f".{path.name}.tmp")
    with tmp.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    move(tmp, path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
