"""File steps that survive a crash: a file is written whole or not at all, a move has happened or not."""

import os
from pathlib import Path
from uuid import uuid4


def write(tmp: Path, target: Path, content: bytes) -> None:
    """Put `content` at `target` by way of the folder `tmp`; an existing file is replaced in one step."""
    draft = tmp / f"{target.name.partition(':')[0]}.{uuid4().hex}"
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    move(draft, target)


def move(source: Path, target: Path) -> None:
    """Rename in one atomic step. Raises FileNotFoundError where somebody else was first."""
    source.rename(target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)


def sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
