"""One sentence alone: what a refused or failed form shows, and what answers a command."""

from blocks import ids, kit
from blocks.kit import Json, Message
from blocks.text import escape


def view(title: str, sentence: str) -> Json:
    return kit.modal(title, ids.NOTICE_VIEW, [kit.section(kit.plain(sentence))])


def message(sentence: str) -> Message:
    return kit.message(escape(sentence), kit.section(kit.plain(sentence)))
