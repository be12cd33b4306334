"""What takes a minute a test is collected only where the full counts are asked for."""

import os

collect_ignore = [] if os.environ.get("TRIAGE_FULL") else ["test_two_bots_full.py"]
