"""The errors that cross folders: each has a public sentence and, where there is one, a private cause."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(eq=False)
class Temporary(Exception):
    """The world may answer differently later; `retry_after` is its own wish, if it named one."""

    sentence: str
    retry_after: timedelta | None = None

    def __str__(self) -> str:
        return self.sentence


@dataclass(eq=False)
class Permanent(Exception):
    """Trying again cannot help; a person must know."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(eq=False)
class Misconfigured(Exception):
    """Something an operator wrote or forgot: `thing` names it (a file with its line, a setting), `sentence` says what to do next."""

    thing: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.thing}: {self.sentence}"
