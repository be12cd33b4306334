"""All policy files and templates as one value, from a folder or from the database: what a House is read from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from pipeline.errors import Misconfigured

LARGEST = 1_000_000
"""Bytes of one policy file."""
MOST_FILES = 2_000
POLICIES, TEMPLATES, INTENTS, REPLIES, PROMPTS = "policies", "templates", "policies/intents", "templates/replies", "templates/prompts"
RULES = "policies/rules.json"
SCHEMA = "policies/schema.json"
"""Made by the program for editors, so no part of what a company decided."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """`files` are texts by path, as policies/rules.json; `places` say what "policies" and "templates" are called in messages."""

    files: Mapping[str, str]
    places: Mapping[str, Path] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Of every path and every byte."""
        whole = sha256()
        for path, text in sorted(self.files.items()):
            whole.update(f"{path}\0{sha256(text.encode()).hexdigest()}\n".encode())
        return whole.hexdigest()

    def place(self, path: str) -> str:
        """How a message names the file, or the folder."""
        top, slash, rest = path.partition("/")
        return f"{self.places.get(top, Path(top))}{slash}{rest}"

    def text(self, path: str) -> str:
        """Raises Misconfigured where the file is missing or too large."""
        text = self.files.get(path)
        if text is None:
            raise Misconfigured(self.place(path), "the file is missing. Copy the one that came with the product and change it.")
        _fits(self.place(path), len(text.encode()))
        return text

    def digest_of(self, path: str) -> str:
        """The version by which decisions name the file."""
        return sha256(self.text(path).encode()).hexdigest()[:12]

    def within(self, folder: str, ending: str) -> Iterator[str]:
        """The paths of such files right in the folder, sorted."""
        first = f"{folder}/"
        yield from sorted(path for path in self.files if path.startswith(first) and path.endswith(ending) and "/" not in path[len(first) :])

    def changed(self, path: str, text: str) -> "Bundle":
        return replace(self, files={**self.files, path: text})


def from_folders(policies: Path, templates: Path) -> Bundle:
    """What stands on disk. Raises Misconfigured for a folder that is missing and a file that cannot be read."""
    places = {POLICIES: policies, TEMPLATES: templates}
    for folder in (policies, policies / "intents"):
        _there(folder, "TRIAGE_POLICIES")
    for folder in (templates, templates / "replies", templates / "prompts"):
        _there(folder, "TRIAGE_TEMPLATES")
    return Bundle({**policy_files(policies).files, **template_files(templates).files}, places)


def policy_files(folder: Path) -> Bundle:
    """The policies alone."""
    _there(folder, "TRIAGE_POLICIES")
    found = [path for path in (*folder.glob("*.json"), *(folder / "intents").glob("*.json")) if path != folder / "schema.json"]
    return Bundle({f"{POLICIES}/{path.relative_to(folder).as_posix()}": read(path) for path in _few(folder, found)}, {POLICIES: folder})


def template_files(folder: Path) -> Bundle:
    """The templates and prompts alone."""
    _there(folder, "TRIAGE_TEMPLATES")
    found = _few(folder, list(folder.glob("**/*.j2")))
    return Bundle({f"{TEMPLATES}/{path.relative_to(folder).as_posix()}": read(path) for path in found}, {TEMPLATES: folder})


def read(path: Path) -> str:
    """The text of one file, its line ends as they are."""
    try:
        _fits(str(path), path.stat().st_size)
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise Misconfigured(str(path), "the file is missing. Copy the one that came with the product and change it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(str(path), f"the file cannot be read ({error}). Check its permissions and that it is UTF-8 text.") from error


def write(bundle: Bundle, folder: Path) -> None:
    """Every file under the folder, byte by byte. Raises Misconfigured where a path leads out of it or cannot be written."""
    for path, text in sorted(bundle.files.items()):
        target = folder / path
        if not target.resolve().is_relative_to(folder.resolve()):
            raise Misconfigured(path, "this path leads out of the folder. Name another folder.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
        except OSError as error:
            raise Misconfigured(str(target), f"it cannot be written ({error}). Name a folder that you may write to.") from error


def _few(folder: Path, found: list[Path]) -> list[Path]:
    if len(found) > MOST_FILES:
        raise Misconfigured(str(folder), f"there are {len(found)} files here, of which {MOST_FILES} may be. Take some out.")
    return sorted(found)


def _fits(place: str, size: int) -> None:
    if size > LARGEST:
        raise Misconfigured(place, f"the file has more than {LARGEST // 1_000_000} MB. Split it, or take out what is not needed.")


def _there(path: Path, setting: str) -> None:
    if not path.is_dir():
        raise Misconfigured(str(path), f"there is no such folder. Create it, or name the right one with {setting}.")
