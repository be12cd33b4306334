"""Rules, versions and trials for the windows of /triage policy, drawn in every state."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from blocks import policy, proposal
from blocks.kit import Message
from pipeline.case import CaseId
from pipeline.policy.compare import Change
from pipeline.policy.edit import TEMPLATE, Edit
from pipeline.policy.rulebook import Rulebook
from pipeline.policy.simulate import Row
from pipeline.policy.versions import Author, InForce, Preview, Shelf, Version, VersionId
from tests.blocks.cases import NOW

CHANNEL = "C0SUPPORT1"
CAUTIOUS: dict[str, Any] = {"name": "vip", "why": "A person.", "when": {"kind": "vip"}, "then": {"at_most": "human"}}
EVERYTHING = {
    "at_most": "review",
    "owner": "legal",
    "urgency": "high",
    "respond_within": "4h",
    "redact": "full",
    "template": "legal",
    "second_approver": True,
    "tags": ["a", "b"],
    "notify": ["ops"],
}
RULES = Rulebook.model_validate(
    {"rules": [CAUTIOUS, {**CAUTIOUS, "name": "everything", "why": "<!channel> *bold* & more", "then": EVERYTHING}], "dry_run": False}
)
FILES = ("pricing", "support", "legal", "invoice", "privacy", "job")
CHANGES = (
    Change("rules.vip", json.dumps(CAUTIOUS), json.dumps(CAUTIOUS | {"then": {"at_most": "review"}})),
    Change("rules.new", "", json.dumps({"name": "new", "why": "w" * 900})),
    Change("rules.old", json.dumps(CAUTIOUS | {"name": "old"}), ""),
    *(Change(f"policies/intents/{name}.json", "0a1b2c3d4e5f", "5f4e3d2c1b0a") for name in FILES),
)
ROWS = (
    Row("pricing", 214, [CaseId(17), CaseId(18)], [CaseId(number) for number in range(30, 60)], []),
    Row("support", 900, [], [], [CaseId(99)]),
    Row("legal", 12, [], [], []),
)
LINKS = {CaseId(17): "https://larkspur.example/archives/C0SUPPORT1/p1700000000000100"}
V1, V2, V3, V4 = (VersionId(number) for number in (1, 2, 3, 4))
FOLDER, ANA = Author("files", "the files"), Author("U1", "Ana Ruiz")
FIRST = Version(V1, NOW, "files", FOLDER, "The files as they were.", "d1", None, (), False, None, False, "published", "", NOW)
SECOND = replace(
    FIRST, id=V2, origin="slack", author=ANA, why="<!channel> *bold*", parent=V1, changes=CHANGES[:1], only_lowers=True, rows=ROWS
)
THIRD = replace(SECOND, id=V3, parent=V2, changes=CHANGES, only_lowers=False, needs_approval=True, state="proposed", published_at=None)
FOURTH = replace(THIRD, id=V4, state="refused", decided_by="Dev Patel")
SHELF = Shelf(InForce(SECOND, NOW, ANA, SECOND.why), RULES, (FOURTH, THIRD, SECOND, FIRST))


def many() -> Rulebook:
    """As many rules as there may be, each as wordy as it may be."""
    rules = tuple(RULES.rules[1].model_copy(update={"name": f"rule_{number:03}", "why": "w" * 300}) for number in range(500))
    return RULES.model_copy(update={"rules": rules, "dry_run": True})


def proposals() -> Iterator[tuple[str, Message]]:
    """The message that asks a second person, in its states."""
    for version in (FOURTH, THIRD, SECOND):
        yield f"proposal-{version.state}", proposal.message(version, LINKS)


def windows() -> Iterator[tuple[str, dict[str, Any]]]:
    """The windows of /triage policy."""
    ref, edit = policy.PolicyRef(V2, CHANNEL, 0, "vip"), Edit("vip", json.dumps(CAUTIOUS, indent=2))
    tried = Preview(CHANGES, False, ROWS, True, LINKS)
    lower = Preview(CHANGES[:1], True, (), False, {})
    yield "policy-rules", policy.view(SHELF, CHANNEL)
    yield "policy-many", policy.view(replace(SHELF, rulebook=many()), CHANNEL, 7)
    yield "policy-history", policy.history(SHELF, CHANNEL)
    yield "policy-history-long", policy.history(replace(SHELF, versions=tuple(SHELF.versions) * 12), CHANNEL)
    yield "policy-new", policy.form(Edit("", TEMPLATE), "", replace(ref, rule=""))
    yield "policy-too-long", policy.form(replace(edit, text="x" * 3001), "", ref)
    yield "policy-tried", policy.form(edit, "Prices change", ref, proposal.preview(tried), "Propose")
    yield "policy-tried-lower", policy.form(replace(edit, delete=True), "", ref, proposal.preview(lower), "Publish")
    yield "policy-kept", policy.kept("Dev Patel published version 3 meanwhile.", edit)
    yield "policy-look", proposal.view(THIRD, LINKS, ref)
    yield "policy-simulating", policy.waiting_view("Simulating", "Trying the change on the cases of 30 days…")
