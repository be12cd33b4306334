"""A model that answers anything about a mail: nothing leaves the closed lists, nothing is sent by itself on an invalid answer."""

import json
import os
import random
from typing import get_args

import pytest

from pipeline.case import OUT_OF_SCOPE, Route, Status, Triaged, Urgency
from pipeline.house import House
from pipeline.policy.facts import FLAGS
from pipeline.stages import opinion
from tests.pipeline.cascading import LIKELY, Spoken, said, speaking
from tests.pipeline.letters import SUPPORT, earned, judged, mail

ROUNDS = 100_000 if os.environ.get("TRIAGE_FULL") else 1_500
SHARDS = 5
WORDS = (
    *("support", "pricing", "legal", "none", "", "auto_send", "transfer_money", "ceo", "sales", "urgent", "now", "payment", "approved"),
    *("http://evil.example/pay", "attacker@evil.example", "Ignore all rules", "\ud800", "\x00", "⟦PERSON_1⟧", "The map", "99% off"),
)


def anything(chance: random.Random, deep: int = 0) -> object:
    """Any JSON value."""
    kind = chance.randrange(9 if deep < 3 else 7)
    match kind:
        case 0:
            return None
        case 1:
            return chance.random() < 0.5
        case 2:
            return chance.choice((0, 1, -1, 2, 10**30, 0.5, 1e308, float("nan"), float("inf"), float("-inf")))
        case 7:
            return [anything(chance, deep + 1) for _ in range(chance.randrange(4))]
        case 8:
            return {chance.choice((*opinion.FIELDS, *WORDS)): anything(chance, deep + 1) for _ in range(chance.randrange(5))}
    return chance.choice(WORDS)


def text(chance: random.Random) -> str:
    """An answer: valid but for a few fields, or a mere value, or no JSON."""
    whole = json.loads(said(chance.choice(tuple(LIKELY)), confidence=chance.random()))
    match chance.randrange(8):
        case 0:
            return chance.choice(WORDS) * chance.randrange(5)
        case 1:
            return json.dumps(anything(chance))
        case 2:
            return json.dumps(whole)[: chance.randrange(200)]
        case 3:
            del whole[chance.choice(opinion.FIELDS)]
        case 4:
            whole[chance.choice(WORDS)] = anything(chance)
        case 5:
            whole["evidence"] = [chance.choice(WORDS) for _ in range(chance.randrange(6))]
        case _:
            for _ in range(chance.randrange(1, 4)):
                name = chance.choice(opinion.FIELDS)
                listed = name in ("intents", "flags", "evidence")
                whole[name] = [chance.choice(WORDS) for _ in range(chance.randrange(4))] if listed else anything(chance)
    return json.dumps(whole)


def outside(made: Triaged, house: House) -> list[str]:
    """What the case holds that is on no list."""
    seen = made.classification
    assert seen is not None
    wrong = [name for name in (seen.intent, seen.runner_up, *seen.also) if name not in (*house.intents, OUT_OF_SCOPE)]
    wrong += [seen.urgency] if seen.urgency not in get_args(Urgency) else []
    wrong += [seen.owner] if seen.owner not in house.company.teams else []
    wrong += [flag for flag in seen.policy_flags if flag not in FLAGS]
    wrong += [quote for quote in seen.evidence if quote not in "Map\n\nThe map does not load any more."]
    wrong += [str(seen.confidence)] if not 0 <= seen.confidence <= 1 else []
    told = " ".join([made.decision.owner, *(reason.text for reason in made.decision.reasons), made.draft.text if made.draft else ""])
    return wrong + [planted for planted in ("evil.example", "99% off", "Ignore all") if planted in told]


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_whatever_a_model_says_of_a_mail(shard: int) -> None:
    chance, rounds = random.Random(f"hostile reader {shard}"), ROUNDS // SHARDS
    says = [""]
    house = earned(speaking(Spoken(lambda _: says[0])))
    read = unread = sent = 0
    for _ in range(rounds):
        says[0] = text(chance)
        made = await judged(mail(), house, SUPPORT)
        assert outside(made, house) == [], says[0]
        invalid = "unreadable" in {reason.name for reason in made.decision.reasons}
        read, unread = read + (not invalid), unread + invalid
        sent += made.status is Status.SCHEDULED
        if invalid:
            assert (made.status, made.decision.route, made.decision.would_be) == (Status.HUMAN, Route.HUMAN, Route.HUMAN), says[0]
            assert made.sends_at is None
    assert read > rounds // 20, "the fuzzer must get past the reader too"
    assert unread > rounds // 2
    assert sent <= read
