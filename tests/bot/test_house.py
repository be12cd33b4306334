"""Reading policies and templates: what ships is sound, and every mistake is one sentence with its place."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.house import read_policies, read_voice
from pipeline.case import Route
from pipeline.errors import Misconfigured
from pipeline.house import House, assemble
from pipeline.policy.schema import schema
from tests.pipeline.letters import ROOT, Scripted, house, policies


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    return tmp_path


def opened(folder: Path) -> House:
    read = read_policies(folder / "policies")
    return assemble(read, read_voice(folder / "templates", read), Scripted())


def refused(folder: Path) -> str:
    with pytest.raises(Misconfigured) as caught:
        opened(folder)
    return str(caught.value).removeprefix(f"{folder}/")


def change(folder: Path, name: str, edit: Callable[[Any], object]) -> None:
    path = folder / "policies" / name
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def test_what_ships_is_sound_and_the_schema_is_current() -> None:
    ours = house()
    assert len(ours.intents) == 12
    assert [name for name, _ in ours.versions] == sorted(name for name, _ in ours.versions)
    shipped = json.loads((ROOT / "policies" / "schema.json").read_text())
    assert shipped == json.loads(json.dumps(schema())), "make policies/schema.json again from pipeline.policy.schema"


def test_versions_follow_the_files(folder: Path) -> None:
    before = dict(read_policies(folder / "policies").versions)
    change(folder, "prices.json", lambda prices: prices.update(approved_on="2026-02-01"))
    after = dict(read_policies(folder / "policies").versions)
    assert {name for name in before if before[name] != after[name]} == {"prices"}


def test_a_new_intent_is_one_json_and_one_template(folder: Path) -> None:
    intent: dict[str, object] = {
        "name": "warranty",
        "title": "Warranty",
        "meaning": "Asks about the warranty.",
        "ceiling": "review",
        "template": "warranty",
    }
    intent |= {"owner": "support", "reply_within": "1d", "examples": [f"Is part {n} still under warranty?" for n in range(14)]}
    (folder / "policies/intents/warranty.json").write_text(json.dumps(intent))
    (folder / "templates/replies/warranty.j2").write_text("Hello,\n\nwe look it up and answer {{ eta }}.\n\n{{ sign_off }}\n")
    assert opened(folder).intents["warranty"].ceiling is Route.REVIEW


def test_missing_folders_and_files_are_named(folder: Path) -> None:
    (folder / "policies/prices.json").unlink()
    assert refused(folder).startswith("policies/prices.json: the file is missing.")
    shutil.rmtree(folder / "templates")
    shutil.copy(ROOT / "policies/prices.json", folder / "policies")
    assert refused(folder) == "templates: there is no such folder. Create it, or name the right one with TRIAGE_TEMPLATES."
    shutil.rmtree(folder / "policies")
    assert refused(folder).startswith("policies: there is no such folder.")


def test_json_that_does_not_parse_has_line_and_column(folder: Path) -> None:
    (folder / "policies/rules.json").write_text('{\n  "rules": [,]\n}')
    assert refused(folder).startswith("policies/rules.json, line 2, column 13: this is not JSON")
    (folder / "policies/rules.json").write_text('{"rules": [], "rules": []}')
    assert '"rules" stands twice' in refused(folder)
    (folder / "policies/rules.json").write_text("[" * 100_000)
    assert refused(folder).startswith("policies/rules.json")
    (folder / "policies/rules.json").write_bytes(b'{"rules": "\xff"}')
    assert "UTF-8" in refused(folder)
    (folder / "policies/rules.json").write_text(" " * 10_000_000)
    assert "more than 1 MB" in refused(folder)


@pytest.mark.parametrize(
    ("name", "edit", "said"),
    [
        (
            "intents/referral.json",
            lambda it: it.update(forward_to="press"),
            'intents/referral.json, forward_to: there is no alias in people.json "press". There are: partnerships.',
        ),
        ("company.json", lambda it: it.update(caps={"thread_day": -1}), "company.json, caps.thread_day: Input should be greater than"),
        ("people.json", lambda it: it.update(contact_forms=["form"]), "people.json, contact_forms.0: String should match pattern"),
        ("rules.json", lambda it: it.update(rule=[]), "policies/rules.json, rule: Extra inputs are not permitted."),
        ("rules.json", lambda it: it["rules"][0]["when"].update(kind="vipp"), "policies/rules.json, rules.0.when: Input tag 'vipp'"),
        (
            "rules.json",
            lambda it: it["signals"][2].update(when={"kind": "matches", "regex": "(?=x)"}),
            "signals.2.when.matches: google-re2 refuses the pattern",
        ),
        (
            "rules.json",
            lambda it: it["rules"][0]["then"].update(owner="nobody"),
            'rules.json, rules.vip: there is no team "nobody". There are: legal,',
        ),
        (
            "rules.json",
            lambda it: it["signals"][2].update(when={"kind": "matches", "regex": "(a+)+$"}),
            'rules.json, signals.2.when.matches: the pattern repeats without end what repeats without end already: "(a+)+".',
        ),
        ("rules.json", lambda it: it.update(lists={"a": ["list:b"], "b": ["list:a"]}), "lists.a: the list refers to itself: a -> b -> a."),
        ("rules.json", lambda it: it.update(lists={"a": ["list:b"]}), 'lists.a: there is no list "b". There are: a.'),
        (
            "rules.json",
            lambda it: it.update(conditions={"a": {"kind": "not", "of": {"kind": "named", "name": "a"}}}),
            "conditions.a: the condition refers to itself: a -> a.",
        ),
        (
            "rules.json",
            lambda it: it["rules"][0].update(when={"kind": "named", "name": "rich"}),
            'rules.vip: there is no condition "rich". There are: none yet.',
        ),
        (
            "rules.json",
            lambda it: it["rules"][0].update(when={"kind": "sender", "one_of": ["list:rich"]}),
            'rules.vip: there is no list "rich". There are: none yet.',
        ),
        (
            "rules.json",
            lambda it: it["rules"].append(
                {"name": "two", "why": "Because.", "then": {"owner": "ops"}, "when": {"kind": "flag", "one_of": ["legal", "anger"]}}
            ),
            "rules.legal_wording and rules.two: whenever the narrower one speaks, both do, and they name two owners: legal and ops.",
        ),
        (
            "rules.json",
            lambda it: it["rules"][0]["then"].update(template="nothing"),
            'rules.json, rules.vip: there is no template "nothing". There are: account_access,',
        ),
        ("rules.json", lambda it: it["rules"][0]["then"].update(notify=["press"]), 'rules.json, rules.vip: there is no team "press".'),
        (
            "rules.json",
            lambda it: it["tests"][0].update(intent="nothing"),
            'has earned it.": there is no intent "nothing".',
        ),
        ("rules.json", lambda it: it.pop("calendar") and it["rules"][0].update(when={"kind": "holiday"}), 'rules.vip: "holiday" needs'),
        (
            "rules.json",
            lambda it: it["rules"][0].update(when={"kind": "intent", "one_of": ["pricing", "prices"]}),
            'there is no intent "prices".',
        ),
        ("rules.json", lambda it: it["rules"][0].update(when={"kind": "mailbox", "one_of": ["x@y.z"]}), 'there is no inbox "x@y.z".'),
        (
            "intents/pricing.json",
            lambda it: it.update(template="prices"),
            'intents/pricing.json: there is no template "prices". There are:',
        ),
        ("intents/pricing.json", lambda it: it.pop("template"), 'the ceiling "auto_send" needs a template.'),
        ("intents/pricing.json", lambda it: it.update(name="prices"), "Give both the same name."),
        ("intents/pricing.json", lambda it: it.update(examples=["one"]), "policies/intents/pricing.json, examples: "),
        ("intents/support.json", lambda it: it.update(docs=["nowhere"]), 'there is no docs page "nowhere".'),
        ("intents/support.json", lambda it: it.update(reply_within="soon"), "policies/intents/support.json, reply_within: "),
        ("company.json", lambda it: it["eta"].pop("urgent"), 'company.json, eta: nothing is said for the urgency "urgent".'),
        ("company.json", lambda it: it["sign_off"].pop("en"), 'company.json, sign_off: there is no text in "en"'),
        ("company.json", lambda it: it.update(booking_link="http://x"), "policies/company.json, booking_link: "),
        ("people.json", lambda it: it.pop("partnerships"), "templates/replies/referral.de.j2, line 7: there is no slot partnerships"),
    ],
)
def test_every_mistake_is_named_with_its_place(folder: Path, name: str, edit: Callable[[Any], object], said: str) -> None:
    change(folder, name, edit)
    assert said in refused(folder)


def test_a_template_that_does_too_much_is_named_with_its_line(folder: Path) -> None:
    (folder / "templates/replies/support.j2").write_text("Hello\n\n{% for x in docs %}{{ x }}{% endfor %}")
    assert refused(folder).startswith("templates/replies/support.j2, line 3: For cannot be used in a reply")
    (folder / "templates/replies/support.j2").write_text("Hello\n{% if %}")
    assert refused(folder).startswith("templates/replies/support.j2, line 2: ")


def test_every_price_and_every_page_is_there_in_every_language() -> None:
    ours = policies()
    said = [plan.paragraph for plan in ours.prices.plans.values()] + [ours.prices.note, ours.company.sign_off, ours.company.support_hours]
    said += [*ours.company.eta.values(), *(link.title for link in ours.company.docs.values())]
    assert all(set(one) == {"en", "de", "fr", "es"} for one in said)
