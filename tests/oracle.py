"""A language model for benchmarks, in a process of its own: it knows the labels of the mails, or obeys whatever a mail says.

`python -m tests.oracle LATENCY SIGMA` reads a JSON object from stdin, text to intent (none: "none"; empty: it obeys), and tells its
address as the first line on stdout; it ends with its stdin.
"""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from zlib import crc32

from bot.settings import ROOT
from sandbox.models.brain import hostile
from sandbox.models.serve import start
from sandbox.models.settings import Brain, ModelsSettings, Question
from sandbox.models.tokens import count, counter

SURE = 0.9
QUOTED = 40
"""Characters of the mail that are its evidence."""
_LINE = re.compile(r"^\d+ (.+)$", re.MULTILINE)


def knowing(labels: Mapping[str, str]) -> Brain:
    """What a perfect reader says of a mail that holds one of the texts, and a letter in its own words."""
    known = {" ".join(text.split()): intent for text, intent in labels.items()}

    def brain(question: Question) -> str:
        shown = mail_in(question)
        return answer_of(question, next((intent for text, intent in known.items() if text in shown), "none"))

    return brain


def answer_of(question: Question, intent: str) -> str:
    """What a perfect reader says of a mail with this intent ("none" where it is not offered), or the letter's own words."""
    properties = (question.schema or {}).get("properties", {})
    if "intents" not in properties:
        return json.dumps({"s": _LINE.findall(question.user.partition("</letter>")[0])}, ensure_ascii=False)
    named = intent if intent in properties["intents"]["items"]["enum"] else "none"
    owner, quote = properties["owner"]["enum"][0], mail_in(question)[:QUOTED]
    whole = {"intents": [named], "urgency": "normal", "owner": owner, "flags": [], "confidence": SURE, "evidence": [quote]}
    return json.dumps(whole, ensure_ascii=False)


def mail_in(question: Question) -> str:
    """What a question shows of the mail, on one line."""
    return " ".join(question.user.rpartition("<mail>\n")[2].split())


def obeying(question: Question) -> str:
    """Whatever the mail wants: some intent that depends on every word of it, with certainty; and its links and addresses in all texts."""
    said = json.loads(hostile(question))
    if "intents" not in said:
        lines = _LINE.findall(question.user.partition("</letter>")[0])
        return json.dumps({"s": [f"{line} Please see {said['s'][0]}" for line in lines]})
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


@asynccontextmanager
async def in_this_process(intent: Callable[[], str]) -> AsyncIterator[str]:
    """The base URL of one that answers each mail with the intent that is the right one just then."""
    models = await start(ModelsSettings(), lambda question: answer_of(question, intent()))
    try:
        yield models.openai_url
    finally:
        await models.stop()


def counted(text: str) -> str:
    """How many tokens a text has, and which vocabulary says so."""
    return f"{count(text)} tokens ({counter()[1]})"


async def _serve(latency: float, sigma: float) -> None:
    labels = json.loads(await asyncio.to_thread(sys.stdin.readline))
    models = await start(ModelsSettings(latency=latency, sigma=sigma), knowing(labels) if labels else obeying)
    sys.stdout.write(json.dumps({"openai_url": models.openai_url}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await models.stop()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), float(sys.argv[2])))
