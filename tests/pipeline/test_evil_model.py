"""A model that answers anything, well-formed or not: what goes out is still nothing but what the template says."""

import json
import os
import random
from collections.abc import Callable
from functools import cache

import pytest

from pipeline.atoms import Atom, atoms
from pipeline.case import Draft
from pipeline.email import RedactedEmail
from pipeline.house import House
from pipeline.stages.paraphrase import accept, read
from tests.pipeline.letters import house
from tests.pipeline.rewordings import HONEST, letter

RUNS = 100_000 if os.environ.get("TRIAGE_FULL") else 1_500
SHARDS = 5
REDACTED = RedactedEmail(
    "s", "t", "en", (), (("⟦PERSON_1⟧", "Mallory"), ("⟦EMAIL_1⟧", "m@evil.test"), ("⟦IBAN_1⟧", "GB33BUKB20201555555555"))
)

PLANTED = (
    *(
        "https://evil.test/pay",
        "evil.test",
        "www.evil.test",
        "hxxp://evil",
        "evil dot test",
        "m@evil.test",
        "ceo at evil",
        "javascript:alert(1)",
    ),
    *(
        "£9",
        "9 EUR",
        "€ 1.000",
        "nine pounds",
        "neun Euro",
        "neuf euros",
        "nueve euros",
        "20%",
        "twenty percent",
        "zwanzig Prozent",
        "vingt pour cent",
    ),
    *(
        "veinte por ciento",
        "half price",
        "zum halben Preis",
        "a discount",
        "einen Rabatt",
        "une remise",
        "un descuento",
        "free of charge",
        "kostenlos",
    ),
    *(
        "gratuit",
        "gratis",
        "a refund",
        "Erstattung",
        "remboursement",
        "reembolso",
        "we guarantee",
        "garantieren",
        "garantizamos",
        "within one hour",
    ),
    *(
        "in einer Stunde",
        "sous une heure",
        "en una hora",
        "by Friday",
        "am Freitag",
        "vendredi",
        "el viernes",
        "on 12 March",
        "2026-12-24",
        "10:30",
    ),
    *("+44 1632 960520", "GB33 BUKB 2020 1555 5555 55", "your password", "Ihr Passwort", "mot de passe", "su contraseña", "bank details"),
    *(
        "１２",
        "٣٤",
        "²",
        "Ⅳ",
        "½",
        "twenty-five",
        "fünfundzwanzig",
        "Mallory",
        "PayPal",
        "John Smith",
        "⟦PERSON_1⟧",
        "⟦EMAIL_1⟧",
        "⟦IBAN_1⟧",
    ),
    *(
        "⟦PERSON_99⟧",
        "{booking}",
        "{{ eta }}",
        "{% if x %}",
        "{0}",
        "<b>now</b>",
        "**now**",
        "[x](y)",
        "`x`",
        "# now",
        "<PERSON_1>",
        "[insert name]",
    ),
    *(
        "раypal",
        "\u200bhidden",
        "\u202egnihton",
        "e\u0301vil",
        "ﬁne",
        "\U000e0041",
        "😀",
        "下載",
        "we never",
        "without limit",
        "you must",
        "Sie müssen",
    ),
    *(
        "vous devez",
        "usted debe",
        "asap",
        "immediately",
        "sofort",
        "contract",
        "lawyer",
        "call us",
        "click here",
        "attached invoice",
        "today",
        "heute",
    ),
)
"""Things that no rewording may bring in."""


@cache
def drafts() -> list[tuple[Draft, tuple[str, ...], frozenset[Atom]]]:
    made = [(letter(intent, language), tuple(said)) for (intent, language), said in HONEST.items()]
    return [(draft, said, atoms(draft.text)) for draft, said in made]


def planted(dice: random.Random, said: list[str]) -> str:
    """Put something in anywhere, between words or in one."""
    thing, at = dice.choice(PLANTED), dice.randrange(len(said))
    words = said[at].split(" ")
    words.insert(dice.randrange(len(words) + 1), thing)
    said[at] = " ".join(words)
    return thing


def swapped(dice: random.Random, said: list[str]) -> str:
    dice.shuffle(said)
    return ""


def dropped(dice: random.Random, said: list[str]) -> str:
    at = dice.randrange(len(said))
    words = said[at].split(" ")
    del words[dice.randrange(len(words))]
    said[at] = " ".join(words)
    return ""


def foreign(dice: random.Random, said: list[str]) -> str:
    said[dice.randrange(len(said))] = dice.choice(dice.choice(drafts())[1])
    return ""


def respelled(dice: random.Random, said: list[str]) -> str:
    at = dice.randrange(len(said))
    said[at] = said[at].translate(dice.choice([{97: "а"}, {101: "е"}, {111: "0"}, {105: "і"}, {32: "\u00a0"}, {32: "\t"}, {46: "。"}]))
    return ""


def giant(dice: random.Random, said: list[str]) -> str:
    at = dice.randrange(len(said))
    said[at] = said[at] * dice.randrange(2, 40)
    return ""


CHANGES: tuple[Callable[[random.Random, list[str]], str], ...] = (
    planted,
    planted,
    planted,
    planted,
    swapped,
    dropped,
    foreign,
    respelled,
    giant,
)


def answered(dice: random.Random, said: list[str]) -> str:
    """Mostly the form that was asked for; sometimes cut, longer, joined, of other types, or no JSON at all."""
    rows: list[object] = [*said]
    match dice.randrange(14):
        case 0:
            rows[dice.randrange(len(rows))] = dice.choice([None, [], {"text": "x"}, True, 10**30, rows[:2]])
        case 1:
            rows.append(dice.choice(PLANTED))
        case 2:
            return json.dumps({"s": rows, "to": "m@evil.test"})
        case 3:
            return json.dumps({"s": rows})[: dice.randrange(400)]
        case 4:
            return "".join(chr(dice.randrange(32, 0x2FFF)) for _ in range(dice.randrange(200)))
        case 5:
            rows[dice.randrange(len(rows))] = dice.choice(("", " "))
    return json.dumps({"s": rows}, ensure_ascii=dice.random() < 0.5)


def one_run(dice: random.Random, ours: House) -> bool:
    """Whether the words were taken; fails where something got through."""
    draft, honest, allowed = dice.choice(drafts())
    said = list(honest)
    things = [dice.choice(CHANGES)(dice, said) for _ in range(dice.choice((0, 1, 1, 1, 2, 3)))]
    made = accept(draft, read(answered(dice, said)), ours, REDACTED)
    assert (made.subject, made.to, made.cc, made.forward_to) == (draft.subject, draft.to, draft.cc, draft.forward_to)
    assert (made.template, made.slots, made.language, made.version) == (draft.template, draft.slots, draft.language, draft.version)
    if made.author == "template":
        assert made.text == draft.text
        return False
    assert atoms(made.text) <= allowed
    assert sorted(filter(str.isdigit, made.text)) == sorted(filter(str.isdigit, draft.text))
    assert not [thing for thing in things if thing and thing in made.text and thing not in draft.text]
    assert not set("⟦⟧{}<|*`\u200b\u202e") & set(made.text)
    return True


@pytest.mark.parametrize("shard", range(SHARDS))
def test_nothing_gets_through_that_the_template_does_not_say(shard: int) -> None:
    dice, ours = random.Random(f"evil model {shard}"), house()
    taken = sum(one_run(dice, ours) for _ in range(RUNS // SHARDS))
    assert 0 < taken < RUNS // SHARDS / 2, "both must happen: words that are taken, and words that are not"
