"""The digest: what was filed without a card, and each spam with a button to take it back."""

from collections.abc import Iterator

from blocks import ids, kit
from blocks.ids import Ref
from blocks.kit import Json, Message
from blocks.text import count, escape, one_line
from pipeline.case import Status
from pipeline.digest import Digest, Filed

KINDS = {
    "auto_reply": ("automatic reply", "automatic replies"),
    "bounce": ("bounce", "bounces"),
    "challenge": ("challenge", "challenges"),
    "delay": ("delay warning", "delay warnings"),
    "duplicate": ("duplicate", "duplicates"),
    "feedback_report": ("complaint report", "complaint reports"),
    "list": ("list post", "list posts"),
    "newsletter": ("newsletter", "newsletters"),
    "own": ("mail of our own", "mails of our own"),
    "spam": ("spam", "spam"),
}
OTHER = ("other mail", "other mails")
SENDER, SUBJECT, WHY = 80, 120, 160


def message(digest: Digest, page: int) -> Message:
    """One page; page 0 says how many there were of each kind."""
    listed = [block for mail in digest.pages[page] for block in _mail(mail)]
    if page:
        return kit.message(f"More spam of {escape(digest.mailbox)}", *listed)
    text = summary(digest)
    hint = [kit.context(kit.plain("Each of these was taken for spam. One click puts a mistake right, and the mail gets its card."))]
    return kit.message(escape(text), kit.section(kit.plain(text)), *(hint if listed else ()), *listed)


def summary(digest: Digest) -> str:
    """ "12 mails to support@... were filed without a card: 7 newsletters, 3 spam, 2 bounces." """
    kinds = ", ".join(count(number, *KINDS.get(kind, OTHER)) for kind, number in digest.kinds)
    were = "was" if len(digest.mails) == 1 else "were"
    return f"{count(len(digest.mails), 'mail')} to {digest.mailbox} {were} filed without a card: {kinds}."


def _mail(mail: Filed) -> Iterator[Json]:
    """Sender and subject as they are, the reason, and the button; once taken back, who did it."""
    said = f"{one_line(mail.sender, SENDER) or '(no sender)'}\n{one_line(mail.subject, SUBJECT) or '(no subject)'}"
    why = f"{one_line(mail.cleared_by, SENDER)} said that this is not spam." if mail.cleared_by else one_line(mail.why, WHY)
    undo = None
    if mail.status is Status.IGNORED and not mail.cleared_by:
        undo = kit.button("Not spam", ids.NOT_SPAM, ids.write(Ref(mail.case, mail.revision)))
    yield kit.section(kit.plain(said), undo)
    yield kit.context(kit.plain(why))
