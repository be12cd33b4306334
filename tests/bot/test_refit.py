"""Learning from reviewed mail: which decisions are labels, when the result may judge, and that all processes agree on it."""

import asyncio
import json
import logging
import os
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from bot.doctor import findings
from bot.embedded import Services
from bot.house import read_policies, shipped_examples
from bot.model import local
from bot.model.embedding import Embedder
from bot.model.learned import kept
from bot.model.learned.learning import learned
from bot.refit.labels import Label, verdict
from bot.refit.live import LiveModel
from bot.refit.process import Refit
from bot.refit.rivals import Guess, compared
from bot.settings import Settings
from bot.store.codec import PLAIN
from bot.store.models import Made, Models
from pipeline.case import OUT_OF_SCOPE, CaseId, Outcome, OutcomeKind, Rejection
from pipeline.errors import Misconfigured
from pipeline.ports import IntentModel
from pipeline.review import Move, reject
from tests.bot.scene import ANA, Scene, until
from tests.pipeline.letters import ROOT, house

FEW = 18
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ASKED = ("Are you open on {}?", "Until when can I call you on {}?", "What are your hours on {}?", "From when is somebody there on {}?")
PRICED = ("How much is the plan for {} people?", "What would {} vans cost us a month?")
STRANGE = ("We invite you to our fair on {}.", "The {} train was late again.")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "New Year's Eve", "Easter", "24 December")


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with two intents and few examples, so that learning takes a second."""
    folder = tmp_path_factory.mktemp("few") / "policies"
    shutil.copytree(ROOT / "policies", folder)
    pricing = json.loads((folder / "intents" / "pricing.json").read_text())
    hours = ["When do you open?", "Are you there at weekends?", "What are your opening hours?", "Is the office closed today?", "Open late?"]
    for file in (folder / "intents").iterdir():
        file.unlink()
    for name, examples in (("hours", hours * 3), ("pricing", pricing["examples"][:15])):
        said = {**pricing, "name": name, "examples": examples, "tests": []}
        (folder / "intents" / f"{name}.json").write_text(json.dumps(said))
    outside = json.loads((folder / "out_of_scope.json").read_text())
    (folder / "out_of_scope.json").write_text(json.dumps({**outside, "examples": outside["examples"][:30], "tests": []}))
    return folder


@pytest.fixture(scope="module")
def shipped(policies: Path) -> IntentModel:
    return local.load(shipped_examples(read_policies(policies)), None)


def process(stage: Scene, database: str, policies: Path, shipped: IntentModel) -> Refit:
    """What one running bot has of it."""
    models = Models(stage.database, PLAIN, FEW)
    return Refit(LiveModel(shipped, models), models, database, policies)


async def reviewed(stage: Scene) -> None:
    """Mails that the small company's people decided on: FEW of them, 12 approved. All were taken for questions about hours."""
    for number in range(12):
        await stage.approve(await stage.reviewed(f"a{number}", text=ASKED[number % 4].format(DAYS[number // 4])))
    for number in range(FEW - 12):
        why, texts = ("wrong_intent", PRICED) if number % 2 else ("not_ours", STRANGE)
        await rejected(stage, f"r{number}", texts[number // 2 % 2].format(DAYS[number]), why)  # type: ignore[arg-type]
    await stage.settle()


@pytest.fixture(autouse=True)
async def no_rights(stage: Scene) -> None:
    """While an intent has a right to lose, nothing is learned."""
    await stage.value("delete from gates")


async def rejected(stage: Scene, name: str, text: str, why: Rejection) -> None:
    case = await stage.reviewed(name, text=text)
    move = reject(case, case.revision, ANA, await stage.now(), why, "")
    assert isinstance(move, Move)
    await stage.cases.commit(case, move)


async def test_reviewed_mail_is_learned_and_every_process_agrees(
    stage: Scene, database: str, redis_url: str, policies: Path, shipped: IntentModel, tmp_path: Path
) -> None:
    one, other = (process(stage, database, policies, shipped) for _ in range(2))
    await one.learn()
    assert one.live.current is shipped, "nothing was reviewed yet"
    await reviewed(stage)
    in_work = house().judged_by(one.live.current)
    await asyncio.gather(one.learn(), other.learn())
    await asyncio.gather(one.look(), other.look())
    version = one.live.current.version
    assert version.startswith("learned-")
    assert other.live.current.version == version
    assert await stage.value("select count(*) from models") == 1
    assert await stage.value("select labels from models") == 15
    assert ("model", shipped.version) in in_work.versions
    assert in_work.model is shipped
    assert ("model", version) in house().judged_by(one.live.current).versions

    ranked = await one.live.current.rank("", "Can I reach somebody on Whit Sunday?")
    assert ranked[0].intent == "hours"
    assert ranked[0].score > (await shipped.rank("", "Can I reach somebody on Whit Sunday?"))[0].score
    await one.learn()
    assert await stage.value("select count(*) from models") == 1, "nothing new was reviewed"
    again = process(stage, database, policies, shipped)
    await again.look()
    assert again.live.current.version == version, "a restart keeps it"
    assert f"{version}, learned from 15 reviewed mails" in await told(database, redis_url, policies, tmp_path)

    await stage.value("delete from bodies where message_id = (select max(message_id) from model_mails)")
    assert await stage.value("select fitted from models") is None
    await one.look()
    assert one.live.current is shipped, "what learned an erased mail is gone"
    await stage.approve(await stage.reviewed("one more", text="Do you open on Boxing Day?"))
    await stage.settle()
    await one.learn()
    assert one.live.current.version not in (version, shipped.version)
    assert await stage.value("select array_agg(state order by id) from models") == ["forgotten", "live"]


async def told(database: str, redis_url: str, policies: Path, data: Path) -> str:
    """What the doctor says of the local model."""
    async for finding in findings(Settings(policies=policies, data=data), Services(database, redis_url, ()), None):
        if finding.check == "local model":
            assert finding.ok, finding.sentence
            return finding.sentence
    raise AssertionError("nothing was said of the local model")


def a_classifier(shipped: IntentModel, mails: tuple[CaseId, ...] = (), words: str = "Where is it?") -> tuple[Made, bytes]:
    letters = [[text] for text in ("How much is it?", "What is the price?", "I cannot sign in", "My password fails", words)]
    data = kept.written(learned(letters, ["a", "a", "b", "b", "b"], Embedder()).classifier)
    return Made(kept.version_of(data), shipped.version, mails, AT, {}), data


async def test_a_broken_classifier_is_not_used_and_made_again(
    stage: Scene, database: str, policies: Path, shipped: IntentModel, caplog: pytest.LogCaptureFixture
) -> None:
    at, (made, data) = process(stage, database, policies, shipped), a_classifier(shipped)
    assert await at.models.accept(made, data, None)
    await at.look()
    assert at.live.current.version == made.version
    await stage.value("update models set fitted = $1", data[:-20])
    again = process(stage, database, policies, shipped)
    with caplog.at_level(logging.ERROR):
        await again.look()
    assert again.live.current is shipped
    assert f"The classifier {made.version} cannot be used, so the shipped examples judge" in caplog.text
    await at.look()
    assert at.live.current is shipped, "the other process goes back to them too"


async def test_only_one_is_live_and_only_what_was_compared_with_it_follows(stage: Scene, shipped: IntentModel) -> None:
    models, (first, data) = Models(stage.database, PLAIN), a_classifier(shipped)
    second, more = a_classifier(shipped, words="Where is my parcel?")
    assert await models.accept(first, data, None)
    assert not await models.accept(second, more, None), "another became live meanwhile"
    assert not await models.accept(Made("x", shipped.version, (CaseId(12345),), AT, {}), more, first.version), "its mail was erased"
    assert await models.accept(second, more, first.version)
    assert await models.fitted(second.version) == more
    assert await stage.value("select array_agg(state order by id) from models") == ["retired", "live"]
    assert await stage.value("select count(*) from models where fitted is not null") == 1
    other_intents = "local-of-other-policies"
    assert await models.live(other_intents) is None


async def test_what_was_refused_is_not_tried_again_before_more_is_reviewed(stage: Scene, shipped: IntentModel) -> None:
    models = Models(stage.database, PLAIN, FEW)
    for number in range(FEW):
        await rejected(stage, f"r{number}", PRICED[0].format(number), "wrong_intent")
    assert await models.is_due(shipped.version)
    await models.refuse(Made("learned-1", shipped.version, (), await stage.now(), {}))
    assert not await models.is_due(shipped.version)
    assert await models.is_due("local-of-other-policies")


async def test_a_process_that_fails_changes_nothing_and_one_that_works_ends_with_us(
    stage: Scene, database: str, policies: Path, shipped: IntentModel, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    at, started = process(stage, database, policies, shipped), tmp_path / "started"
    for number in range(FEW):
        await rejected(stage, f"r{number}", PRICED[0].format(number), "wrong_intent")
    await replace(at, command=(sys.executable, "-c", "raise SystemExit(3)")).learn()
    assert f"ended with exit code 3; {shipped.version} goes on" in caplog.text
    works = f"import os, pathlib, time; pathlib.Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(60)"
    task = asyncio.create_task(replace(at, command=(sys.executable, "-c", works)).learn())
    await until(lambda: _holds(started.exists() and bool(started.read_text())))
    task.cancel()
    await asyncio.wait([task])
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


async def _holds(condition: bool) -> bool:
    return condition


def test_what_is_written_reads_the_same_and_nothing_else_is_read(shipped: IntentModel, monkeypatch: pytest.MonkeyPatch) -> None:
    made, data = a_classifier(shipped)
    with monkeypatch.context() as before:
        before.setattr(kept, "METHOD", "ridge-0")
        older = kept.written(kept.read(a_classifier(shipped)[1]))
    assert kept.written(kept.checked(data, made.version)) == data
    for broken in (b"", b"broken", data[:-200], older, a_pickle()):
        with pytest.raises(Misconfigured):
            kept.read(broken)


def a_pickle() -> bytes:
    file = BytesIO()
    np.savez(file, meta=np.array([print], dtype=object))
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "why", "similarity", "says"),
    [
        ("sent_as_is", "", 1.0, ("hours", True)),
        ("sent_edited", "", 0.8, ("hours", True)),
        ("sent_edited", "", 0.3, None),
        ("auto_sent", "", 1.0, None),
        ("answered_by_hand", "", 0.9, None),
        ("taken_over", "", 0.0, None),
        ("rejected", "wrong_intent", 0.0, ("hours", False)),
        ("rejected", "wrong_intent: about prices", 0.0, ("hours", False)),
        ("rejected", "not_ours", 0.0, (OUT_OF_SCOPE, True)),
        ("rejected", "wrong_answer", 0.0, None),
        ("rejected", "no_reply_needed", 0.0, None),
    ],
)
def test_which_decisions_are_labels(kind: OutcomeKind, why: str, similarity: float, says: tuple[str, bool] | None) -> None:
    assert verdict("hours", Outcome(kind, "U01ANA", "Ana", AT, similarity, why)) == says


HOURS, NOT_HOURS, STRANGER = (Label(CaseId(1), ["?"], *said) for said in (("hours", True), ("hours", False), (OUT_OF_SCOPE, True)))
SURE, OTHER, SILENT = Guess("hours", 0.9), Guess("pricing", 0.9), Guess("hours", 0.2)


@pytest.mark.parametrize(
    ("better", "worse", "holds"), [(0, 0, True), (0, 4, True), (0, 5, False), (3, 9, True), (3, 11, False), (40, 60, False), (45, 55, True)]
)
def test_what_loses_oftener_than_chance_explains_does_not_judge(better: int, worse: int, holds: bool) -> None:
    rounds = [(HOURS, SURE, SILENT)] * better + [(HOURS, SILENT, SURE)] * worse + [(HOURS, SURE, SURE)] * 100
    assert compared(rounds).holds is holds


def test_wrong_answers_are_not_paid_for_with_right_ones() -> None:
    rounds = [(HOURS, SURE, SILENT)] * 50 + [(NOT_HOURS, SURE, OTHER)] * 4 + [(STRANGER, SURE, SILENT)] * 4
    match = compared(rounds)
    assert (match.better, match.worse, match.wrong, match.wrong_before) == (50, 8, 8, 0)
    assert not match.holds
