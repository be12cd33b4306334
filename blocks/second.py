"""The second look: another person judges the same draft, and the message does not say what the first one thought."""

from blocks import ids, kit
from blocks.kit import Message
from blocks.text import clip_lines, escape, foreign, one_line, visible
from pipeline.case import Case

RULE = "Somebody has judged this draft already. Please judge it without looking at the card: your verdict shows how many errors we miss."


def message(case: Case, drafted: str) -> Message:
    """The mail, the draft as it was first made, and two buttons. Nothing is sent by either."""
    told = f"A second look, please: would this have been a right answer to “{one_line(case.email.subject, 100) or '(no subject)'}”?"
    value = ids.write(ids.Ref(case.id, case.revision))
    body = kit.rich_text(
        kit.line(kit.run("The mail", bold=True)),
        kit.quote(clip_lines(foreign(case.email.reply) or foreign(case.email.text), 2000, 30) or "(no text)"),
        kit.line(kit.run("The draft", bold=True)),
        kit.quote(clip_lines(visible(drafted), 4000, 60) or "(no text)"),
    )
    buttons = kit.actions(kit.button("Right", ids.SECOND_RIGHT, value), kit.button("Wrong", ids.SECOND_WRONG, value))
    return kit.message(escape(told), kit.section(kit.plain(told)), body, kit.context(kit.plain(RULE)), buttons)


def thanked(by: str) -> Message:
    """What stands there afterwards."""
    told = f"{by} took a second look. Thank you."
    return kit.message(escape(told), kit.context(kit.plain(told)))
