"""What an answer of Slack means to us: try again, or tell somebody."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError

from pipeline.errors import Permanent, Temporary

PASSING = frozenset(
    {
        "accesslimited",
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "user_not_found_in_cache",
    }
)
"""Slack's words for "not now"."""

INVITE = "Invite the bot there with /invite @triage."
SENTENCES = {
    "account_inactive": "The bot's token was revoked. Install the app again and set SLACK_BOT_TOKEN.",
    "channel_not_found": f"Slack knows no channel {{place}}, or the bot may not see it. {INVITE}",
    "ekm_access_denied": "An administrator has suspended this app's access to messages.",
    "invalid_auth": "Slack does not accept the bot's token. Check SLACK_BOT_TOKEN.",
    "is_archived": "The channel {place} is archived. Name another in policies/people.json.",
    "missing_scope": "The app lacks a scope that {place} needs. Update it from app_manifest.yml and install it again.",
    "not_allowed_token_type": "SLACK_BOT_TOKEN must be a bot token (xoxb-...).",
    "not_authed": "No token was sent to Slack. Set SLACK_BOT_TOKEN.",
    "not_in_channel": f"The bot is not in the channel {{place}}. {INVITE}",
    "restricted_action": "The workspace does not allow the bot to post in {place}. Ask an administrator.",
    "token_expired": "The bot's token has expired. Install the app again and set SLACK_BOT_TOKEN.",
    "token_revoked": "The bot's token was revoked. Install the app again and set SLACK_BOT_TOKEN.",
}
GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found"})
"""The message cannot be changed any more: another takes its place."""


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn the SDK's errors into Temporary and Permanent; `place` is what the sentence names."""
    try:
        yield
    except SlackApiError as error:
        raise verdict(error, place) from error
    except (SlackClientError, ClientError, TimeoutError, OSError) as error:
        raise Temporary(f"Slack could not be reached for {place} ({type(error).__name__}).") from error


def verdict(error: SlackApiError, place: str) -> Temporary | Permanent:
    """Whether Slack's refusal can pass."""
    code, status = code_of(error), getattr(error.response, "status_code", 200)
    if status == 429 or code in PASSING:
        return Temporary(f"Slack asks us to slow down at {place}.", _retry_after(error))
    if status >= 500:
        return Temporary(f"Slack answered {status} for {place}.", _retry_after(error))
    known = SENTENCES.get(code)
    return Permanent(known.format(place=place) if known else f"Slack refused {place}: {code}{_details(error)}")


def code_of(error: SlackApiError) -> str:
    """Slack's own word for the error, "" where the answer was not one."""
    return str(error.response.get("error") or "") if hasattr(error.response, "get") else ""


def _retry_after(error: SlackApiError) -> timedelta | None:
    headers = {name.lower(): value for name, value in getattr(error.response, "headers", {}).items()}
    asked = str(headers.get("retry-after", ""))
    return timedelta(seconds=int(asked)) if asked.isdigit() else None


def _details(error: SlackApiError) -> str:
    said = (error.response.get("response_metadata") or {}).get("messages") or []
    return f" ({'; '.join(map(str, said[:3]))})" if said else ""
