"""`python -m sandbox.mail --data FOLDER`: the post office by itself."""

import argparse
from pathlib import Path

from sandbox.mail.office import OfficeSettings, run


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.mail", description="The demo's post office and the customers' mailboxes.")
    parser.add_argument("--data", type=Path, required=True, help="the folder with mail/ and customers/")
    parser.add_argument("--port", type=int, default=8901, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--speed", type=float, default=None, help="let the demo's letters arrive, this many times as fast as written")
    parser.add_argument("--die-with-parent", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    run(OfficeSettings(data=options.data, port=options.port, die_with_parent=options.die_with_parent, speed=options.speed))


if __name__ == "__main__":
    main()
