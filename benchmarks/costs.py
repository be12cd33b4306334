"""`python -m benchmarks.costs DATA [MAILS]`: prompt tokens and dollars of a week of real mails, through OpenAI's SDK and a stand-in.

A mail's text is a real one (DATA/mail, ham), read as the product reads it; what it wants is drawn: in 60 of 100 mails an intent that may be
answered by itself, in 30 one that a person approves, in 10 one that only a person answers, or none. What the local model says is what it
said of an example of that intent which it did not learn. The language model is a stand-in that knows the intent and counts tokens with
OpenAI's vocabulary. The author's CRM facts are added to each question here, as the product has none yet.
"""

import asyncio
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median, quantiles

from benchmarks.speculation import EACH, INBOX, MODEL, made_of, parted
from bot.house import read_model_prices
from bot.mailbox.archives import mails
from bot.mailbox.mime import read
from bot.model import openai
from bot.redaction.process import name_process
from bot.settings import ROOT
from pipeline.case import NO_HISTORY, OUT_OF_SCOPE, CaseId, Route, Triaged
from pipeline.email import Authentication, Email
from pipeline.flow import triage
from pipeline.house import House
from pipeline.ports import IntentModel, IntentScore, LanguageModel
from pipeline.prompt import Answer, Call, Prompt
from pipeline.stages.classify import SURE
from pipeline.stages.prefilter import screen
from tests.oracle import counted, in_this_process

