"""The keys follow the local model of the moment, and are not made anew for every mail."""

from dataclasses import dataclass, replace

from bot.keyring import Keyring
from pipeline.ports import IntentModel
from tests.pipeline.letters import Scripted, house


@dataclass
class Live:
    current: IntentModel


class Learned(Scripted):
    version = "learned-1"


def test_another_model_is_another_key_for_every_intent_and_the_same_model_costs_nothing() -> None:
    live, ours = Live(Scripted()), [house()]
    ring = Keyring(lambda: ours[0], live, {})
    first = ring.house()
    assert ring.house() is first
    live.current = Learned()
    second = ring.house()
    assert ring.house() is second
    assert dict(second.versions)["model"] == "learned-1"
    assert second.keys.keys() == first.keys.keys()
    assert all(second.keys[name] != key for name, key in first.keys.items())


def test_other_policies_are_taken_up_with_their_keys() -> None:
    live, ours = Live(Scripted()), [house()]
    ring = Keyring(lambda: ours[0], live, {})
    first = ring.house()
    pricing = ours[0].intents["pricing"].model_copy(update={"sure_from": 0.97})
    ours[0] = replace(ours[0], intents={**ours[0].intents, "pricing": pricing})
    second = ring.house()
    assert second.intents["pricing"].sure_from == 0.97
    assert [name for name, key in second.keys.items() if first.keys[name] != key] == ["pricing"]


def test_a_model_that_moves_under_its_name_leaves_no_key() -> None:
    assert Keyring(house, Live(Scripted()), {"draft": ("openai/gpt-4o-mini",)}).house().keys == {}
