"""`python -m benchmarks.throughput [--mails N] [--repeats R] [--processes P]`: the whole product beside two bare calls, in one run."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.throughput.processes import child, tell, told
from benchmarks.throughput.rig import Rig, Took, embedded, rig, working


async def bare(url: str, mails: int, repeats: int) -> list[dict[str, float]]:
    async with child("benchmarks.throughput.bare", url) as process:
        found = []
        for _ in range(repeats):
            tell(process, mails)
            found.append(await told(process))
        return found


async def measured(made: Rig, processes: int, mails: int, repeats: int, *, cascade: bool) -> list[Took]:
    setup = replace(made.setup, cascade=cascade, redaction="full" if cascade else "patterns")
    async with working(made, processes, setup) as ready:
        return [await ready.batch(mails) for _ in range(repeats)]


def rates(found: Sequence[float]) -> str:
    return f"{max(found):.0f} mails/s at best, {median(found):.0f} median"


def shares(took: Sequence[Took], what: str) -> Iterator[tuple[str, str]]:
    """CPU ms a mail, by what took it: the median of the batches."""
    for name in getattr(took[0], what):
        ms = median(getattr(one, what).get(name, 0.0) / one.mails * 1000 for one in took)
        yield f"  {name}", f"{ms:.2f}"


def told_of(title: str, took: Sequence[Took], base: float, alone: float) -> Iterator[tuple[str, str]]:
    shown = [one.mails / one.shown for one in took]
    yield title, ""
    yield "first claim to last commit", rates([one.mails / one.decided for one in took])
    yield "first claim to last card", f"{rates(shown)} = {median(shown) / base:.2f} × bare calls"
    yield "calls a mail", f"{sum(one.calls for one in took) / sum(one.mails for one in took):.2f}"
    cpu = median(sum(one.processes.values()) / one.mails for one in took)
    yield (
        "CPU ms a mail, all processes",
        f"{cpu * 1000:.1f} = {cpu / alone:.1f} × bare; on two cores at most {2 / cpu:.0f} mails/s",
    )
    yield from shares(took, "processes")
    yield "CPU ms a mail by stage, of the product's own", ""
    yield from shares(took, "stages")


async def measure(mails: int, repeats: int, processes: int, *, full: bool) -> list[tuple[str, str]]:
    """Rows of what was measured and the figure."""
    with tempfile.TemporaryDirectory(prefix="triage-") as folder:
        async with embedded(Path(folder)) as databases, rig(databases, Path(folder)) as made:
            alone = await bare(made.setup.models_url, mails, repeats)
            off = await measured(made, processes, mails, repeats, cascade=False)
            on = await measured(made, processes, mails, repeats, cascade=True) if full else []
    base, cpu = median(one["rate"] for one in alone), median(one["cpu"] for one in alone)
    rows = [("two bare calls of the openai SDK, one process", rates([one["rate"] for one in alone]))]
    rows += [("CPU ms a mail, without the stand-in", f"{cpu * 1000:.1f}")]
    rows += told_of("cascade off, redaction by patterns", off, base, cpu)
    rows += told_of("the full cascade, redaction in full", on, base, cpu) if full else []
    return rows


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    asked.add_argument("--mails", type=int, default=400)
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--processes", type=int, default=2, help="processes of the product")
    asked.add_argument("--no-cascade", action="store_true", help="leave the full cascade out")
    given = asked.parse_args()
    for what, figure in asyncio.run(measure(given.mails, given.repeats, given.processes, full=not given.no_cascade)):
        sys.stdout.write(f"{what:<50} {figure}\n")
