"""The local sendmail program: hands one file over, and says which failures prove that nothing was sent."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline.errors import Permanent, Temporary

EX_TEMPFAIL = 75
COULD_NOT_START = (FileNotFoundError, PermissionError)


@dataclass(eq=False)
class SendmailFailed(Exception):
    """The program answered that it did not take the mail."""

    known: Temporary | Permanent


@dataclass(frozen=True, slots=True)
class Sendmail:
    """`command` is the whole command line, such as /usr/sbin/sendmail -t -i; it gets the mail on its standard input."""

    command: tuple[str, ...]
    timeout: timedelta = timedelta(seconds=60)

    async def submit(self, mail: Path) -> None:
        """Run the program. SendmailFailed where it did not take the mail; Temporary where it did not answer, so that nobody knows."""
        try:
            with mail.open("rb") as stdin:
                process = await asyncio.create_subprocess_exec(
                    *self.command, stdin=stdin, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True
                )
        except COULD_NOT_START as error:
            raise SendmailFailed(Temporary(f"{self.command[0]} cannot be run ({error.strerror}). Correct the setting sendmail.")) from error
        self._judge(await self._end(process))

    async def _end(self, process: asyncio.subprocess.Process) -> int:
        try:
            return await asyncio.wait_for(process.wait(), self.timeout.total_seconds())
        except TimeoutError as slow:
            raise Temporary(f"{self.command[0]} did not end in time, so it is not known whether it took the mail.") from slow
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    def _judge(self, code: int) -> None:
        match code:
            case 0:
                return
            case _ if code == EX_TEMPFAIL:
                raise SendmailFailed(Temporary(f"{self.command[0]} asks to try again later."))
            case _ if code < 0:
                raise Temporary(f"{self.command[0]} was killed, so it is not known whether it took the mail.")
            case _:
                raise SendmailFailed(Permanent(f"{self.command[0]} refused the mail with exit code {code}."))
