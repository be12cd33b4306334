"""`triage policy publish | versions | approve | rollback | export | diff`, as operators run them, and replays by the version of then."""

import getpass
import json
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from bot.commands.recorded import DECISION
from bot.doctor import findings
from bot.embedded import Services
from bot.house import unasked
from bot.policies.bundle import RULES, from_folders
from bot.settings import Settings
from bot.store.codec import PLAIN
from bot.store.documents import TRIAGED, dump
from bot.store.policies import Made
from bot.store.records import PostgresRecords
from pipeline.again import decide_again
from pipeline.case import CaseId
from pipeline.policy.versions import VersionId
from tests.bot.editions import ANA, DEV, looser, made, publishing, stricter
from tests.bot.editions import shipped as bundle
from tests.bot.recorded import fill, shipped
from tests.bot.test_policy_commands import called, lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shipped(tmp_path)


def rewrite(folder: Path, rules: str) -> None:
    (folder / RULES).write_text(rules)


async def test_publish_checks_tells_and_takes_effect(folder: Path, database: str) -> None:
    await fill(database, folder, 60)
    [first] = lines(await called(folder, "publish", "--json", database=database))
    assert (first["id"], first["state"], first["origin"]) == (1, "published", "terminal")
    rewrite(folder, stricter(bundle()).files[RULES])
    done = await called(folder, "publish", "--why", "Prices are hard", database=database)
    assert done.returncode == 0, done
    assert "rules.no_prices: - -> " in done.stderr
    assert "The change can only lower routes: yes. Version 2 is in force." in done.stderr
    assert "The last 30 days under the changed rules" in done.stderr
    listed = lines(await called(folder, "versions", "--json", database=database))
    assert [(one["id"], one["in_force"], one["why"]) for one in listed] == [(2, True, "Prices are hard"), (1, False, "")]
    assert listed[0]["author"]["name"] == getpass.getuser()
    again = await called(folder, "publish", database=database)
    assert (again.returncode, "Nothing differs from version 2" in again.stderr) == (2, True)
    assert "in force" in (await called(folder, "versions", database=database)).stderr


async def test_a_mistake_is_refused_and_nothing_is_stored(folder: Path, database: str) -> None:
    rules = json.loads((folder / RULES).read_text())
    rules["rules"][0]["when"] = {"kind": "matches", "regex": "(a+)+$"}
    rewrite(folder, json.dumps(rules))
    refused = await called(folder, "publish", database=database)
    assert refused.returncode == 2
    assert "rules.json, rules.0.when.matches: the pattern repeats without end" in refused.stderr
    assert lines(await called(folder, "versions", "--json", database=database)) == []


