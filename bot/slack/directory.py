"""Who people and channels are, as Slack says: the Directory port."""

from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import code_of, translated
from bot.slack.remembered import Remembered
from pipeline.case import PersonId
from pipeline.people import Kind, Person

SECONDS = 60.0
"""A person removed from the workspace may act for at most so long."""

Json = dict[str, Any]
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class SlackDirectory:
    """Implements pipeline.ports.Directory; `seconds` is how long an answer of Slack is believed."""

    client: AsyncWebClient
    seconds: float = SECONDS
    _people: Remembered[Person] = field(init=False)
    _shared: Remembered[bool] = field(init=False)
    _home: Remembered[Json] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_people", Remembered(self.seconds))
        object.__setattr__(self, "_shared", Remembered(self.seconds))
        object.__setattr__(self, "_home", Remembered(self.seconds))

    async def person(self, person: PersonId) -> Person:
        """Somebody whom Slack does not know is a stranger. Temporary where Slack cannot be asked."""
        return await self._people.get(person, lambda: self._ask_person(person))

    async def channel_is_shared(self, channel: str) -> bool:
        """Whether people of another organisation can see the channel, or are about to. Temporary where Slack cannot be asked."""
        return await self._shared.get(channel, lambda: self._ask_channel(channel))

    async def _ask_person(self, person: PersonId) -> Person:
        home = await self._home.get("", self._ask_home)
        with translated("users.info"):
            try:
                user: Json = (await self.client.users_info(user=person))["user"]
            except SlackApiError as error:
                if code_of(error) in ("user_not_found", "user_not_visible"):
                    return Person(person, "", "", "stranger")
                raise
        return read_person(user, home)

    async def _ask_channel(self, channel: str) -> bool:
        with translated("conversations.info"):
            found: Json = (await self.client.conversations_info(channel=channel))["channel"]
        return any(found.get(mark) for mark in ("is_ext_shared", "is_pending_ext_shared", "pending_connected_team_ids"))

    async def _ask_home(self) -> Json:
        with translated("auth.test"):
            answer = await self.client.auth_test()
        return {"team": answer.get("team_id"), "enterprise": answer.get("enterprise_id")}


def read_person(user: Json, home: Json) -> Person:
    """A person from Slack's user object; `home` is our own team and enterprise."""
    profile: Json = user.get("profile") or {}
    names = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"))
    name = next((str(each) for each in names if each), "")
    return Person(PersonId(user["id"]), name, str(profile.get("email") or "").strip().lower(), _kind(user, home))


def _kind(user: Json, home: Json) -> Kind:
    if user.get("deleted"):
        return "deleted"
    if user.get("is_bot") or user["id"] == SLACKBOT:
        return "bot"
    if user.get("is_stranger") or _foreign(user, home):
        return "stranger"
    return "guest" if user.get("is_restricted") or user.get("is_ultra_restricted") else "member"


def _foreign(user: Json, home: Json) -> bool:
    enterprise = (user.get("enterprise_user") or {}).get("enterprise_id")
    same_enterprise = enterprise is not None and enterprise == home["enterprise"]
    return user.get("team_id") is not None and user["team_id"] != home["team"] and not same_enterprise
