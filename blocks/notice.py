"""One sentence in a window: what a refused or failed form shows."""

from blocks import ids, kit
from blocks.kit import Json


def view(title: str, sentence: str) -> Json:
    return kit.modal(title, ids.NOTICE_VIEW, [kit.section(kit.plain(sentence))])