async def test_what_may_raise_waits_and_another_person_approves(folder: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await called(folder, "publish", database=database)
    rewrite(folder, looser(bundle()).files[RULES])
    waits = await called(folder, "publish", database=database)
    assert (waits.returncode, "waits for another person: `triage policy approve 2`" in waits.stderr) == (1, True)
    own = await called(folder, "approve", 2, database=database)
    assert (own.returncode, "another person must approve it" in own.stderr) == (2, True)
    monkeypatch.setattr(getpass, "getuser", lambda: "dev")
    assert (await called(folder, "approve", 2, database=database)).returncode == 0
    assert (await called(folder, "rollback", 1, "--why", "Too soon", database=database)).returncode == 0
    assert [one["in_force"] for one in lines(await called(folder, "versions", "--json", database=database))] == [False, True]
    assert (await called(folder, "refuse", 2, database=database)).returncode == 2


async def test_a_folder_that_was_exported_is_published_from_anywhere(folder: Path, database: str, tmp_path: Path) -> None:
    async with publishing(database) as by:
        made(await by.publish(stricter(bundle()), "slack", ANA, ""))
    assert (await called(folder, "export", 1, tmp_path / "one", database=database)).returncode == 0
    assert (await called(folder, "export", tmp_path / "now", database=database)).returncode == 0
    for name, wanted in (("one", bundle()), ("now", stricter(bundle()))):
        written = from_folders(tmp_path / name / "policies", tmp_path / name / "templates")
        assert written.files == wanted.files
    assert (await called(folder, "publish", tmp_path / "now", database=database)).returncode == 2, "it is in force"
    [told] = lines(await called(folder, "diff", 1, 2, "--json", database=database))
    assert ([one["place"] for one in told["changes"]], told["only_lowers"]) == (["rules.no_prices"], True)
    [told] = lines(await called(folder, "diff", folder / "policies", 2, "--json", database=database))
    assert told["only_lowers"] is True
    assert (await called(folder, "export", 9, tmp_path / "no", database=database)).returncode == 2
    assert (await called(folder, "export", "a", "b", "c", database=database)).returncode == 2


async def test_a_case_is_replayed_by_the_version_that_decided_it(folder: Path, database: str) -> None:
    await fill(database, folder, 40)
    async with publishing(database) as by:
        record = await by.records.record(CaseId(1))
        assert record is not None
        then = replace(record, decision=decide_again(record, unasked(bundle()).numbered(1)))
        await _decided_so(database, dump(DECISION, then.decision))
        made(await by.publish(stricter(bundle()), "slack", ANA, ""))
        kept = await PostgresRecords(by.versions.database, PLAIN).record(CaseId(1))
        assert kept is not None
        assert ("policy", "1") in kept.decision.versions
    rewrite(folder, stricter(bundle()).files[RULES])
    [same] = lines(await called(folder, "replay", 1, "--json", database=database))
    assert (same["same"], same["changed"]) == (True, [])
    [other] = lines(await called(folder, "replay", 1, "--json", "--policies", folder / "policies", database=database))
    assert (other["same"], "rules" in other["changed"]) == (False, True)


async def test_simulate_compares_with_what_was_decided_whatever_is_in_force(folder: Path, database: str) -> None:
    await fill(database, folder, 60)
    async with publishing(database) as by:
        stays = Made(stricter(bundle()), "slack", DEV, "", VersionId(1), (), True, None, False)
        await by.versions.add(stays)
    assert (await called(folder, "simulate", "--json", database=database)).returncode == 0
    rewrite(folder, stricter(bundle()).files[RULES])
    moved = await called(folder, "simulate", "--json", database=database)
    assert moved.returncode == 1
    assert [line["intent"] for line in lines(moved) if line["would_not_send"]] == ["pricing"]


async def test_doctor_says_which_policies_hold(folder: Path, database: str, redis_url: str) -> None:
    settings = Settings(policies=folder / "policies", templates=folder / "templates", data=folder / "data")

    async def told() -> dict[str, tuple[bool, str]]:
        checks = findings(settings, Services(database, redis_url, ()), None)
        return {each.check: (each.ok, each.sentence) async for each in checks if each.check.startswith("polic")}

    assert "the first start publishes the folder" in (await told())["policy files"][1]
    async with publishing(database) as by:
        made(await by.publish(stricter(bundle()), "slack", ANA, ""))
    assert (await told())["policies"] == (True, "12 intents, 16 rules, 3 inboxes.")
    ok, sentence = (await told())["policy files"]
    assert ok
    assert "Version 2 is in force, published by Ana Ruiz" in sentence
    rewrite(folder, looser(bundle()).files[RULES])
    ok, sentence = (await told())["policy files"]
    assert not ok
    assert "The files differ and are not read. Publish them with `triage policy publish`" in sentence


async def _decided_so(url: str, decision: bytes) -> None:
    """Store this decision as the last one of case 1."""
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow("select codec, inputs, output from decisions where message_id = 1 order by attempt desc limit 1")
        assert row is not None
        output = TRIAGED.validate_json(row["output"])
        changed = dump(TRIAGED, replace(output, decision=DECISION.validate_json(decision)))
        await connection.execute(
            "insert into decisions (message_id, attempt, codec, inputs, versions, output) values (1, 2, $1, $2, '{}', $3)",
            row["codec"],
            row["inputs"],
            changed,
        )
    finally:
        await connection.close()
