"""Errors in the form in which Google's APIs give them."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


@dataclass(eq=False)
class GmailError(Exception):
    """One refused call; `retry_after` in seconds becomes the header of that name."""

    status: int
    reason: str
    message: str
    retry_after: int | None = None

    def body(self) -> Json:
        domain = "usageLimits" if "imitExceeded" in self.reason else "global"
        detail = {"message": self.message, "domain": domain, "reason": self.reason}
        status = STATUS.get(self.status, "UNKNOWN")
        return {"error": {"code": self.status, "message": self.message, "errors": [detail], "status": status}}

    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def not_found() -> GmailError:
    return GmailError(404, "notFound", "Requested entity was not found.")


def invalid(message: str) -> GmailError:
    return GmailError(400, "invalidArgument", message)
