"""Compares what is drawn with the stored drawing; TRIAGE_UPDATE_GOLDEN=1 stores anew."""

import json
import os
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "golden"


def same(name: str, drawn: Any) -> bool:
    """Whether `drawn` equals tests/blocks/golden/<name>.json; a missing file is written only with TRIAGE_UPDATE_GOLDEN=1."""
    path = FOLDER / f"{name}.json"
    text = json.dumps(drawn, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("TRIAGE_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return path.is_file() and path.read_text(encoding="utf-8") == text
