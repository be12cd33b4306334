"""Mails kept as files: an mbox, a Maildir, a folder tree, or a tar or zip archive of such files."""

import mailbox
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bot.mailbox.limits import MAX_BYTES
from pipeline.errors import Misconfigured

_NOT_MAIL = frozenset(("cmds",))


def mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each mail's name within the archive and its bytes, sorted by name, read one at a time; nothing is ever unpacked to disk.

    Misconfigured where there is no such path, it cannot be read, or it holds no mail.
    """
    found = False
    try:
        for name, raw in _opened(path):
            found = True
            yield name, raw
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Misconfigured(
            str(path), f"could not be read as an archive of mails ({error}). Give an unbroken, unencrypted archive."
        ) from error
    if not found:
        raise Misconfigured(
            str(path), "holds no mails. Give an mbox file, a Maildir, a folder of mail files, or a .tar.gz or .zip of them."
        )


def count(path: Path) -> int:
    """How many mails `mails` would yield. Misconfigured as there."""
    return sum(1 for _ in mails(path))


def _opened(path: Path) -> Iterator[tuple[str, bytes]]:
    if not path.exists():
        raise Misconfigured(str(path), "there is no such file or folder. Give the path of an mbox file, a Maildir or a folder of mails.")
    if path.is_dir():
        return _folder(path)
    if path.name.lower().endswith((".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tar.xz")):
        return _tar(path)
    if path.suffix.lower() == ".zip":
        return _zip(path)
    return _file(path)


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    """A Maildir's tmp holds mails that are still being delivered: they are not there yet."""
    unfinished = {"tmp"} if (path / "cur").is_dir() and (path / "new").is_dir() else set()
    for file in sorted(path.rglob("*")):
        inside = file.relative_to(path)
        if file.is_symlink() or not file.is_file() or inside.parts[0] in unfinished or not _is_mail(inside.as_posix()):
            continue
        yield from _contents(inside.as_posix(), file)


def _file(path: Path) -> Iterator[tuple[str, bytes]]:
    yield from _contents(path.name, path)


def _contents(name: str, file: Path) -> Iterator[tuple[str, bytes]]:
    """One mail, or the mails of an mbox: a file that holds a second "From " line after a blank one."""
    if not _is_mbox(file):
        with file.open("rb") as opened:
            yield name, opened.read(MAX_BYTES + 1)
        return
    box = mailbox.mbox(file, create=False)
    try:
        for key in box.iterkeys():
            yield f"{name}/{int(key) + 1:06d}", box.get_bytes(key)
    finally:
        box.close()


def _is_mbox(file: Path) -> bool:
    with file.open("rb") as opened:
        if opened.read(5) != b"From ":
            return False
        blank = False
        for line in opened:
            if blank and line.startswith(b"From "):
                return True
            blank = not line.strip()
    return file.suffix.lower() in (".mbox", ".mbx")


def _tar(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            file = archive.extractfile(member) if member.isfile() and _is_mail(member.name) else None
            if file:
                yield member.name.lstrip("./"), file.read(MAX_BYTES + 1)


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/") and _is_mail(name):
                with archive.open(name) as file:
                    yield name, file.read(MAX_BYTES + 1)


def _is_mail(name: str) -> bool:
    """Not a hidden file, nor in a hidden folder, nor the list that SpamAssassin's corpora carry."""
    parts = PurePosixPath(name).parts
    return bool(parts) and parts[-1] not in _NOT_MAIL and not any(part.startswith(".") and part not in (".", "..") for part in parts)
