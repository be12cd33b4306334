"""Which cards measure the reviewers: drawn by a keyed hash of the mail's id, before anybody looks."""

from dataclasses import replace

from pipeline.case import Route, Status, Triaged
from pipeline.email import Email
from pipeline.gate.sampling import doubled, seeded
from pipeline.gate.seeds import bad_drafts
from pipeline.gate.states import State
from pipeline.house import House


def checked(made: Triaged, email: Email, house: House, secret: bytes) -> Triaged:
    """The same, perhaps with a bad draft that the card shows first, or with a second person to be asked; never both.

    Only where the letter would have gone out by itself, were it allowed, and its intent has not lost the right.
    """
    seen, draft = made.classification, made.draft
    if made.status is not Status.REVIEW or seen is None or draft is None or draft.outline or not made.decision.gate_key:
        return made
    right = house.rights.by_intent.get(seen.intent)
    if made.decision.would_be is not Route.AUTO_SEND or (right is not None and right.state is State.DEMOTED):
        return made
    bad = {each.text: each for each in bad_drafts(draft)}
    shown = seeded(secret, email.message_id, list(bad))
    return replace(made, seeded=bad[shown]) if shown else replace(made, doubled=doubled(secret, email.message_id))
