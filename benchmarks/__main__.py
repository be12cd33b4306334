"""`make bench`: triage latency of the pipeline on the demo's letters, throughput of the whole product, and start-up, in one run."""

import asyncio
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.throughput import __main__ as throughput
from bot.house import load as load_house
from bot.mailbox.archives import mails
from bot.mailbox.mime import read
from bot.settings import ROOT
from pipeline.case import NO_HISTORY
from pipeline.email import MailboxId
from pipeline.flow import triage

ROUNDS = 3
MAILS, PROCESSES = 400, 2
LETTERS = ROOT / "sandbox" / "mail" / "letters"
INBOX = MailboxId("support@larkspur.example")


async def measure() -> list[tuple[str, str]]:
    """Rows of what was measured and the figure. Everything runs on one event loop, one mail at a time."""
    started = time.perf_counter()
    house = await load_house(ROOT / "policies", ROOT / "templates", Path(".triage/cache"))
    loaded = time.perf_counter() - started
    read_ms: list[float] = []
    triage_ms: list[float] = []
    for _ in range(ROUNDS):
        for name, raw in mails(LETTERS):
            began = time.perf_counter()
            email = read(raw, name, datetime.now(UTC), frozenset())
            parsed = time.perf_counter()
            await triage(email, INBOX, NO_HISTORY, house, datetime.now(UTC), time.monotonic)
            read_ms.append((parsed - began) * 1000)
            triage_ms.append((time.perf_counter() - parsed) * 1000)
    both = [first + second for first, second in zip(read_ms, triage_ms, strict=True)]
    return [
        ("house loaded (policies, templates, local model)", f"{loaded:.2f} s"),
        ("read, median", f"{statistics.median(read_ms):.1f} ms"),
        ("triage, median", f"{statistics.median(triage_ms):.1f} ms"),
        ("read + triage, P95", f"{statistics.quantiles(both, n=20)[18]:.1f} ms"),
        ("mails a second, one at a time", f"{1000 / statistics.mean(both):.0f}"),
    ]


def started() -> list[tuple[str, str]]:
    """CPU seconds until `triage --help` is read."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return [("triage --help, CPU", f"{after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.2f} s")]


if __name__ == "__main__":
    whole = throughput.measure(MAILS, ROUNDS, PROCESSES, full=True)
    for what, figure in [*started(), *asyncio.run(measure()), *asyncio.run(whole)]:
        sys.stdout.write(f"{what:<50} {figure}\n")
