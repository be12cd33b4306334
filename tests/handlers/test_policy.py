"""/triage policy as people use it: a rule edited, tried and published; a second person; going back; and whoever may not."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blocks import ids
from bot.policies.book import Book
from bot.policies.publish import Publisher
from pipeline.case import CaseId
from tests.bot.editions import ANA, CAUTIOUS, publishing, shipped, stricter
from tests.bot.recorded import fill
from tests.bot.recorded import shipped as copied
from tests.handlers.stage import CHANNEL, Stage, said, stage, until

FIELD = "rule.1"
INVITED = {"kind": "attachment", "media_types": ["text/calendar", "application/ics"]}
LOOSER = {"name": "calendar_invitation", "why": "A person looks at invitations.", "when": INVITED}


@dataclass
class Office:
    """Slack with the policies behind it."""

    at: Stage
    by: Publisher

    async def opened(self, user: str) -> dict[str, Any]:
        await self.at.slack.command(user, CHANNEL, "/triage policy")
        return await self.at.window(user)

    async def form(self, user: str, action: str) -> dict[str, Any]:
        """The form over the list that is open."""
        below = await self.at.window(user)
        await self.at.slack.click_view(user, below["id"], action)
        return dict((await until(lambda: self._above(user, below["id"])))[-1])

    async def _above(self, user: str, below: str) -> list[dict[str, Any]]:
        views = await self.at.slack.views(user)
        return views if views[-1]["id"] != below else []

    async def submitted(self, user: str, rule: object, why: str = "Because.", **more: Any) -> dict[str, Any]:
        window, text = await self.at.window(user), rule if isinstance(rule, str) else json.dumps(rule)
        return dict(await self.at.slack.submit(user, window["id"], {FIELD: text, "why": why, **more}))

    async def shows(self, user: str, words: str) -> str:
        """The window on top, once it says this."""

        async def there() -> str:
            text = said((await self.at.slack.views(user))[-1])
            return text if words in text else ""

        return str(await until(there))

    async def in_force(self) -> int:
        return int(await self.by.versions.in_force_id() or 0)


async def cards(cases: Sequence[CaseId]) -> Mapping[CaseId, str]:
    return {case: f"https://larkspur.example/archives/C0SUPPORT1/p{case}" for case in cases}


@asynccontextmanager
async def office(database: str) -> AsyncIterator[Office]:
    async with publishing(database) as by:

        async def where() -> str:
            return at.slack.channel("ops-inbox")

        async with stage(policies=Book(by, cards, where)) as at:
            yield Office(at, by)


async def test_the_list_shows_what_holds_and_every_rule(database: str) -> None:
    async with office(database) as held:
        shown = said(await held.opened("ana"))
        assert "is in force, published by  the files" in shown
        assert "Dry run is on" in shown
        assert "*angry_wording*\nThe mail sounds upset" in shown
        assert "at most review  ·  urgency high  ·  answer within 4h" in shown


async def test_who_may_not_change_policies_is_told_so(database: str) -> None:
    async with office(database) as held:
        for user, why in (("chloe", "policy_editors"), ("gus", "Only members"), ("mia", "policy_editors")):
            await held.at.slack.command(user, CHANNEL, "/triage policy")
            assert why in await held.at.whisper(user)
            assert await held.at.slack.views(user) == []


async def test_a_rule_that_only_lowers_is_checked_tried_and_published(database: str, tmp_path: Path) -> None:
    await fill(database, copied(tmp_path), 60)
    async with office(database) as held:
        await held.opened("ana")
        form = await held.form("ana", ids.POLICY_NEW)
        assert "new_rule" in json.dumps(form)
        assert (await held.submitted("ana", CAUTIOUS))["response_action"] == "update"
        tried = await held.shows("ana", "Can only lower routes: yes.")
        assert "It needs nobody else's approval." in tried
        assert "rules.no_prices" in tried
        assert "would not be sent any more" in tried
        assert "archives/C0SUPPORT1/p" in json.dumps(await held.at.window("ana"))
        assert await held.in_force() == 1, "nothing is published before it was seen"
        await held.submitted("ana", CAUTIOUS)
        await held.shows("ana", "Version 2 is in force.")
        now = await held.by.versions.in_force()
        assert now is not None
        assert (now.version.id, now.by.name, now.why, now.version.origin) == (2, "Ana Ruiz", "Because.", "slack")
        assert now.version.rows
        [under, _] = await held.at.slack.views("ana")
        assert "no_prices" in said(await until(lambda: _listing(held, "no_prices")) or under)


async def test_an_edit_that_changed_after_the_trial_is_tried_again(database: str) -> None:
    async with office(database) as held:
        await held.opened("ana")
        await held.form("ana", ids.POLICY_NEW)
        await held.submitted("ana", CAUTIOUS)
        await held.shows("ana", "Can only lower")
        await held.submitted("ana", CAUTIOUS | {"why": "A person tells every price."})
        await held.shows("ana", "A person tells every price.")
        assert await held.in_force() == 1


async def test_mistakes_are_told_at_the_field_with_place_and_reason(database: str) -> None:
    regex = {"kind": "matches", "regex": "(a+)+$"}
    wrong = [
        ("{", "line 1, column 2: this is not JSON"),
        ({**CAUTIOUS, "when": regex}, "when.matches: the pattern repeats without end"),
        ({**CAUTIOUS, "then": {"owner": "nobody"}}, 'rules.json, rules.no_prices: there is no team "nobody"'),
        ({**CAUTIOUS, "then": {"at_most": "nobody"}}, "then.at_most: Input should be 'review' or 'human'"),
        ({**CAUTIOUS, "then": {}}, "then: nothing follows from this rule"),
        ({**CAUTIOUS, "when": {"kind": "named", "name": "x"}}, 'there is no condition "x"'),
        ({**CAUTIOUS, "when": {"kind": "intent", "one_of": ["support"]}}, "route is human, not auto_send; template is none"),
        ({**CAUTIOUS, "name": "vip"}, "two rules are called vip"),
        ({**CAUTIOUS, "why": "half \ud83d"}, "why: Input should be a valid string"),
        ("[" * 2900, "the rule: "),
    ]
    async with office(database) as held:
        await held.opened("ana")
        await held.form("ana", ids.POLICY_NEW)
        for rule, why in wrong:
            answer = await held.submitted("ana", rule)
            assert answer["response_action"] == "errors", rule
            assert why in answer["errors"][FIELD]
        assert len(await held.by.versions.history(9)) == 1


async def test_what_may_raise_needs_a_second_person_in_the_channel(database: str) -> None:
    async with office(database) as held:
        await held.opened("ana")
        form = await held.form("ana", f"{ids.POLICY_RULE}.calendar_invitation")
        assert "text/calendar" in json.dumps(form)
        loose = {**LOOSER, "then": {"at_most": "review"}}
        await held.submitted("ana", loose)
        assert "Another person must approve it." in await held.shows("ana", "Can only lower routes: no.")
        await held.submitted("ana", loose)
        await held.shows("ana", "waits for another person, here under /triage policy and in the channel.")
        assert await held.in_force() == 1
        [asked] = await until(lambda: _asked(held))
        assert "Ana Ruiz proposes version 2" in said(asked["blocks"])
        await held.at.slack.click("ana", "ops-inbox", asked["ts"], f"{ids.POLICY_APPROVE}.2")
        assert "another person must approve it" in await held.at.whisper("ana", "ops-inbox")
        await held.at.slack.click("chloe", "ops-inbox", asked["ts"], f"{ids.POLICY_APPROVE}.2")
        assert "policy_editors" in await held.at.whisper("chloe", "ops-inbox")
        await held.at.slack.click("ben", "ops-inbox", asked["ts"], f"{ids.POLICY_APPROVE}.2")
        await until(lambda: _message(held, "Approved by Ben Okafor"))
        assert await held.in_force() == 2


async def test_a_proposal_can_be_refused_in_the_window(database: str) -> None:
    async with office(database) as held:
        await held.opened("ana")
        await held.form("ana", f"{ids.POLICY_RULE}.calendar_invitation")
        for words in ("Can only lower routes: no.", "Version 2 waits"):
            await held.submitted("ana", {**LOOSER, "then": {"at_most": "review"}})
            await held.shows("ana", words)
        window = await held.opened("ben")
        assert "Version 2 by Ana Ruiz waits" in said(window)
        assert f"{ids.POLICY_APPROVE}.2" not in json.dumps(window), "nobody decides without having seen it"
        looked = await held.form("ben", f"{ids.POLICY_LOOK}.2")
        assert "rules.calendar_invitation" in said(looked)
        await held.at.slack.click_view("ben", looked["id"], f"{ids.POLICY_REFUSE}.2")
        await held.shows("ben", "refused by Ben Okafor")
        assert await held.in_force() == 1


async def test_a_rule_is_deleted_by_a_tick(database: str) -> None:
    async with office(database) as held:
        await held.opened("ana")
        await held.form("ana", f"{ids.POLICY_RULE}.secrets")
        text = await Book(held.by, cards, _nowhere).rule("secrets")
        await held.submitted("ana", text, delete=["delete"])
        assert "rules.secrets" in await held.shows("ana", "Can only lower routes: no.")


async def test_the_second_of_two_editors_is_told_and_keeps_the_text(database: str) -> None:
    async with office(database) as held:
        for user in ("ana", "ben"):
            await held.opened(user)
            await held.form(user, ids.POLICY_NEW)
        for user in ("ana", "ben"):
            await held.submitted(user, CAUTIOUS | {"name": f"prices_{user}"})
            await held.shows(user, "Can only lower routes: yes.")
        await held.submitted("ana", CAUTIOUS | {"name": "prices_ana"})
        await held.shows("ana", "Version 2 is in force.")
        answer = await held.submitted("ben", CAUTIOUS | {"name": "prices_ben"})
        assert "Ana Ruiz published version 2 meanwhile" in answer["errors"][FIELD]


async def test_rolling_back_is_one_click_in_the_history(database: str) -> None:
    async with office(database) as held:
        await held.by.publish(stricter(shipped()), "slack", ANA, "Prices.")
        await held.opened("ben")
        history = await held.form("ben", ids.POLICY_HISTORY)
        assert "*Version 2*  ·  ✅ in force" in said(history)
        confirm = next(block["accessory"]["confirm"] for block in history["blocks"] if "accessory" in block)
        assert "Back to version 1?" in said(confirm)
        await held.at.slack.click_view("ben", history["id"], f"{ids.POLICY_ROLLBACK}.1")
        await held.shows("ben", "*Version 1*  ·  ✅ in force")
        now = await held.by.versions.in_force()
        assert now is not None
        assert (now.version.id, now.by.name) == (1, "Ben Okafor")


async def test_access_is_asked_again_at_every_step(database: str) -> None:
    async with office(database) as held:
        await held.opened("ana")
        form = await held.form("ana", ids.POLICY_NEW)
        people = held.at.desk.people()
        object.__setattr__(people, "policy_editors", ("ben@larkspur.example",))
        answer = await held.submitted("ana", CAUTIOUS)
        assert "policy_editors" in answer["errors"][FIELD]
        [under, _] = await held.at.slack.views("ana")
        await held.at.slack.close("ana", form["id"])
        await held.at.slack.click_view("ana", under["id"], ids.POLICY_HISTORY)
        await held.shows("ana", "You are not among those who may change the policies.")


async def _asked(held: Office) -> list[dict[str, Any]]:
    return [message for message in await held.at.slack.messages("ops-inbox") if message.get("bot_id")]


async def _message(held: Office, words: str) -> bool:
    return any(words in said(message["blocks"]) for message in await _asked(held))


async def _listing(held: Office, words: str) -> dict[str, Any] | None:
    under = (await held.at.slack.views("ana"))[0]
    return under if words in said(under) else None


async def _nowhere() -> str:
    return ""
