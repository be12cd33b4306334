"""What every test may ask for."""

import os

from hypothesis import settings

pytest_plugins = ["tests.services", "tests.mail.fixtures"]

# `make test` generates the same examples every time; `make prove` looks for new ones.
settings.register_profile("seeded", derandomize=True)
settings.load_profile("default" if os.environ.get("TRIAGE_FULL") else "seeded")
