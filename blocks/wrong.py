"""The window in which a person says what was wrong with an answer that was sent: drawn here and read here."""

from collections.abc import Mapping
from typing import Any

from blocks import ids, kit
from blocks.kit import Json
from blocks.state import FAULTS
from pipeline.case import Case, Fault

WHAT = "what"


def view(case: Case, channel: str, thread: str) -> Json:
    """What was wrong, from a closed list."""
    ref = ids.FormRef(case.id, case.revision, case.draft.sha256 if case.draft else "", channel, thread)
    told = kit.section(kit.plain("Nothing can be called back. What you say counts against letting such answers go out by themselves."))
    choice = kit.select_input(WHAT, "What was wrong with it?", [(fault, text) for fault, text in FAULTS.items()], "Choose what was wrong")
    return kit.modal("It was wrong", ids.WRONG_FORM, [told, choice], metadata=ids.write_form(ref), submit="Save", close="Cancel")


def read(values: Mapping[str, Any]) -> Fault | None:
    """The choice, or None where there is none."""
    chosen = values.get(WHAT, {}).get(WHAT, {}).get("selected_option") or {}
    return next((fault for fault in FAULTS if fault == chosen.get("value")), None)
