"""The real `triage` with a fuse in it: `python -m tests.faults.armed FLAG POINT run ...` dies at the point, once FLAG is there.

The flag is taken away by whichever process comes there first, so of several armed ones a test kills exactly the one that got the click.
"""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode import aiohttp as bolt_socket

from bot import cli
from bot.mailbox.maildir import MaildirMailbox
from bot.sending import Sender
from bot.slack.directory import SlackDirectory
from bot.store.cases import PostgresCases
from tests.faults.fuse import Fuse, Point

PLACES: dict[str, tuple[object, str]] = {
    "directory.person": (SlackDirectory, "person"),
    "cases.commit": (PostgresCases, "commit"),
    "socket.send_async_response": (bolt_socket, "send_async_response"),
    "sender.perform": (Sender, "perform"),
    "mailbox.send_draft": (MaildirMailbox, "send_draft"),
}


@dataclass
class Armed(Fuse):
    """Blows once a test has laid `flag`, in one process only."""

    flag: Path = Path()

    def _blow(self, when: str, result: Any) -> Any:
        if self.point and when == self.point.when and self._taken():
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    def _taken(self) -> bool:
        try:
            self.flag.unlink()
        except FileNotFoundError:
            return False
        return True


def main(flag: str, when: str, name: str) -> None:
    """Put the fuse into the class (or module) whose method the point names, then be `triage`."""
    fuse = Armed(Point(name, when), flag=Path(flag))
    owner, method = PLACES[name]
    setattr(owner, method, fuse.method(owner, method))
    cli.main()


if __name__ == "__main__":
    given, sys.argv[1:] = sys.argv[1:4], sys.argv[4:]
    main(*given)
