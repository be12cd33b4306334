"""The letter that is likely is asked for beside the reading: one call's wait, and every call counted."""

import asyncio

import pytest

from pipeline import speculation
from pipeline.case import NO_HISTORY, CaseId, Status, Triaged
from pipeline.email import Email
from pipeline.errors import Temporary
from pipeline.flow import triage
from pipeline.house import House
from pipeline.prompt import Answer, Prompt, Role
from pipeline.stages.classify import WORTH
from tests.pipeline.cascading import ROLES, Spoken, said, speaking
from tests.pipeline.letters import AT, SUPPORT, judged, mail
from tests.pipeline.rewordings import HONEST, answer

REWORDED = answer(HONEST["support", "en"])


class Together(Spoken):
    """Says what a mail is about only where it was asked for the letter, too, meanwhile."""

    async def ask(self, prompt: Prompt) -> Answer:
        await asyncio.sleep(0.01 if prompt.role == "classify" else 0)
        assert self.asked_for("draft") or prompt.role == "draft"
        return await Spoken.ask(self, prompt)


def saying(intent: str, kind: type[Spoken] = Spoken) -> Spoken:
    return kind(lambda prompt: said(intent) if prompt.role == "classify" else REWORDED)


async def test_the_likely_letter_is_asked_for_before_the_mail_is_read_and_used() -> None:
    model = saying("support", Together)
    made = await numbered(mail(), speaking(model, roles=ROLES))
    assert [prompt.role for prompt in model.asked] == ["draft", "classify"]
    assert made.draft is not None
    assert (made.draft.author, made.draft.cost_usd) == ("model", 0.0001)
    assert [call.role for call in made.calls] == ["classify", "draft"]
    assert (made.discarded, made.foreseen) == ((), True)


async def test_a_letter_that_does_not_follow_is_forgotten_and_counted() -> None:
    model = saying("pricing")
    made = await judged(mail(), speaking(model, roles=ROLES))
    assert made.draft is not None
    assert made.draft.template == "pricing"
    assert len(model.asked_for("draft")) == 2
    assert [call.role for call in made.calls] == ["classify", "draft", "draft"]
    assert ([call.role for call in made.discarded], made.foreseen) == (["draft"], False)
    assert made.draft.cost_usd == 0.0001, "what was discarded is the case's cost, not the letter's"


async def test_nothing_is_asked_ahead_where_the_local_model_has_no_idea_or_is_sure() -> None:
    for local in ({"support": WORTH - 0.01}, {"support": 0.9}):
        model = saying("none" if local["support"] < 0.5 else "support")
        made = await judged(mail(), speaking(model, local, ROLES))
        assert made.discarded == ()
        assert len(model.asked_for("draft")) == (0 if local["support"] < 0.5 else 1)


async def test_a_discarded_call_that_hangs_is_broken_off_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speculation, "PATIENCE", 0.02)
    model = saying("none")
    model.seconds = {"draft": 60.0}
    made = await judged(mail(), speaking(model, roles=ROLES))
    assert (made.status, made.discarded) == (Status.HUMAN, ())
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_flow_that_is_stopped_leaves_no_call_running() -> None:
    model = saying("support")
    model.seconds = {"draft": 60.0, "classify": 60.0}
    running = asyncio.create_task(judged(mail(), speaking(model, roles=ROLES)))
    await asyncio.sleep(0.05)
    assert len(model.asked) == 2
    running.cancel()
    await asyncio.wait([running])
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_where_the_letter_cannot_be_reworded_the_template_goes() -> None:
    class Halved(Spoken):
        async def ask(self, prompt: Prompt) -> Answer:
            if prompt.role == "draft":
                raise Temporary("The writer is away.")
            return await Spoken.ask(self, prompt)

    made = await judged(mail(), speaking(saying("support", Halved), roles=ROLES))
    assert (made.status, made.draft.author if made.draft else "") == (Status.REVIEW, "template")
    assert made.draft is not None
    assert "paraphrase_refused" in {finding.code for finding in made.draft.findings}


HARDER: tuple[Role, ...] = ("classify", "draft", "draft_complex")


async def numbered(email: Email, ours: House) -> Triaged:
    return await triage(email, SUPPORT, NO_HISTORY, ours, AT, lambda: 0.0, CaseId(7))


async def test_a_long_mail_and_one_that_asks_for_two_things_are_answered_by_the_better_model() -> None:
    long, several = saying("support"), saying("support")
    several.says = lambda prompt: said("support", "pricing") if prompt.role == "classify" else REWORDED
    first = await numbered(mail("The map does not load any more. " * 40), speaking(long, roles=HARDER))
    second = await numbered(mail(), speaking(several, roles=HARDER))
    assert sorted(prompt.role for prompt in long.asked) == ["classify", "draft_complex"]
    assert first.foreseen
    assert several.asked[-1].role == "draft_complex"
    assert [made.draft.author for made in (first, second) if made.draft] == ["model", "model"]


async def test_other_letters_are_the_plain_models_and_so_are_all_without_a_better_one() -> None:
    plain, alone = saying("support"), saying("support")
    await judged(mail(), speaking(plain, roles=HARDER))
    await judged(mail("The map does not load any more. " * 40), speaking(alone, roles=ROLES))
    for model in (plain, alone):
        assert sorted(prompt.role for prompt in model.asked) == ["classify", "draft"]
