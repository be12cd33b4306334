"""`triage evaluate` on small labelled files: what it reports, what it refuses, and that its scores are honest."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.evaluation.rows import read
from bot.model.learned.classifier import fit
from bot.model.learned.ridge import space, unseen, weights
from bot.model.learned.views import Views
from pipeline.case import OUT_OF_SCOPE
from pipeline.errors import Misconfigured
from tests.bot.test_local_model import examples

KINDS = ("pricing", "cancellation", "job_application")


def letters(every: int) -> list[dict[str, str]]:
    told = examples()
    rows = [{"subject": "Hello", "text": text, "intent": kind, "urgency": "high"} for kind in KINDS for text in told[kind]]
    rows += [{"text": text, "intent": OUT_OF_SCOPE, "urgency": "low"} for text in told[OUT_OF_SCOPE][:40]]
    return [row for number, row in enumerate(rows) if (number % 4 == 0) == (every == 0)]


def write(file: Path, rows: list[dict[str, str]]) -> Path:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)
    return file


def space_of(texts: int, group: list[int]) -> tuple[Views, list[int]]:
    from scipy.sparse import random as scattered  # type: ignore[import-untyped]  # it ships no types

    chance = np.random.default_rng(3)
    meaning = chance.normal(size=(texts, 12)).astype(np.float32)
    return Views(meaning / np.linalg.norm(meaning, axis=1, keepdims=True), scattered(texts, 50, 0.2, "csr", random_state=3)), group


def test_a_rows_score_is_that_of_a_model_which_never_saw_its_group() -> None:
    views, group = space_of(30, [number // 2 for number in range(30)])
    known = space(views, group)
    targets = np.eye(3, dtype=np.float32)[np.arange(30) % 3]
    honest = unseen(known, targets, weights(known, targets))
    likeness = known.likeness(0, 30)
    assert np.allclose(likeness[7:16], known.likeness(7, 16))
    assert np.allclose(likeness, known.examples.seen_from(views) * (1 - np.eye(30)), atol=1e-5)
    likeness += np.eye(30) * known.examples.seen_from(views)
    for members in known.groups[:4]:
        others = np.setdiff1d(np.arange(30), members)
        inner = likeness[np.ix_(others, others)] + 0.1 * np.eye(len(others))
        refitted = likeness[np.ix_(members, others)] @ np.linalg.solve(inner, targets[others])
        assert np.allclose(honest[members], refitted, atol=1e-3)


def test_labels_that_mean_nothing_are_not_believed() -> None:
    """Random labels: judged by what did not see them, about one in three is right, however well the model knows them by heart."""
    views, group = space_of(240, list(range(240)))
    known = space(views, group)
    judged = fit(known, [f"label {number}" for number in np.random.default_rng(5).integers(0, 3, 240)]).judged
    assert 0.2 < sum(row.right for row in judged) / 240 < 0.47


def test_the_report_has_every_figure(tmp_path: Path) -> None:
    train, test = write(tmp_path / "train.jsonl.gz", letters(1)), write(tmp_path / "test.jsonl", letters(0))
    result = CliRunner().invoke(app, ["evaluate", "--train", str(train), "--test", str(test), "--target", "0.6", "--json"])
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    assert figures["accuracy"] > 0.75
    assert figures["macro_f1"] > 0.75
    assert figures["out_of_scope_auroc"] > 0.85
    assert 0.4 < figures["coverage"] < 1
    assert figures["precision"] >= 0.6
    assert 0 < figures["threshold"] < 1
    assert figures["calibration_n"] == figures["train_n"] == len(letters(1))
    assert figures["cost_usd"] == 0
    assert figures["latency_ms_p95"] >= figures["latency_ms_p50"] > 0
    assert figures["labels"][OUT_OF_SCOPE]["right"] == 0
    assert figures["urgency"]["accuracy"] > 0.75
    assert "owner" not in figures


def test_a_person_is_told_why_nothing_is_certified(tmp_path: Path) -> None:
    rows = [*letters(0), {"text": "Please ring me", "intent": "callback"}]
    train, test = write(tmp_path / "train.jsonl", letters(0)), write(tmp_path / "test.jsonl", rows)
    result = CliRunner().invoke(app, ["evaluate", "--train", str(train), "--test", str(test)])
    assert result.exit_code == 0
    assert "even without an error 149 are needed" in " ".join(result.stderr.split())
    assert "never seen in training" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "not JSON"),
        ("[1]", "no object"),
        ('{"text": " ", "intent": "a"}', "no text"),
        ('{"text": "Hello"}', "no intent"),
        ('{"text": "Hello", "intent": 4}', "intent is no string"),
        ('{"text": ["Hello"], "intent": "a"}', "text is no string"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "Hello", "intent": "a"}\n\n' + line + "\n")
    with pytest.raises(Misconfigured, match=says) as raised:
        read(file)
    assert f"{file}, line 3" in str(raised.value)


def test_a_file_that_is_empty_missing_or_broken_is_named(tmp_path: Path) -> None:
    empty, broken = write(tmp_path / "empty.jsonl", []), tmp_path / "broken.jsonl.gz"
    broken.write_bytes(b"no gzip")
    for file in (empty, broken, tmp_path / "none.jsonl"):
        with pytest.raises(Misconfigured, match=file.name):
            read(file)


def test_one_label_alone_cannot_be_learned(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", [{"text": f"Hello {number}", "intent": "a"} for number in range(5)])
    with pytest.raises(Misconfigured, match="fewer than two labels"):
        CliRunner().invoke(app, ["evaluate", "--train", str(file), "--test", str(file)], catch_exceptions=False)
