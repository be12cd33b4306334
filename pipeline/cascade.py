"""What a mail is about: the local model first, a language model where that is not enough, and beside it the letter that is likely."""

import asyncio
from dataclasses import replace
from datetime import datetime

from pipeline.case import Reason, Route
from pipeline.errors import Permanent, Temporary
from pipeline.matter import Matter
from pipeline.prompt import Call
from pipeline.speculation import Ahead
from pipeline.stages.classify import Guess, classify, failed, second_reading, supposed, worth_asking
from pipeline.stages.lookups import look_up, with_found
from pipeline.stages.redact import redacted_for
from pipeline.voice import Refusal


async def understood(matter: Matter, ahead: Ahead, now: datetime) -> tuple[Matter, tuple[Call, ...]]:
    """The matter with its classification and what others know, and the calls it took. What no model can read goes to a person."""
    email, mailbox, house = matter.email, matter.mailbox, matter.house
    try:
        redacted = await redacted_for(email, mailbox, house, matter.said)
        first = classify(redacted, email, mailbox, house, matter.said)
        guess, found = await asyncio.gather(first, look_up(email, redacted, house, now))
    except (Temporary, Permanent) as error:
        failure = Reason("model", "failed", Route.HUMAN, f"The mail could not be classified: {error.sentence}")
        return replace(matter, cautions=(*matter.cautions, failure)), ()
    matter = replace(matter, classification=guess.classification, context=with_found(matter.context, found))
    return await _read_again(matter, guess, ahead) if worth_asking(guess, matter.route(), email, house) else (matter, ())


async def _read_again(matter: Matter, guess: Guess, ahead: Ahead) -> tuple[Matter, tuple[Call, ...]]:
    try:
        matter = replace(matter, shown=await matter.show())
    except Temporary as error:
        reading = failed(guess, error.sentence)
    else:
        assert matter.shown is not None
        _foresee(matter, guess, ahead)
        reading = await second_reading(guess, matter.shown, matter.email, matter.mailbox, matter.context, matter.house)
    return replace(matter, classification=reading.classification, cautions=(*matter.cautions, *reading.cautions)), reading.calls


def _foresee(matter: Matter, guess: Guess, ahead: Ahead) -> None:
    """Ask for what is needed if the local model is right: usually it is, and then nobody waits for two calls.

    That is the rewording of the letter that follows, or one line about a long mail that a person answers.
    """
    likely = supposed(guess, matter.house) if "draft" in ahead.models else None
    try:
        letter = replace(matter, classification=likely).rewording() if likely else None
        line = matter.in_short() if matter.wants_summary() and matter.route().route is Route.HUMAN else None
    except Refusal:  # said of the draft where one is written
        return
    for prompt in (letter, line):
        if prompt:
            ahead.begin(prompt)