WEEK = 1500
SEED = 20261122
SHARES = {Route.AUTO_SEND: 0.6, Route.REVIEW: 0.3, Route.HUMAN: 0.1}
FACTS = (
    "CRM: customer since March 2024; plan Team, 14 seats, renews 1 March; owner sales; "
    "open deal: 6 seats, proposal sent; last contact 9 days ago."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a mail wants, and what the local model makes of one that wants it."""

    intent: str
    scores: Sequence[IntentScore]


@dataclass(slots=True)
class Drawn:
    """An IntentModel that says what the real one said of an example, at most `limit`."""

    real: IntentModel
    wish: Wish
    limit: float = 1.0

    @property
    def version(self) -> str:
        return self.real.version

    @property
    def languages(self) -> frozenset[str]:
        return self.real.languages

    async def rank(self, subject: str, text: str) -> Sequence[IntentScore]:
        return [IntentScore(one.intent, min(one.score, self.limit)) for one in self.wish.scores]


@dataclass(frozen=True, slots=True)
class Informed:
    """A LanguageModel that is told the author's CRM facts with each mail to classify."""

    model: LanguageModel

    @property
    def version(self) -> str:
        return self.model.version

    async def ask(self, prompt: Prompt) -> Answer:
        told = replace(prompt, varying=f"{FACTS}\n{prompt.varying}") if prompt.role == "classify" else prompt
        return await self.model.ask(told)


def wishes() -> dict[Route, list[Wish]]:
    """Each English example with what a local model says of it that learned other examples, by what may become of such mail."""
    found: dict[Route, list[Wish]] = {route: [] for route in SHARES}
    for fold in range(EACH):
        learned, examples = parted(fold)
        house = made_of(learned)
        for text, name in examples.items():
            scores = asyncio.run(house.model.rank("", text))
            found[Route.HUMAN if name == OUT_OF_SCOPE else house.intents[name].ceiling].append(Wish(name, scores))
    return found


def real_mails(folder: Path, chance: random.Random) -> Iterator[Email]:
    """Ham that a person is to see, in any order, as if it had come just now from an authenticated sender."""
    ham = [(name, raw) for name, raw in mails(folder / "mail" / "spamassassin.dev.tar.gz") if "ham" in name]
    for name, raw in chance.sample(ham, len(ham)):
        email = read(raw, name, datetime.now(UTC), frozenset())
        if not email.quarantined and email.reply.strip() and not screen(email, frozenset(), NO_HISTORY).ignore:
            yield replace(email, authentication=Authentication("pass", email.sender.domain, "dmarc=pass"))


def week(folder: Path, by_route: dict[Route, list[Wish]], most: int) -> list[tuple[Email, Route, Wish]]:
    chance = random.Random(SEED)  # noqa: S311  # any mails will do
    routes = [route for route, share in SHARES.items() for _ in range(round(share * most))]
    return [(email, route, chance.choice(by_route[route])) for route, email in zip(routes, real_mails(folder, chance), strict=False)]


async def run(house: House, limit: float, mails: Sequence[tuple[Email, Route, Wish]]) -> list[tuple[Route, Triaged]]:
    """One mail at a time, each judged by models that know what it wants."""
    drawn, made = Drawn(house.model, mails[0][2], limit), []
    price = read_model_prices(ROOT / "policies").models[MODEL]
    async with in_this_process(lambda: drawn.wish.intent) as url:
        model = openai.connect(MODEL, "sk-local", url, price, timeout=30)
        asking = replace(house, model=drawn, language_models={"classify": Informed(model), "draft": Informed(model)})
        for email, route, drawn.wish in mails:
            now = datetime.now(UTC)
            made.append((route, await triage(replace(email, received_at=now), INBOX, NO_HISTORY, asking, now, lambda: 0.0, CaseId(1))))
        await model.close()
    return made


def told(made: Sequence[tuple[Route, Triaged]]) -> Iterator[tuple[str, str]]:
    """Rows of what was measured and the figure. Tokens are those of calls that were used; dollars those of all."""
    every = [one for _, one in made]
    kept = [[call for call in one.calls if call not in one.discarded] for one in every]
    both = [calls for calls in kept if {call.role for call in calls} == {"classify", "draft"}]
    yield "mails with no call", _share(sum(not one.calls for one in every), len(every))
    for role in ("classify", "draft"):
        yield f"mails with a call to {role}", _share(sum(any(call.role == role for call in calls) for calls in kept), len(kept))
        yield f"prompt tokens to {role}", _spread([call.tokens_in for calls in kept for call in calls if call.role == role])
    yield "prompt tokens, mails with both calls", _spread([_tokens(calls) for calls in both])
    yield "prompt tokens, mails with any call", _spread([_tokens(calls) for calls in kept if calls])
    yield "answer tokens, mails with both calls", _spread([sum(call.tokens_out for call in calls) for calls in both])
    yield "letters asked for ahead: used; not used", f"{sum(one.foreseen for one in every)}; {sum(bool(one.discarded) for one in every)}"
    spent, lost = (mean(_dollars(calls) for calls in of) for of in ([one.calls for one in every], [one.discarded for one in every]))
    yield f"dollars a week of {WEEK} mails; of these for letters not used", f"{spent * WEEK:.3f}; {lost * WEEK:.3f}"
    for route in SHARES:
        yield f"dollars a mail that may be for {route}", f"{mean(_dollars(one.calls) for of, one in made if of is route):.6f}"


def _tokens(calls: Sequence[Call]) -> int:
    return sum(call.tokens_in for call in calls)


def _dollars(calls: Sequence[Call]) -> float:
    return sum(call.usd for call in calls)


def _share(some: int, of: int) -> str:
    return f"{some} of {of} ({some / of:.0%})"


def _spread(values: Sequence[int]) -> str:
    return f"median {median(values):.0f}, mean {mean(values):.0f}, P95 {quantiles(values, n=20)[18]:.0f}"


async def main(by_route: dict[Route, list[Wish]], folder: Path, most: int) -> None:
    mails = week(folder, by_route, most)
    sys.stdout.write(f"{len(mails)} real mails; CRM facts: {counted(FACTS)}\n")
    async with name_process() as names:
        house = replace(made_of(parted(0)[0]), names=names)
        for name, limit in (("with the local model's certainty", 1.0), ("as if the local model were never sure", SURE - 0.01)):
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()
            for what, figure in told(await run(house, limit, mails)):
                sys.stdout.write(f"  {what:<62} {figure}\n")


if __name__ == "__main__":
    asyncio.run(main(wishes(), Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else WEEK))
