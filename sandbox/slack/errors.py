"""The errors of the local Slack, in Slack's shapes."""

from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """An answer `{"ok": false, "error": code, ...}`; `sentence` is for people, `fields` join the JSON."""

    def __init__(self, code: str, sentence: str = "", status: int = 200, headers: dict[str, str] | None = None, **fields: Any) -> None:
        super().__init__(sentence or code)
        self.code = code
        self.sentence = sentence or code.replace("_", " ")
        self.status = status
        self.headers = headers or {}
        self.fields: Json = fields

    def body(self) -> Json:
        return {"ok": False, "error": self.code, **self.fields}


def invalid_arguments(*messages: str) -> SlackError:
    """Slack's answer to arguments it cannot use: every message becomes an `[ERROR]` line of `response_metadata`."""
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}" for message in messages]})


class CannotStart(Exception):
    """The server cannot start; the message is a sentence for the operator."""
