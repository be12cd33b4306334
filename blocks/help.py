"""What `/triage` alone says, and the one sentence for those who write to the bot as to a person."""

from blocks import kit
from blocks.kit import Message
from blocks.text import escape

HINT = (
    "I work on mail: every mail has a card in its inbox's channel, my Home tab lists what waits for you, and /triage shows what I can do."
)


def message(unknown: str = "") -> Message:
    """The help; `unknown` is the word after /triage that means nothing here."""
    told = (
        f"I do not know “{unknown}”. Here is what I can do."
        if unknown
        else "I sort the mail of your shared inboxes and draft the replies; you decide what is sent."
    )
    how = kit.rich_text(
        kit.line(kit.run("In a card's thread", bold=True)),
        kit.bullets(
            kit.line(kit.run("Approve & send", bold=True), kit.run(" sends the draft exactly as it is shown.")),
            kit.line(kit.run("Edit", bold=True), kit.run(" opens the whole draft. Saving does not send it.")),
            kit.line(kit.run("Reject", bold=True), kit.run(" drops the draft and asks you why.")),
            kit.line(kit.run("Take over", bold=True), kit.run(" is for answering from the mailbox yourself; I keep my hands off.")),
            kit.line(kit.run("Hold", bold=True), kit.run(" stops an answer that would go out by itself, and leaves it to you.")),
        ),
        kit.line(kit.run("Anywhere", bold=True)),
        kit.bullets(
            kit.line(kit.run("/triage stats", code=True), kit.run(" shows what came in and what became of it.")),
            kit.line(kit.run("/triage pause", code=True), kit.run(" and a reason: nothing goes out by itself any more.")),
            kit.line(kit.run("/triage resume", code=True), kit.run(" ends the pause.")),
            kit.line(kit.run("/triage promote", code=True), kit.run(" shows what each kind of answer has earned, and promotes it.")),
            kit.line(kit.run("/triage policy", code=True), kit.run(" shows the rules, changes one, and goes back to an older version.")),
            kit.line(kit.run("/triage", code=True), kit.run(" shows this.")),
            kit.line(kit.run("My Home tab lists what waits for you.")),
        ),
    )
    return kit.message(
        escape(told),
        kit.section(kit.plain(told)),
        how,
        kit.context(kit.plain("What you write in a thread stays in Slack: it never reaches the customer.")),
    )
