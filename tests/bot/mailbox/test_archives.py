"""Mails from files, whichever way they are kept."""

import gzip
import io
import mailbox
import tarfile
import zipfile
from pathlib import Path

import pytest

from bot.mailbox.archives import count, mails
from pipeline.errors import Misconfigured

ONE, TWO = b"Subject: one\n\nfirst\n", b"Subject: two\n\nsecond\n"


def folder(path: Path) -> Path:
    for name, raw in {"b/2": TWO, "a/1.eml": ONE, "cmds": b"mv", ".hidden": b"x", ".git/x": b"x"}.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(raw)
    return path


def tarred(path: Path) -> Path:
    folder(path / "in")
    with tarfile.open(path / "all.tar.gz", "w:gz") as archive:
        archive.add(path / "in", arcname=".")
        evil = tarfile.TarInfo("evil")
        evil.type, evil.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(evil)
    return path / "all.tar.gz"


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path / "all.zip", "w") as archive:
        archive.writestr("b/2", TWO)
        archive.writestr("a/1.eml", ONE)
        archive.writestr("cmds", b"mv")
    return path / "all.zip"


@pytest.mark.parametrize("made", [folder, tarred, zipped])
def test_a_tree_of_files_is_read_by_name(made: object, tmp_path: Path) -> None:
    assert callable(made)
    assert list(mails(made(tmp_path))) == [("a/1.eml", ONE), ("b/2", TWO)]


def test_an_mbox_is_read_mail_by_mail(tmp_path: Path) -> None:
    path = tmp_path / "old.mbox"
    box = mailbox.mbox(path)
    box.add(ONE)
    box.add(TWO)
    box.close()
    assert [(name, raw.splitlines()[0]) for name, raw in mails(path)] == [
        ("old.mbox/000001", b"Subject: one"),
        ("old.mbox/000002", b"Subject: two"),
    ]
    assert count(path) == 2


def test_a_mail_that_begins_like_an_mbox_is_one_mail(tmp_path: Path) -> None:
    (tmp_path / "00001.abc").write_bytes(b"From ann@x.example Mon Mar  2 10:00:00 2026\n" + ONE)
    assert count(tmp_path) == 1


def test_a_maildir_yields_what_has_arrived(tmp_path: Path) -> None:
    for sub, raw in {"cur": ONE, "new": TWO, "tmp": b"half"}.items():
        (tmp_path / sub).mkdir()
        (tmp_path / sub / f"1.{sub}:2,S").write_bytes(raw)
    assert [raw for _, raw in mails(tmp_path)] == [ONE, TWO]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s3cret")
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1").write_bytes(ONE)
    (tmp_path / "mails" / "2").symlink_to(tmp_path / "secret")
    assert [name for name, _ in mails(tmp_path / "mails")] == ["1"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("absent", None),
        ("broken.tar.gz", b"not a tar"),
        ("torn.tar.gz", gzip.compress(b"\0" * 9000, mtime=0)[:20]),
        ("broken.zip", b"not a zip"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Misconfigured) as error:
        list(mails(tmp_path / name))
    assert name in str(error.value)


def test_an_empty_archive_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    for path in (tmp_path / "empty.zip", folder_of_nothing(tmp_path)):
        with pytest.raises(Misconfigured, match="holds no mails"):
            count(path)


def folder_of_nothing(path: Path) -> Path:
    (path / "nothing").mkdir()
    return path / "nothing"


def test_mails_are_read_lazily(tmp_path: Path) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name in ("1", "2"):
            info = tarfile.TarInfo(name)
            info.size = len(ONE)
            archive.addfile(info, io.BytesIO(ONE))
    (tmp_path / "x.tgz").write_bytes(data.getvalue())
    assert next(mails(tmp_path / "x.tgz")) == ("1", ONE)
