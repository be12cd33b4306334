"""The model on this machine: how often it is right on what it has not seen, and that it says so when nothing fits."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bot.model import local
from bot.model.embedding import LONGEST, Embedder
from bot.model.gist import gists
from bot.model.learned.learning import learned
from pipeline.case import OUT_OF_SCOPE
from pipeline.stages.classify import THRESHOLD
from tests.pipeline.letters import policies


def examples() -> dict[str, tuple[str, ...]]:
    return {**{name: intent.examples for name, intent in policies().intents.items()}, OUT_OF_SCOPE: policies().out_of_scope.examples}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def model(cache: Path) -> local.LocalModel:
    return local.load(examples(), cache)


def test_a_second_start_is_quick_and_says_the_same(model: local.LocalModel, cache: Path) -> None:
    started = time.perf_counter()
    again = local.load(examples(), cache)
    assert time.perf_counter() - started < 3
    assert again.version == model.version
    assert again.rank_now("Price", "How much is it?") == model.rank_now("Price", "How much is it?")


def test_other_examples_are_another_version_and_a_broken_cache_is_made_again(model: local.LocalModel, tmp_path: Path) -> None:
    few = {"a": ("How much is it?", "What is the price?"), "b": ("I cannot sign in", "My password fails"), OUT_OF_SCOPE: ("Hello", "Bye")}
    first = local.load(few, tmp_path)
    assert first.version != model.version
    (kept,) = tmp_path.glob("*.npz")
    kept.write_bytes(b"broken")
    assert local.load(few, tmp_path).rank_now("", "the price?") == first.rank_now("", "the price?")


@pytest.mark.parametrize(
    "trial", [trial for intent in policies().intents.values() for trial in intent.tests], ids=lambda trial: trial.text[:40]
)
async def test_the_intents_own_trials(model: local.LocalModel, trial: object) -> None:
    text, expect = trial.text, trial.expect  # type: ignore[attr-defined]  # a Trial of the policy file
    best = (await model.rank("", text))[0]
    assert best.intent == expect
    assert best.score >= 0.4


@pytest.mark.parametrize(
    "text",
    [trial.text for trial in policies().out_of_scope.tests] + ["", "?", "The cat sat on the mat.", "lorem ipsum dolor sit amet " * 100],
)
async def test_what_fits_nothing_gets_no_intent(model: local.LocalModel, text: str) -> None:
    assert (await model.rank("", text))[0].score < THRESHOLD


async def test_scores_are_probabilities_of_our_intents(model: local.LocalModel) -> None:
    ranked = await model.rank("Rechnung", "Könnten Sie uns die Rechnung noch einmal schicken?")
    assert {score.intent for score in ranked} == set(policies().intents)
    assert [score.score for score in ranked] == sorted((score.score for score in ranked), reverse=True)
    assert 0 <= sum(score.score for score in ranked) <= 1 + 1e-6
    assert model.languages == {"en"}


async def test_many_at_once_say_what_each_says_alone(model: local.LocalModel) -> None:
    texts = [f"I need invoice number {n}, please send it again" for n in range(8)]
    together = await asyncio.gather(*(model.rank("Invoice", text) for text in texts))
    assert together == [model.rank_now("Invoice", text) for text in texts]


def test_a_question_at_the_end_of_a_long_mail_is_read() -> None:
    start, end = gists("Re: Jobs", "Hello Ana,\n" + "We had a good week. " * 200 + "How do I export my customers?")
    assert start.startswith("Jobs. We had")
    assert end.endswith("How do I export my customers?")
    assert gists("", "  ") == []


def test_only_so_many_tokens_are_read() -> None:
    embedder = Embedder()
    words = "price " * LONGEST
    assert np.array_equal(embedder.embed([words]), embedder.embed([words + "cancel my contract " * 50]))


def test_answers_about_examples_left_out(cache: Path) -> None:
    """The examples as judged by classifiers that did not see them: how often an answer is right, and how many there are."""
    judged = learned(*local.lettered(examples()), Embedder()).judged
    ours, strangers = [row for row in judged if not row.stranger], [row for row in judged if row.stranger]
    answered = [row for row in ours if row.confidence >= THRESHOLD]
    assert sum(row.right for row in answered) / len(answered) >= 0.85
    assert len(answered) / len(ours) >= 0.7
    assert sum(row.confidence >= THRESHOLD for row in strangers) / len(strangers) <= 0.2


def test_programs_that_start_at_once_do_not_take_each_others_file(model: local.LocalModel, cache: Path, tmp_path: Path) -> None:
    (kept,) = cache.glob("local-*.npz")
    classifier = local._cached(kept)
    assert classifier is not None
    with ThreadPoolExecutor(8) as hands:
        list(hands.map(lambda _: local._cache(tmp_path / "new" / "local-1.npz", classifier), range(40)))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["local-1.npz"]
