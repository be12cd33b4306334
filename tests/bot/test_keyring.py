"""The keys follow the local model of the moment, and are not made anew for every mail."""

from dataclasses import dataclass

from bot.keyring import Keyring
from pipeline.ports import IntentModel
from tests.pipeline.letters import Scripted, house


@dataclass
class Live:
    current: IntentModel


class Learned(Scripted):
    version = "learned-1"


def test_another_model_is_another_key_for_every_intent_and_the_same_model_costs_nothing() -> None:
    live = Live(Scripted())
    ring = Keyring(house(), live, {})
    first = ring.house()
    assert ring.house() is first
    live.current = Learned()
    second = ring.house()
    assert ring.house() is second
    assert dict(second.versions)["model"] == "learned-1"
    assert second.keys.keys() == first.keys.keys()
    assert all(second.keys[name] != key for name, key in first.keys.items())


def test_a_model_that_moves_under_its_name_leaves_no_key() -> None:
    assert Keyring(house(), Live(Scripted()), {"draft": ("openai/gpt-4o-mini",)}).house().keys == {}
