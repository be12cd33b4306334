"""Google's errors as ours: what another try can help is Temporary, the rest is Permanent."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from googleapiclient.errors import Error as ClientError  # type: ignore[import-untyped]  # it ships no types
from googleapiclient.errors import HttpError
from httplib2 import HttpLib2Error  # type: ignore[import-untyped]  # it ships no types

from pipeline.errors import Permanent, Temporary

RATES = ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED")
DAILY = "dailyLimitExceeded"
NEXT_DAY = timedelta(hours=1)
MEND = timedelta(minutes=5)
LONGEST = timedelta(hours=1)
_UNTIL = re.compile(r"Retry after (\d{4}-\d\d-\d\dT[\d:.]+Z)")


class Missing(Permanent):
    """Gmail has no such message, draft, thread or history (any more)."""


@contextmanager
def translated(address: str) -> Iterator[None]:
    """Turn whatever a call raises into Missing, Permanent or Temporary, with a sentence that names the mailbox."""
    try:
        yield
    except HttpError as error:
        raise _refused(error, address) from error
    except RefreshError as error:
        if error.retryable:
            raise Temporary(f"Google gives no access token for {address} now.") from error
        raise Temporary(f"Google does not accept the credentials of {address} any more. Give it new ones.", MEND) from error
    except (TransportError, GoogleAuthError) as error:
        raise Temporary(f"Google gives no access token for {address} now ({type(error).__name__}).") from error
    except (OSError, HttpLib2Error, ClientError) as error:
        raise Temporary(f"Gmail did not answer for {address} ({type(error).__name__}).") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Temporary(f"Gmail answered something for {address} that is not its API's ({type(error).__name__}).") from error


def _refused(error: HttpError, address: str) -> Temporary | Permanent:
    status, reason = int(error.resp.status), _reason(error)
    if status == 404:
        return Missing(f"Gmail has no such thing in {address}.")
    if status == 401 or reason in ("insufficientPermissions", "accessNotConfigured"):
        return Temporary(f"Google does not let us into {address} ({reason or status}). Grant both scopes again, then it goes on.", MEND)
    if status == 429 or (status == 403 and reason in RATES):
        return Temporary(f"Gmail asks us to slow down for {address}.", _retry_after(error))
    if reason == DAILY:
        return Temporary(f"The day's quota of {address} is used up.", NEXT_DAY)
    if status >= 500 or status in (408, 409):
        return Temporary(f"Gmail failed for {address} (status {status}).", _retry_after(error))
    return Permanent(f"Gmail refused this for {address}: {error.reason or reason or status}")


def _reason(error: HttpError) -> str:
    """The machine-readable reason of the first error that Google names."""
    details = error.error_details
    first = details[0] if isinstance(details, list) and details else {}
    return str(first.get("reason", "")) if isinstance(first, dict) else ""


def _retry_after(error: HttpError) -> timedelta | None:
    """Google's own wish, as a header or, for the sending limit, as a time in the sentence; at most an hour."""
    header = str(error.resp.get("retry-after", ""))
    if header.isdigit():
        return min(timedelta(seconds=int(header)), LONGEST)
    if until := _UNTIL.search(str(error.reason)):
        return max(timedelta(0), min(datetime.fromisoformat(until[1]) - datetime.now(UTC), LONGEST))
    return None
