"""`python -m bot` is `triage`."""

from bot.cli import main

if __name__ == "__main__":
    main()
