"""`triage evaluate`: how often the local model would be right on labelled mail, and how much of it may be answered."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from bot.commands.terminal import errors, out, say, table
from bot.evaluation.rows import read
from pipeline.errors import Misconfigured

LISTED = 40
"""Labels in the table for a person; --json has all."""


def evaluate_model(
    train: Annotated[Path, typer.Option(help="Labelled mail to learn from: JSON lines, may be .gz.")],
    test: Annotated[Path, typer.Option(help="Labelled mail to judge by, which had no part in anything.")],
    target: Annotated[float, typer.Option(help="The precision to certify, between 0 and 1.")] = 0.98,
    alpha: Annotated[float, typer.Option(help="How likely the certificate may be wrong, between 0 and 1.")] = 0.05,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON on stdout.")] = False,
) -> None:
    """Fit the local model to one file, choose the threshold there, and measure it on another.

    A row is {"text": "...", "intent": "..."}; subject, urgency and owner may stand beside. Mail that no intent fits is "out_of_scope".

    Example: triage evaluate --train labelled.jsonl --test newer.jsonl
    """
    for name, share in (("--target", target), ("--alpha", alpha)):
        if not 0 < share < 1:
            raise Misconfigured(name, f"{share} is not between 0 and 1. Write 0.98 for 98 percent.")
    learned, judged = read(train), read(test)
    measured = _measure(learned, judged, target, alpha)
    if as_json:
        out(measured)
    else:
        _show(measured, target, alpha)


def _measure(learned: list[Any], judged: list[Any], target: float, alpha: float) -> dict[str, Any]:
    from bot.evaluation.measure import evaluate  # scikit-learn takes more than a second to import

    with Progress(console=errors, disable=not errors.is_terminal, transient=True) as progress:
        task = progress.add_task("Starting", total=None)
        last = ""

        def tell(what: str, done: int, total: int) -> None:
            nonlocal last
            progress.update(task, description=what, completed=done, total=total or None)
            if what != last and not errors.is_terminal:
                say(f"{what} ...")
            last = what

        report = asdict(evaluate(learned, judged, target, alpha, tell))
    fields = report.pop("fields")
    return {**fields.pop("intent"), **fields, **report, "target": target, "alpha": alpha, "train_n": len(learned)}


def _show(measured: dict[str, Any], target: float, alpha: float) -> None:
    table("By intent, in the test part", ("intent", "rows", "right", "answered", "answered right"), _by_label(measured))
    for field in ("intent", "urgency", "owner"):
        figures = measured if field == "intent" else measured.get(field)
        if figures:
            say(f"{field}: {_sentence(figures, target, alpha)}")
    say(
        f"A mail takes {measured['latency_ms_p50']:.0f} ms (P95 {measured['latency_ms_p95']:.0f} ms) and costs ${measured['cost_usd']:.2f}."
    )


def _by_label(measured: dict[str, Any]) -> list[tuple[str, ...]]:
    rows = sorted(measured["labels"].items(), key=lambda item: (-item[1]["rows"], item[0]))
    shown = [(name, *(str(figures[part]) for part in ("rows", "found", "answered", "right"))) for name, figures in rows[:LISTED]]
    return shown if len(rows) <= LISTED else [*shown, (f"and {len(rows) - LISTED} more: --json", "", "", "", "")]


def _sentence(figures: dict[str, Any], target: float, alpha: float) -> str:
    right = f"{figures['accuracy']:.1%} right of {figures['test_n']}, macro F1 {figures['macro_f1']:.3f}"
    if figures["out_of_scope_auroc"] is not None:
        right += f", out-of-scope AUROC {figures['out_of_scope_auroc']:.3f}"
    if figures["unseen"]:
        right += f"; never seen in training, so never right: {', '.join(figures['unseen'][:5])}"
    if figures["threshold"] is None:
        return f"{right}. Nothing can be certified at {target:.1%}: {figures['why']}."
    precision = f"{figures['precision']:.1%} of them right" if figures["precision"] is not None else "none"
    return (
        f"{right}. Certified at {target:.1%} (alpha {alpha}, {figures['calibration_n']} rows): from a confidence of "
        f"{figures['threshold']:.3f} on, {figures['coverage']:.1%} of the test mails are answered, {precision}."
    )
