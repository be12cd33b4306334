"""`python -m benchmarks.speculation [FOLDS]`: how long a mail waits for its models, and what it costs to ask for its letter ahead.

The mails are examples of the intents that the local model did not learn; the language model is a stand-in in another process behind the
real SDK, whose calls take 500 ms (median of a lognormal, σ 0.5) and which always knows the right intent: it measures waiting, not reading.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median

from bot.house import read_model_prices, read_policies, read_prompts, read_voice
from bot.mailbox.language import language
from bot.mailbox.mime import read
from bot.model import local, openai
from bot.redaction.process import name_process
from bot.settings import ROOT
from pipeline.case import NO_HISTORY, OUT_OF_SCOPE, CaseId, Triaged
from pipeline.email import Email, MailboxId
from pipeline.flow import triage
from pipeline.house import House, assemble
from pipeline.prompt import Role
from tests.oracle import oracle

LATENCY, SIGMA = 0.5, 0.5
EACH = 5
"""In each fold every fifth example is a mail; the others are learned from."""
AT_ONCE = 2
MODEL = "gpt-4o-mini"
INBOX = MailboxId("support@larkspur.example")


@dataclass(frozen=True, slots=True)
class Took:
    """One mail: what was made of it, and milliseconds until its draft."""

    made: Triaged
    draft_ms: float

    def calls(self, role: Role) -> int:
        return sum(call.role == role for call in self.made.calls)


def parted(fold: int) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """What is learned from, by intent; and the mails with their labels."""
    policies = read_policies(ROOT / "policies")
    examples = {**{name: intent.examples for name, intent in policies.intents.items()}, OUT_OF_SCOPE: policies.out_of_scope.examples}
    learned = {name: tuple(text for at, text in enumerate(texts) if at % EACH != fold) for name, texts in examples.items()}
    mails = {text: name for name, texts in examples.items() for text in texts[fold::EACH] if language(text) == "en"}
    return learned, mails


def mail(text: str) -> Email:
    raw = f"From: Aoife Byrne <aoife@customer.example>\nTo: {INBOX}\nSubject:\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    return read(raw.encode(), "mail", datetime.now(UTC), frozenset())


def made_of(learned: Mapping[str, Sequence[str]]) -> House:
    """The house of policies/ and templates/, whose local model learned only this."""
    policies = read_policies(ROOT / "policies")
    model = local.load(learned, None)
    return assemble(policies, read_voice(ROOT / "templates", policies), model, prompts=read_prompts(ROOT / "templates"))


async def run(house: House, texts: Sequence[str]) -> list[Took]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(text: str) -> Took:
        async with turn:
            began = time.monotonic()
            made = await triage(mail(text), INBOX, NO_HISTORY, house, datetime.now(UTC), time.monotonic, CaseId(1))
            return Took(made, (time.monotonic() - began) * 1000)

    return list(await asyncio.gather(*(one(text) for text in texts)))


def told(took: Sequence[Took]) -> Iterator[tuple[str, str]]:
    """Rows of what was measured and the figure."""
    call = median(call.ms for one in took for call in one.made.calls)
    asked = [one for one in took if one.calls("classify")]
    lettered = [one for one in took if one.calls("draft") > len(one.made.discarded)]
    both = [one for one in asked if one in lettered]
    hits = sum(one.made.foreseen for one in asked)
    ahead = [one for one in asked if one.made.discarded or one.made.foreseen]
    spent = sum(call.usd for one in took for call in one.made.calls)
    lost = sum(call.usd for one in took for call in one.made.discarded)
    tokens = [sum(call.tokens_in for call in one.made.calls if call not in one.made.discarded) for one in took if one.made.calls]
    yield "mails; read by the language model too; with a reworded letter", f"{len(took)}; {len(asked)}; {len(lettered)}"
    yield "one call, P50", f"{call:.0f} ms"
    yield "decision, P50, of mails that the language model read", _times(median(one.made.decided_ms for one in asked), call)
    yield "decision, P50, of all", _times(median(one.made.decided_ms for one in took), call)
    yield "draft ready, P50, of mails with both calls", _times(median(one.draft_ms for one in both), call)
    yield "draft ready, P50, of all with a letter", _times(median(one.draft_ms for one in lettered), call)
    yield "letters asked for ahead; used", f"{len(ahead)}; {hits} ({hits / max(1, len(ahead)):.0%})"
    yield "dollars per 1,000 mails; of these for letters not used", f"${1000 * spent / len(took):.3f}; ${1000 * lost / len(took):.3f}"
    yield "prompt tokens of a mail with calls, unused letters aside, median", f"{median(tokens):.0f}"


def _times(ms: float, call: float) -> str:
    return f"{ms:.0f} ms = {ms / call:.2f} × one call"


async def main(folds: int) -> None:
    parts = [parted(fold) for fold in range(folds)]
    price = read_model_prices(ROOT / "policies").models[MODEL]
    labels = {text: "none" if name == OUT_OF_SCOPE else name for _, mails in parts for text, name in mails.items()}
    took: list[Took] = []
    async with oracle(labels, LATENCY, SIGMA) as url, name_process() as names:
        model = openai.connect(MODEL, "sk-local", url, price, timeout=30)
        for learned, mails in parts:
            house = replace(made_of(learned), names=names, language_models={"classify": model, "draft": model})
            await run(house, list(mails)[:1])
            took += await run(house, list(mails))
        await model.close()
    for what, figure in told(took):
        sys.stdout.write(f"{what:<66} {figure}\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else EACH))
