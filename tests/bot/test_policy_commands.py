"""`triage policy …`, as an operator runs it: exit codes, JSON, and what a changed rulebook would have done to stored cases."""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.commands.recorded import DECISION
from bot.house import load_unasked
from bot.simulation import simulate
from bot.store.codec import PLAIN
from bot.store.database import connect
from bot.store.documents import dump
from bot.store.records import PostgresRecords
from pipeline.again import decide_again
from pipeline.errors import Misconfigured
from pipeline.house import House
from tests.bot.recorded import changed, fill, house, shipped
from tests.pipeline.letters import ROOT

CAUTIOUS = {
    "name": "no_maps",
    "why": "A person looks at maps.",
    "when": {"kind": "intent", "one_of": ["support"]},
    "then": {"at_most": "human"},
}
MANY = 10_000
NUMBERED = """
update decisions set output =
    convert_to(jsonb_insert(convert_from(output, 'utf8')::jsonb, '{decision,versions,0}', '["policy", "4"]')::text, 'utf8')
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shipped(tmp_path)


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


async def called(folder: Path, *given: object, database: str = "") -> Done:
    """The command in this process; what the program's main would say of an error is what it says here."""
    places = {f"TRIAGE_{name.upper()}": str(folder / name) for name in ("policies", "templates", "data")}
    env = {**places, **({"DATABASE_URL": database} if database else {})}
    arguments = ["policy", *map(str, given)]
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments, env=env)
    if isinstance(done.exception, Misconfigured):
        return Done(2, done.stdout, str(done.exception))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def lines(done: Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


async def test_the_shipped_tests_pass_and_a_failing_one_is_named(folder: Path) -> None:
    assert (await called(folder, "test")).returncode == 0
    path = folder / "policies" / "rules.json"
    rules = json.loads(path.read_text())
    rules["tests"][1]["expect"] = {"route": "review", "speaking": ["attachment"]}
    path.write_text(json.dumps(rules))
    failed = await called(folder, "test", "--json")
    assert failed.returncode == 1
    assert [line["wrong"] for line in lines(failed) if not line["ok"]] == [
        ["the rule attachment does not speak", "route is human, not review"]
    ]


async def test_check_refuses_rules_that_contradict_each_other_in_a_test(folder: Path) -> None:
    rule = {"name": "maps", "why": "Maps.", "when": {"kind": "matches", "regex": "map"}, "then": {"owner": "ops"}}
    other = {"name": "loads", "why": "Loads.", "when": {"kind": "matches", "regex": "load"}, "then": {"owner": "sales"}}
    (folder / "policies" / "rules.json").write_bytes(changed(folder, "one.json", rule).read_bytes())
    (folder / "policies" / "rules.json").write_bytes(changed(folder, "two.json", other).read_bytes())
    refused = await called(folder, "check")
    assert refused.returncode == 2
    assert "An ordinary question" in refused.stderr
    assert "Several teams are named for this mail (ops and sales)" in refused.stderr


def test_a_policy_of_ten_megabytes_is_refused_at_once(folder: Path) -> None:
    (folder / "huge.json").write_bytes(b'{"rules": [' + b'"x",' * 2_500_000 + b"1]}")
    command = [sys.executable, "-m", "bot", "policy", "diff", str(folder / "policies"), str(folder / "huge.json")]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "more than 1 MB" in refused.stderr


async def test_diff_tells_what_differs_and_whether_it_only_lowers(folder: Path) -> None:
    stricter = changed(folder, "stricter.json", CAUTIOUS)
    same = await called(folder, "diff", folder / "policies", folder / "policies")
    assert (same.returncode, same.stdout) == (0, "")
    [told] = lines(await called(folder, "diff", folder / "policies", stricter, "--json"))
    assert ([one["place"] for one in told["changes"]], told["only_lowers"]) == (["rules.no_maps"], True)
    back = await called(folder, "diff", stricter, folder / "policies", "--json")
    assert back.returncode == 1
    assert lines(back)[0]["only_lowers"] is False


async def test_export_gives_a_rulebook_that_differs_in_nothing(folder: Path) -> None:
    (folder / "out.json").write_text((await called(folder, "export")).stdout)
    assert (await called(folder, "diff", folder / "policies", folder / "out.json")).returncode == 0


async def test_simulate_explain_and_replay_read_the_stored_cases(folder: Path, database: str) -> None:
    await fill(database, folder, 80)
    stricter = changed(folder, "stricter.json", CAUTIOUS)
    same = await called(folder, "simulate", "--json", database=database)
    assert same.returncode == 0, same.stderr
    assert sum(line["cases"] for line in lines(same)) <= 80
    moved = await called(folder, "simulate", stricter, "--json", database=database)
    assert moved.returncode == 1
    [support] = [line for line in lines(moved) if line["intent"] == "support"]
    assert support["would_not_send"]
    assert not support["would_send"]
    case = support["would_not_send"][0]
    assert lines(await called(folder, "replay", case, "--json", database=database))[0]["same"] is True
    explained = lines(await called(folder, "explain", case, "--json", database=database))[0]
    assert explained["would_be"] == "auto_send"


async def test_every_stored_letter_decides_the_same_bytes_again(folder: Path, database: str) -> None:
    letters = await fill(database, folder, 80)
    by, pool = house(folder), await connect(database, name="test", size=1)
    try:
        again = [(record.decision, decide_again(record, by)) async for _, record in PostgresRecords(pool, PLAIN).since(30)]
    finally:
        await pool.close()
    assert len(again) == 80 > letters
    assert all(dump(DECISION, one) == dump(DECISION, other) for one, other in again)


async def test_replay_names_what_changed_since(folder: Path, database: str) -> None:
    await fill(database, folder, 80)
    (folder / "policies" / "rules.json").write_bytes(changed(folder, "stricter.json", CAUTIOUS).read_bytes())
    differs = await called(folder, "replay", 1, database=database)
    assert differs.returncode == 1
    assert "Changed since: rules." in differs.stderr
    assert (await called(folder, "replay", 9999, database=database)).returncode == 2


async def test_ten_thousand_stored_cases_are_simulated_in_two_seconds(folder: Path, database: str) -> None:
    await fill(database, folder, MANY)
    now = load_unasked(folder / "policies", folder / "templates")
    stricter = load_unasked(folder / "policies", folder / "templates", changed(folder, "stricter.json", CAUTIOUS))
    pool = await connect(database, name="test", size=1)
    try:
        took = []
        for _ in range(3):  # other work of the machine is none of ours
            started = time.process_time()
            rows = await simulate(PostgresRecords(pool, PLAIN), now, stricter, 30)
            took.append(time.process_time() - started)
            if took[-1] < 2:
                break
    finally:
        await pool.close()
    assert sum(row.cases for row in rows) > MANY // 2
    assert sum(len(row.fewer) for row in rows) > 100
    assert min(took) < 2, took


async def test_cases_of_older_versions_are_simulated_as_quickly(folder: Path, database: str) -> None:
    """Only the rules that differ from those of then are asked, whatever is in force now."""
    await fill(database, folder, 800)
    then, now = (load_unasked(folder / "policies", folder / "templates", rules) for rules in (None, changed(folder, "now.json", CAUTIOUS)))
    other = CAUTIOUS | {"name": "no_invoices", "when": {"kind": "intent", "one_of": ["invoice"]}}
    stricter = load_unasked(folder / "policies", folder / "templates", changed(folder, "other.json", other))
    asked: list[int] = []

    async def of(number: int) -> House:
        asked.append(number)
        return then.numbered(number)

    pool = await connect(database, name="test", size=1)
    try:
        await pool.run(lambda link: link.execute(NUMBERED))
        slow = await simulate(PostgresRecords(pool, PLAIN), now, stricter, 30)
        quick = await simulate(PostgresRecords(pool, PLAIN), now, stricter, 30, of)
    finally:
        await pool.close()
    assert quick == slow
    assert asked == [4]
    assert any(row.fewer for row in quick)


async def test_explain_names_what_a_rule_lacked(folder: Path) -> None:
    rule = {
        "name": "two_things",
        "why": "Both.",
        "when": {"kind": "all", "of": [{"kind": "first_contact"}, {"kind": "flag", "one_of": ["legal"]}]},
        "then": {"at_most": "human"},
    }
    (folder / "policies" / "rules.json").write_bytes(changed(folder, "one.json", rule).read_bytes())
    letter = folder / "letter.eml"
    letter.write_text("From: a@b.example\nTo: support@larkspur.example\nSubject: Map\n\nThe map does not load any more. What can we do?\n")
    explained = lines(await called(folder, "explain", letter, "--json"))[0]
    assert explained["nearly"]["two_things"] == "flag [one_of: legal]"
    assert explained["route"] in {"review", "human"}


async def test_the_guide_s_example_is_a_rulebook_whose_tests_pass(folder: Path) -> None:
    blocks = (ROOT / "docs" / "policies.md").read_text().split("```json\n")
    rulebook = json.loads((folder / "policies" / "rules.json").read_text())
    for part, added in json.loads(blocks[1].split("```")[0]).items():
        rulebook[part] = [*rulebook[part], *added] if isinstance(added, list) else {**rulebook.get(part, {}), **added}
    (folder / "policies" / "rules.json").write_text(json.dumps(rulebook))
    done = await called(folder, "test", "--json")
    assert (done.returncode, len(lines(done))) == (0, len(rulebook["tests"])), done
