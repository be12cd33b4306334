"""What went out by itself is counted, picked by chance or doubt, and judged; every error is counted once."""

import json
from dataclasses import replace

import pytest

from bot.quality import Quality
from bot.store.answers import DOUBTED
from bot.store.database import Connection
from pipeline.case import Case, Fault
from pipeline.errors import Permanent
from pipeline.gate.sampling import FIRST, looked_at
from pipeline.house import House
from pipeline.prompt import Prompt
from pipeline.review import Move, hold, judged
from tests.bot.scene import ANA, BEN, HOUSE, Scene
from tests.pipeline.cascading import NoNames, Spoken


async def gone(stage: Scene, name: str) -> Case:
    case = await stage.scheduled(name)
    assert await stage.soon()
    await stage.settle()
    return await stage.case(case.id)


async def says(stage: Scene, case: Case, fault: Fault | None) -> Case:
    newest = await stage.case(case.id)
    move = judged(newest, newest.revision, BEN, await stage.now(), fault)
    assert isinstance(move, Move)
    after = await stage.cases.commit(newest, move)
    assert after is not None
    return after


async def row(stage: Scene, case: Case) -> dict[str, object]:
    sql = (
        "select held, chance, picked, looked_at is not null as looked, wrong, severity, complained_at is not null as complained"
        " from auto_answers where case_id = $1"
    )

    async def read(connection: Connection) -> dict[str, object]:
        found = await connection.fetchrow(sql, case.id)
        assert found is not None
        return dict(found)

    return await stage.database.run(read)


async def many_before(stage: Scene) -> None:
    """Long promoted, with many answers a week: only a tenth is looked at now."""
    await stage.value(
        "insert into auto_answers (case_id, intent, key, chance, picked)"
        " select 900000 + n, 'hours', 'k', 1, false from generate_series(1, $1) n"
        " returning 1",
        FIRST + 200,
    )


def told(stage: Scene, case: Case) -> list[str]:
    return [str(line["text"]) for line in stage.board.lines() if (line["case"], line["kind"]) == (case.id, "say")]


async def test_the_first_answers_are_all_looked_at_and_a_verdict_counts_once(stage: Scene) -> None:
    case = await gone(stage, "a")
    assert await row(stage, case) == {
        "held": False, "chance": 1.0, "picked": True, "looked": False, "wrong": None, "severity": None, "complained": False,
    }  # fmt: skip
    assert any("picked by chance" in text for text in told(stage, case))
    await says(stage, case, None)
    assert (await row(stage, case))["wrong"] is False
    await says(stage, case, "invented_price")
    after = await row(stage, case)
    assert (after["wrong"], after["complained"], after["severity"]) == (False, True, "invented_price")
    assert await stage.value("select count(*) from audit_log where action = 'revert'") == 1


async def test_a_held_answer_is_counted_and_nobody_is_asked_to_look(stage: Scene) -> None:
    case = await stage.scheduled("a")
    move = hold(case, case.revision, ANA, await stage.now())
    assert isinstance(move, Move)
    assert await stage.cases.commit(case, move)
    await stage.settle()
    assert (await row(stage, case))["held"] is True
    assert told(stage, case) == []


async def test_later_chance_picks_and_the_chance_is_kept(stage: Scene) -> None:
    await many_before(stage)
    cases = [await gone(stage, f"m{number}") for number in range(3)]
    secret: bytes = await stage.database.run(lambda connection: connection.fetchval("select value from secrets where name = 'sampling'"))
    for case, likely in zip(cases, (0.5, 0.1, 0.1), strict=True):
        found = await row(stage, case)
        assert found["chance"] == likely, "half of those whose domain never wrote before"
        assert found["picked"] is looked_at(secret, case.email.message_id, likely)


def house(said: str) -> tuple[House, Spoken]:
    def answer(prompt: Prompt) -> str:
        return said

    model = Spoken(answer)
    hours = replace(HOUSE, intents={**HOUSE.intents, "hours": HOUSE.intents["support"]})
    return replace(hours, names=NoNames(), language_models={"qa": model}), model


async def test_what_the_second_model_doubts_is_always_looked_at(stage: Scene) -> None:
    await many_before(stage)
    case = await gone(stage, "a")
    ours, model = house(json.dumps({"doubt": "incomplete", "finding": "It says nothing of Sunday."}))
    for _ in range(2):
        await Quality(stage.cases, lambda: ours).look()
    await stage.settle()
    assert len(model.asked) == 1
    assert "carla@customers.example" not in model.asked[0].varying
    found = await row(stage, case)
    assert (found["chance"], found["picked"]) == (1.0, True)
    assert found["wrong"] is None, "a doubt is no verdict"
    assert await stage.value("select doubt from qa_reviews") == "incomplete"
    assert await stage.value("select count(*) from calls where role = 'qa'") == 1


async def test_a_severe_doubt_is_told_in_the_thread_at_once(stage: Scene) -> None:
    case = await gone(stage, "a")
    ours, _ = house(json.dumps({"doubt": "leak", "finding": "It names another customer."}))
    await Quality(stage.cases, lambda: ours).look()
    await stage.settle()
    assert f"{DOUBTED} It says: It names another customer." in told(stage, case)


async def test_what_cannot_be_asked_about_stands_in_no_others_way(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two intents one is not in the policies any more; of two answers the model refuses one."""
    cases = [await gone(stage, name) for name in ("a", "b", "c")]
    await stage.value("update auto_answers set intent = 'removed' where case_id = $1", cases[0].id)
    plain, _ = house("")

    def answer(prompt: Prompt) -> str:
        if len(model.asked) == 1:
            raise Permanent("This is refused.")
        return json.dumps({"doubt": "none", "finding": ""})

    model = Spoken(answer)
    ours = replace(plain, language_models={"qa": model})
    monkeypatch.setattr("bot.quality.AT_ONCE", 2)
    await Quality(stage.cases, lambda: ours).look()
    assert await stage.value("select array_agg(message_id) from qa_reviews") == [cases[2].id]


async def test_without_a_second_model_nobody_is_asked(stage: Scene) -> None:
    await gone(stage, "a")
    await Quality(stage.cases, lambda: HOUSE).look()
    assert await stage.value("select count(*) from qa_reviews") == 0
