"""A process of its own that learns from reviewed mail, gives way to everything else, and leaves its result in the database."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import numpy as np

from bot.house import policies_of, read_policies, shipped_examples
from bot.model import local
from bot.model.embedding import Embedder
from bot.model.learned import kept
from bot.model.learned.classifier import Classifier, Fitted, fit
from bot.model.learned.learning import compared
from bot.model.learned.views import Views, views
from bot.refit import rivals
from bot.refit.labels import Label, label
from bot.refit.rivals import Guess, Match
from bot.store import reviewed
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from bot.store.models import Made, Models
from bot.store.policies import PolicyVersions
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.house import Policies

log = logging.getLogger("bot.refit")

NEWEST = 8000
"""Reviewed mails that are learned from: what is kept of each takes 6 KB, and the time grows with their cube."""
LEAST_NICE = 19
LOCK = 5_390_713_008
"""The advisory lock of the one that learns; any number of our own."""
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Learned:
    """The new classifier, and how it did against the live one on the mails that were new to both."""

    fitted: Fitted
    match: Match


def main() -> None:
    """Learn once. The argument is the policies' folder; DATABASE_URL is in the environment. Dies with its parent."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(LEAST_NICE)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        log.info(asyncio.run(_once(os.environ["DATABASE_URL"], Path(sys.argv[1]))))
    except (Temporary, Permanent, Misconfigured) as error:
        log.warning("Nothing was learned from reviewed mail: %s", error)


async def _once(url: str, policies: Path) -> str:
    database = await connect(url, name="triage refit", size=2)
    try:
        async with _alone(url) as first:
            if not first:
                return "Another process learns from the reviewed mail already."
            return await refit(database, await _in_force(database, policies))
    finally:
        await database.close()


async def _in_force(database: Database, folder: Path) -> Policies:
    """Those that are published; the folder's before anything was."""
    versions = PolicyVersions(database)
    number = await versions.in_force_id()
    bundle = await versions.bundle(number) if number is not None else None
    return read_policies(folder) if bundle is None else policies_of(bundle)


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[bool]:
    """Whether nobody else learns now; nobody else will within the block."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "triage refit lock"})
    try:
        yield bool(await connection.fetchval("select pg_try_advisory_lock($1)", LOCK))
    finally:
        await connection.close()


async def refit(database: Database, policies: Policies) -> str:
    """Learn from the shipped examples and the newest reviewed mails; what became of it, in a sentence."""
    models, examples, embedder = Models(database, PLAIN), shipped_examples(policies), Embedder()
    shipped, asked_at = local.version_of(examples), await reviewed.now(database)
    labels = [one async for one in _labels(database, policies)]
    live = await models.live(shipped)
    known = await models.mails(live.version) if live else frozenset()
    rival = _read(await models.fitted(live.version)) if live else None
    result = learn(local.lettered(examples), labels, rival or local.fitted(examples, embedder, None), known, embedder)
    data = kept.written(result.fitted.classifier)
    used = [one.case for one in labels if one.right]
    made = Made(kept.version_of(data), shipped, used, asked_at, result.match.figures)
    match = result.match
    told = f"{len(used)} reviewed mails: on {match.mails} new ones it does better on {match.better} and worse on {match.worse}"
    if not match.holds:
        await models.refuse(made)
        return f"The classifier that learned {told} than the live one, so it was put aside."
    if not await models.accept(made, data, live.version if live else None):
        return f"The classifier that learned {told}, but a mail was erased or another was made live meanwhile; it will be made anew."
    return f"{made.version} judges from now on; it learned {told}."


def learn(examples: local.Labelled, labels: Sequence[Label], live: Classifier, known: frozenset[int], embedder: Embedder) -> Learned:
    """Learn the examples and the labels, and compare on the labels but those in `known`, which the live classifier learned from."""
    right, wrong = ([one for one in labels if one.right is said] for said in (True, False))
    letters = [*examples[0], *(one.letter for one in right)]
    seen = views(letters, embedder)
    fitted = fit(compared(letters, seen), [*examples[1], *(one.intent for one in right)])
    first = len(examples[0])
    new = [at for at, one in enumerate(right) if one.case not in known]
    honest = (fitted.judged[first + at] for at in new)
    ours = [Guess(right[at].intent if judged.right else "", judged.confidence) for at, judged in zip(new, honest, strict=True)]
    rounds = list(zip([right[at] for at in new], ours, _guesses(live, seen.take(first + np.array(new, dtype=np.int64))), strict=True))
    if wrong:
        refused = views([one.letter for one in wrong], embedder)
        rounds += zip(wrong, _guesses(fitted.classifier, refused), _guesses(live, refused), strict=True)
    return Learned(fitted, rivals.compared(rounds))


def _guesses(classifier: Classifier, seen: Views) -> Iterator[Guess]:
    if not len(seen.meaning):
        return iter(())
    answers = classifier.answer(seen)
    return (Guess(intent, float(sure)) for intent, sure in zip(answers.labels, answers.confidence, strict=True))


async def _labels(database: Database, policies: Policies) -> AsyncIterator[Label]:
    own, found = policies.people.own_addresses(), 0
    async for case in reviewed.reviewed(database, PLAIN):
        if found == NEWEST:
            return
        if (one := label(case, policies.intents, own)) is not None:
            found += 1
            yield one


def _read(data: bytes | None) -> Classifier | None:
    try:
        return None if data is None else kept.read(data)
    except Misconfigured:
        return None


if __name__ == "__main__":
    main()
