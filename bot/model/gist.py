"""What the local model reads of a mail: subject and newest text, in parts that fit the embedder."""

import re

HEAD, TAIL = 600, 500
"""Characters read from the start and, of longer mails, from the end: the question often stands there."""
_HELLO = (
    r"hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|guten (?:tag|morgen)|hallo|liebe[rs]?|sehr geehrte"
    r"|bonjour|salut|hola|buen[oa]s"
)
_GREETING = re.compile(rf"^\s*(?:{_HELLO})\b[^\n]{{0,60}}\n", re.IGNORECASE)


def gists(subject: str, text: str) -> list[str]:
    """Subject and newest text without greeting; of a long mail its start and its end; nothing of an empty one."""
    topic = re.sub(r"^(?:(?:re|aw|fwd?|wg|tr|sv)\s*:\s*)+", "", subject, flags=re.IGNORECASE).strip()
    body = " ".join(_GREETING.sub("", text).split())
    whole = ". ".join(part for part in (topic, body) if part)
    if len(whole) <= HEAD + TAIL // 5:
        return [whole] if whole else []
    return [whole[:HEAD], f"{topic}. {whole[-TAIL:]}"]
