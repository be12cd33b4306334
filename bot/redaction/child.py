"""The process that finds names: a JSON string a line comes in, a list of [type, start, end] goes out."""

import json
import os
import signal
import sys

from bot.garbage import set_apart
from bot.redaction.engine import Engine


def main() -> None:
    """Answer until standard input ends, as it does when the parent dies. Whatever a library prints goes to standard error."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # who is asked to stop is our parent: it still waits for this answer
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    engine = Engine()
    set_apart()
    for line in sys.stdin:
        found = engine.find(json.loads(line))
        answers.write(json.dumps([(span.type, span.start, span.end) for span in found]) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
