"""One mail on its way through the flow: what is known of it so far, and what follows from that."""

from dataclasses import dataclass

from pipeline.case import CaseId, Classification, Context, Decision, Draft, Finding, Reason, Route
from pipeline.email import Email, MailboxId, Shareable
from pipeline.house import House
from pipeline.policy.evaluate import Signals
from pipeline.prompt import Prompt, Role
from pipeline.stages import paraphrase, summary
from pipeline.stages.draft import Unfilled, draft
from pipeline.stages.redact import shareable
from pipeline.stages.route import route
from pipeline.voice import Refusal


@dataclass(frozen=True, slots=True)
class Matter:
    """`said` is what its wording says; `shown` what language models may see of it, None until one is to be asked."""

    email: Email
    mailbox: MailboxId
    classification: Classification
    context: Context
    house: House
    number: CaseId | None
    cautions: tuple[Reason, ...]
    said: Signals
    shown: Shareable | None = None

    def route(self, findings: tuple[Finding, ...] = ()) -> Decision:
        return route(self.email, self.mailbox, self.classification, self.context, self.house, self.cautions, findings)

    def write(self, decision: Decision) -> tuple[Draft | None, tuple[Finding, ...]]:
        """The letter or outline that the decision asks for; where there is none, a finding says why."""
        try:
            return draft(self.email, self.classification, self.context, decision, self.house, self.number), ()
        except Unfilled as error:
            return None, (Finding("unfilled", f"The template {error.template} has nothing to say for {error.slot}.", Route.HUMAN),)
        except Refusal as error:
            return None, (Finding("unrendered", f"The template {decision.template} cannot be rendered: {error.why}.", Route.HUMAN),)

    async def show(self) -> Shareable:
        """What language models may see. Raises Temporary where that cannot be made."""
        return self.shown or await shareable(self.email, self.mailbox, self.house, self.said)

    def rewording(self) -> Prompt | None:
        """What a language model would be asked about the letter that follows from what is known; None where there is no such letter.

        Raises Refusal where the prompt cannot be rendered.
        """
        decision = self.route()
        if decision.route is Route.HUMAN or self.shown is None:
            return None
        letter, _ = self.write(decision)
        if letter is None or letter.outline:
            return None
        return paraphrase.ask(letter, self.shown, self.house, self.email.sender.address, self.writer())

    def writer(self) -> Role:
        """Who rewords the letter: of a long mail, and of one that asks for several things, the better model where there is one."""
        hard = bool(self.classification.also) or len(self.email.reply) >= summary.LONG
        return "draft_complex" if hard and "draft_complex" in self.house.language_models else "draft"

    def wants_summary(self) -> bool:
        """Whether a person who answers would be glad of one line about the mail. After a model failed, none is asked for that."""
        failed = any(caution.speaker == "model" for caution in self.cautions)
        return not failed and summary.wanted(self.email, self.classification, self.context, self.house)

    def in_short(self) -> Prompt | None:
        """What a language model would be asked for that line; None where it is not. Raises Refusal where the prompt cannot be rendered."""
        if self.shown is None or not self.wants_summary():
            return None
        return summary.ask(self.shown, self.house, self.email.sender.address)
