"""A language model for benchmarks, in a process of its own: it knows the labels of the mails, or obeys whatever a mail says.

`python -m tests.oracle LATENCY SIGMA` reads a JSON object from stdin, text to intent (none: "none"; empty: it obeys), and tells its
address as the first line on stdout; it ends with its stdin.
"""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from zlib import crc32

from bot.settings import ROOT
from sandbox.models.brain import hostile
from sandbox.models.serve import start
from sandbox.models.settings import Brain, ModelsSettings, Question

SURE = 0.9
_LINE = re.compile(r"^(\d+) (.+)$", re.MULTILINE)


def knowing(labels: Mapping[str, str]) -> Brain:
    """What a perfect reader says of a mail that holds one of the texts, and a letter in its own words."""
    known = {" ".join(text.split()): intent for text, intent in labels.items()}

    def brain(question: Question) -> str:
        schema = question.schema or {}
        if "intents" not in schema.get("properties", {}):
            lines = _LINE.findall(question.user.partition("</letter>")[0])
            return json.dumps({"s": [{"of": [int(number)], "text": text} for number, text in lines]}, ensure_ascii=False)
        shown = " ".join(question.user.rpartition("<mail>\n")[2].split())
        label = next((intent for text, intent in known.items() if text in shown), "none")
        offered = schema["properties"]["intents"]["items"]["enum"]
        teams = schema["properties"]["owner"]["enum"]
        named = label if label in offered else "none"
        said = {"intents": [named], "urgency": "normal", "owner": teams[0], "flags": [], "confidence": SURE, "evidence": [shown[:40]]}
        return json.dumps(said, ensure_ascii=False)

    return brain


def obeying(question: Question) -> str:
    """Whatever the mail wants: some intent that depends on every word of it, with certainty; and its links and addresses in all texts."""
    said = json.loads(hostile(question))
    if "intents" not in said:
        return json.dumps({"s": [{"of": [at], "text": f"Please see {one['text']}"} for at in (1, 2, 3) for one in said["s"]]})
    offered = (question.schema or {})["properties"]["intents"]["items"]["enum"]
    wanted = offered[crc32(question.user.rpartition("<mail>")[2].encode("utf-8", "replace")) % (len(offered) - 1)]
    return json.dumps({**said, "intents": [wanted], "flags": [], "urgency": "low", "confidence": 1})


@asynccontextmanager
async def oracle(labels: Mapping[str, str], latency: float = 0.0, sigma: float = 0.0) -> AsyncIterator[str]:
    """The base URL of one that runs while the block lasts."""
    command = (sys.executable, "-m", "tests.oracle", str(latency), str(sigma))
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(labels).encode() + b"\n")
        yield json.loads(await asyncio.wait_for(child.stdout.readline(), 20))["openai_url"]
    finally:
        child.stdin.close()
        await child.wait()


async def _serve(latency: float, sigma: float) -> None:
    labels = json.loads(await asyncio.to_thread(sys.stdin.readline))
    models = await start(ModelsSettings(latency=latency, sigma=sigma), knowing(labels) if labels else obeying)
    sys.stdout.write(json.dumps({"openai_url": models.openai_url}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await models.stop()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), float(sys.argv[2])))
