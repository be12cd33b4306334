"""The window that asks why a draft is rejected: drawn here and read here."""

from collections.abc import Mapping
from typing import Any, get_args

from blocks import ids, kit
from blocks.card import subject
from blocks.kit import Json
from blocks.state import REJECTIONS
from pipeline.case import Case, Rejection

WHY = "why"
REMARK = "remark"


def view(case: Case, channel: str, thread: str) -> Json:
    """The form: a reason, and room for a remark."""
    digest = case.draft.sha256 if case.draft else ""
    blocks = [
        kit.rich_text(kit.line(kit.run("Nobody gets this draft: "), kit.run(subject(case.email), bold=True))),
        kit.select_input(WHY, "What is wrong with it?", list(REJECTIONS.items()), "Choose a reason"),
        kit.text_input(REMARK, "Remark", "", multiline=True, optional=True, placeholder="What should it have said?"),
        kit.context(kit.plain("Your reason is kept as a lesson. The mail itself stays unanswered in the mailbox.")),
    ]
    metadata = ids.write_form(ids.FormRef(case.id, case.revision, digest, channel, thread))
    return kit.modal("Reject the draft", ids.REJECT_FORM, blocks, metadata=metadata, submit="Reject", close="Cancel")


def read(values: Mapping[str, Mapping[str, Any]]) -> tuple[Rejection | None, str]:
    """The reason (None where none was chosen) and the remark, on one line."""
    option = values.get(WHY, {}).get(WHY, {}).get("selected_option") or {}
    chosen = next((reason for reason in get_args(Rejection) if reason == option.get("value")), None)
    remark = str(values.get(REMARK, {}).get(REMARK, {}).get("value") or "")
    return chosen, " ".join(remark.split())[:1000]
