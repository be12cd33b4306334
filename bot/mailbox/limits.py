"""How much of a mail we are ready to read: what is beyond goes to a person, unread."""

from dataclasses import dataclass

MAX_BYTES = 25 * 1024 * 1024
MAX_PARTS = 200
MAX_DEPTH = 20
MAX_HEADER_LINE = 16 * 1024
MAX_HEADERS = 128 * 1024
MAX_ENCODED_WORDS = 200
MAX_ADDRESSES = 200
MAX_COMMENT_DEPTH = 20

MAX_PART_BYTES = 2 * 1024 * 1024
MAX_TEXT = 200_000
MAX_HTML_TAGS = 10_000
MAX_HTML_PARTS = 5
MAX_HTML_NAMES = 8_000
MAX_SUBJECT = 500
MAX_HEADER_VALUE = 500


@dataclass(eq=False)
class Exceeded(ValueError):
    """The mail is bigger or deeper than we read; `sentence` says which limit it met."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence
