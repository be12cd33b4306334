"""Versions of the policies: what is kept, who may publish what, and that every process takes it up, or says why not."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.house import policies_of, unasked
from bot.policies.begin import FILES, publish_folder, rulebook_at, standing
from bot.policies.bundle import Bundle, from_folders, write
from bot.policies.live import EVERY
from bot.store.policies import Made
from pipeline.errors import Misconfigured
from pipeline.house import House
from pipeline.policy.versions import Author, Stale, Version, VersionId
from tests.bot.editions import ANA, DEV, edited, looser, made, process, publishing, shipped, stricter

V1, V2 = VersionId(1), VersionId(2)


async def test_the_folder_is_the_first_version_byte_by_byte(database: str, tmp_path: Path) -> None:
    async with publishing(database) as by:
        first = await by.versions.in_force()
        assert first is not None
        assert (first.version.id, first.version.author, first.version.parent) == (1, FILES, None)
        kept = await by.versions.bundle(1)
    assert kept is not None
    write(kept, tmp_path)
    for path, text in shipped().files.items():
        assert (tmp_path / path).read_bytes() == text.encode()
    assert from_folders(tmp_path / "policies", tmp_path / "templates").digest == shipped().digest


def test_a_file_keeps_its_line_ends_on_the_way(tmp_path: Path) -> None:
    write(Bundle({"templates/replies/a.j2": "one\r\ntwo\r\n\ufeff"}), tmp_path)
    assert (tmp_path / "templates/replies/a.j2").read_bytes() == "one\r\ntwo\r\n\ufeff".encode()
    with pytest.raises(Misconfigured, match="leads out of the folder"):
        write(Bundle({"../evil": ""}), tmp_path)


async def test_nothing_that_was_stored_can_be_changed(database: str) -> None:
    async with publishing(database):
        connection = await asyncpg.connect(database)
        try:
            for table in ("policy_texts", "policy_versions", "policy_files", "policy_publishings"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"delete from {table}")
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"truncate {table} cascade")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("update policy_versions set why = 'because'")
        finally:
            await connection.close()


async def test_a_change_that_only_lowers_is_in_force_at_once(database: str) -> None:
    async with publishing(database) as by:
        done = made(await by.publish(stricter(shipped()), "slack", ANA, "Prices are hard."))
        assert (done.id, done.only_lowers, done.needs_approval, done.state, done.parent) == (2, True, False, "published", 1)
        assert [change.place for change in done.changes] == ["rules.no_prices"]
        assert done.rows == []
        assert await by.versions.version(2) == done
        now = await by.versions.in_force()
        assert now is not None
        assert (now.version.id, now.by) == (2, ANA)


async def test_a_change_that_may_raise_waits_for_another_person(database: str) -> None:
    async with publishing(database) as by:
        done = made(await by.publish(looser(shipped()), "slack", ANA, ""))
        assert (done.state, done.needs_approval, done.only_lowers) == ("proposed", True, False)
        assert await by.versions.in_force_id() == V1
        own = await by.approve(done.id, ANA)
        assert isinstance(own, Stale)
        assert "another person" in own.sentence
        assert made(await by.approve(done.id, DEV)).state == "published"
        assert await by.versions.in_force_id() == done.id
        again = await by.versions.decide(done.id, DEV, approved=False)
        assert isinstance(again, Stale)
        assert "approved by Dev Patel already" in again.sentence


async def test_a_refused_version_never_holds(database: str) -> None:
    async with publishing(database) as by:
        done = made(await by.publish(looser(shipped()), "slack", ANA, ""))
        assert made(await by.versions.decide(done.id, DEV, approved=False)).state == "refused"
        assert isinstance(await by.approve(done.id, DEV), Stale)
        assert isinstance(await by.roll_back(done.id, ANA, ""), Stale)
        assert await by.versions.in_force_id() == V1


@pytest.mark.parametrize(
    ("says", "change", "needed"),
    [("never", looser, False), ("raises", looser, True), ("raises", stricter, False), ("always", stricter, True)],
)
async def test_the_policies_in_force_say_who_is_needed(database: str, says: str, change: Callable[[Bundle], Bundle], needed: bool) -> None:
    async with publishing(database) as by:
        ruled = edited(shipped(), lambda rules: rules.update(second_approval=says))
        await by.versions.add(Made(ruled, "files", FILES, "", V1, (), False, None, False))
        done = made(await by.publish(change(ruled), "terminal", Author("root", "root"), ""))
        assert done.needs_approval is needed


async def test_nobody_frees_themselves_of_the_second_person_alone(database: str) -> None:
    async with publishing(database) as by:
        for edit in ({"second_approval": "never"}, {"dry_run": False}, {"redaction_for_models": "patterns"}):
            done = made(await by.publish(edited(shipped(), lambda rules, edit=edit: rules.update(edit)), "slack", ANA, ""))  # type: ignore[misc]
            assert done.state == "proposed", edit
        people = edited(shipped(), lambda it: it.update(policy_editors=["mallory@larkspur.example"]), "policies/people.json")
        done = made(await by.publish(people, "slack", ANA, ""))
        assert (done.state, [one.place for one in done.changes]) == ("proposed", ["policies/people.json"])


async def test_the_second_of_two_editors_is_told(database: str) -> None:
    async with publishing(database) as by:
        one, other = await asyncio.gather(
            *(by.publish(edited(stricter(shipped()), _why(name)), "slack", Author(name, name), "", V1) for name in ("ana", "dev"))
        )
        assert sum(isinstance(done, Version) for done in (one, other)) == 1
        [late] = [done for done in (one, other) if isinstance(done, Stale)]
        assert "published version 2 meanwhile" in late.sentence


async def test_a_proposal_that_was_overtaken_cannot_be_approved(database: str) -> None:
    async with publishing(database) as by:
        waiting = made(await by.publish(looser(shipped()), "slack", ANA, ""))
        made(await by.publish(stricter(shipped()), "slack", DEV, ""))
        late = await by.approve(waiting.id, DEV)
        assert isinstance(late, Stale)
        assert "meanwhile" in late.sentence


async def test_rollback_publishes_an_older_version_again(database: str) -> None:
    async with publishing(database) as by:
        made(await by.publish(stricter(shipped()), "slack", ANA, ""))
        back = made(await by.roll_back(V1, DEV, ""))
        assert back.id == 1
        now = await by.versions.in_force()
        assert now is not None
        assert (now.version.id, now.by, now.why) == (1, DEV, "Back to version 1.")
        assert isinstance(await by.roll_back(V1, DEV, ""), Stale)
        assert isinstance(await by.roll_back(VersionId(9), DEV, ""), Stale)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda it: it["signals"][2].update(when={"kind": "matches", "regex": "(a+)+$"}), "repeats without end"),
        (lambda it: it.update(conditions={"a": {"kind": "not", "of": {"kind": "named", "name": "a"}}}), "refers to itself: a -> a"),
        (lambda it: it["rules"][0]["then"].update(owner="nobody"), 'there is no team "nobody"'),
        (lambda it: it["rules"][0].update(when={"kind": "intent", "one_of": ["prices"]}), 'there is no intent "prices"'),
        (
            lambda it: it["rules"].append(
                {"name": "two", "why": "Because.", "then": {"owner": "ops"}, "when": {"kind": "flag", "one_of": ["legal"]}}
            ),
            "rules.legal_wording and rules.two",
        ),
        (lambda it: it["tests"][1]["expect"].update(route="review"), "route is human, not review. Correct the rule or the test."),
    ],
)
async def test_what_is_unsound_is_refused_with_its_place(database: str, edit: Callable[[Any], object], said: str) -> None:
    async with publishing(database) as by:
        with pytest.raises(Misconfigured) as refused:
            await by.publish(edited(shipped(), edit), "slack", ANA, "")
        assert "rules.json" in str(refused.value)
        assert said in str(refused.value)
        with pytest.raises(Misconfigured, match="more than 1 MB"):
            await by.publish(shipped().changed("policies/rules.json", " " * 10_000_000), "slack", ANA, "")
        assert len(await by.versions.history(9)) == 1


async def test_the_folder_wins_until_somebody_publishes(database: str) -> None:
    ours, theirs = shipped(), stricter(shipped())
    async with publishing(database) as by:
        await publish_folder(by.versions, lambda: ours)
        assert await by.versions.in_force_id() == V1
        await publish_folder(by.versions, lambda: theirs)
        now = await by.versions.in_force()
        assert now is not None
        assert (now.version.id, now.version.author, now.version.only_lowers) == (2, FILES, True)
        made(await by.roll_back(V1, ANA, ""))
        await publish_folder(by.versions, lambda: theirs)
        assert await by.versions.in_force_id() == V1, "who went back from the folder's version is not overruled by it"
        made(await by.publish(edited(ours, _why("ana")), "slack", ANA, ""))
        await publish_folder(by.versions, lambda: looser(ours))
        assert await by.versions.in_force_id() == 3
        found = await standing(by.versions, looser(ours))
        assert (found.ok, "triage policy publish" in found.sentence, "Ana Ruiz" in found.sentence) == (False, True, True)
        assert (await standing(by.versions, theirs)).ok, "nobody changed the files since"


@pytest.mark.parametrize(
    ("free", "careful", "what"),
    [
        ({"second_approval": "never"}, {"second_approval": "raises"}, "the approval by"),
        ({"dry_run": False}, {"dry_run": True}, "the dry run"),
    ],
)
async def test_nobody_goes_back_alone_to_what_holds_less_back(
    database: str, free: dict[str, object], careful: dict[str, object], what: str
) -> None:
    async with publishing(database) as by:
        loose = edited(shipped(), lambda rules: rules.update(free))
        proposed = made(await by.publish(loose, "slack", ANA, ""))
        made(await by.approve(proposed.id, DEV))
        held = made(await by.publish(edited(loose, lambda rules: rules.update(careful)), "slack", ANA, ""))
        if held.state == "proposed":
            made(await by.approve(held.id, DEV))
        back = await by.roll_back(proposed.id, ANA, "")
        assert isinstance(back, Stale)
        assert f"would lift {what}" in back.sentence
        assert await by.versions.in_force_id() == held.id
        again = made(await by.publish(loose, "slack", ANA, ""))
        assert again.state == "proposed"


async def test_a_broken_folder_is_refused_before_it_is_published(database: str) -> None:
    async with publishing(database) as by:
        with pytest.raises(Misconfigured, match="this is not JSON"):
            await publish_folder(by.versions, lambda: shipped().changed("policies/rules.json", "{"))
        assert await by.versions.in_force_id() == V1


async def test_two_first_starts_make_one_version(database: str) -> None:
    async with publishing(database) as by:
        await asyncio.gather(*(publish_folder(by.versions, lambda: stricter(shipped())) for _ in range(2)))
        assert [version.id for version in await by.versions.history(9)] == [2, 1]


async def test_every_process_takes_up_what_is_published(database: str) -> None:
    async with publishing(database) as by:
        one, other = [await process(by.versions.database) for _ in range(2)]
        stop = asyncio.Event()
        watching = [asyncio.create_task(each.watch(stop)) for each in (one, other)]
        in_work = one.current
        made(await by.publish(stricter(shipped()), "slack", ANA, ""))
        started = time.monotonic()
        while {one.version, other.version} != {V2}:
            assert time.monotonic() - started < EVERY + 3
            await asyncio.sleep(0.02)
        stop.set()
        await asyncio.gather(*watching)
        assert "no_prices" not in {rule.name for rule in in_work.rulebook.rules}, "a mail in work keeps its house"
        assert "no_prices" in {rule.name for rule in other.current.rulebook.rules}
        assert ("policy", "2") in one.current.versions_of("support", None)
        assert one.current.model is in_work.model, "the same examples need no new model"
        assert await rulebook_at(by.versions, 1) == in_work.rulebook
        assert await rulebook_at(by.versions, 7) is None


async def test_a_version_that_cannot_be_used_leaves_the_old_one_and_is_told(database: str) -> None:
    def furnish(house: House) -> House:
        if any(rule.name == "no_prices" for rule in house.rulebook.rules):
            raise Misconfigured("people.json", "it has no entry for the mailbox new@larkspur.example.")
        return house

    async with publishing(database) as by:
        live = await process(by.versions.database, furnish)
        made(await by.publish(stricter(shipped()), "terminal", ANA, ""))
        await live.look()
        assert live.version == V1
        assert "Version 2 of the policies is in force and cannot be used: people.json" in live.trouble
        restarted = await process(by.versions.database, furnish)
        assert (restarted.version, restarted.trouble) == (V1, live.trouble)
        made(await by.roll_back(V1, DEV, ""))
        for each in (live, restarted):
            await each.look()
            assert each.trouble == ""


async def test_new_examples_change_the_model_with_the_house(database: str) -> None:
    async with publishing(database) as by:
        live = await process(by.versions.database)
        more = edited(shipped(), lambda it: it["examples"].append("Is there a plan for a fleet of 900?"), "policies/intents/pricing.json")
        waiting = made(await by.publish(more, "slack", ANA, ""))
        made(await by.approve(waiting.id, DEV))
        before = live.current.model.version
        await live.look()
        assert live.version == waiting.id
        assert live.current.model.version == live._live.current.version != before


def test_a_house_of_a_bundle_is_the_house_of_its_folder() -> None:
    bundle = shipped()
    assert unasked(Bundle(bundle.files)).versions == unasked(bundle).versions
    with pytest.raises(Misconfigured, match=r"^policies/prices.json: the file is missing"):
        policies_of(Bundle({path: text for path, text in bundle.files.items() if not path.endswith("prices.json")}))
    with pytest.raises(Misconfigured, match=r"^policies/rules.json, rule: Extra inputs"):
        policies_of(replace(edited(bundle, lambda it: it.update(rule=[])), places={}))


def _why(name: str) -> Callable[[Any], object]:
    def edit(rules: Any) -> None:
        rules["rules"][0]["why"] = f"Because {name} says so."

    return edit
