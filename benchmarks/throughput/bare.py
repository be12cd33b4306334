"""`python -m benchmarks.throughput.bare URL`: two calls a mail through the openai SDK and nothing else, with prompts as long as ours."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import islice

from openai import AsyncOpenAI

from benchmarks.throughput.letters import labels
from pipeline.stages.paraphrase import SCHEMA

STABLE = "You are an inbox triage assistant for Larkspur. Output strict JSON only. Never invent facts or offers.\n" * 6
AT_ONCE = 12


async def calls(client: AsyncOpenAI, text: str, schema: Mapping[str, object]) -> None:
    for role in ("classify", "draft"):
        await client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "system", "content": STABLE}, {"role": "user", "content": f"<mail>\n{text}\n</mail>"}],
            response_format={"type": "json_schema", "json_schema": {"name": role, "schema": dict(schema), "strict": True}},
            max_completion_tokens=300,
            temperature=0,
        )


async def rate(client: AsyncOpenAI, texts: Sequence[str]) -> Mapping[str, float]:
    """Mails a second, and CPU seconds of this process a mail."""
    waiting = iter(texts)

    async def hand() -> None:
        for text in waiting:
            await calls(client, text, SCHEMA)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(hand() for _ in range(AT_ONCE)))
    return {"rate": len(texts) / (time.perf_counter() - began), "cpu": (time.process_time() - cpu) / len(texts)}


async def main(url: str) -> None:
    texts = list(labels())
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with AsyncOpenAI(api_key="sk-local", base_url=url, max_retries=0) as client:
        await rate(client, texts[:20])
        while line := await lines.readline():
            repeated = (texts * (1 + int(line) // len(texts)))[: int(line)]
            sys.stdout.write(json.dumps(await rate(client, list(islice(repeated, int(line))))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
