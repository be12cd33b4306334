"""The workspace: its people, channels and messages, in memory and in the storage."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.slack import ids
from sandbox.slack.clock import Clock
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.storage import Storage

SHELVES = ("scheduled", "file", "bookmark", "usergroup")


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids and tokens of the app, the same over restarts."""

    team_id: str
    app_id: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str


@dataclass(slots=True)
class Workspace:
    """Documents in Slack's vocabulary; whoever changes one calls the matching `save`."""

    storage: Storage
    identity: Identity
    team: Json
    users: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, dict[str, Json]] = field(default_factory=dict)
    threads: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    ephemerals: dict[str, list[Json]] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    reads: dict[tuple[str, str], str] = field(default_factory=dict)
    shelves: dict[str, dict[str, Json]] = field(default_factory=lambda: {kind: {} for kind in SHELVES})
    last_ts: float = 0.0
    clock: Clock = field(default_factory=Clock)

    def load(self) -> None:
        """Fills the memory from the storage."""
        self.users = self.storage.every("user")
        self.channels = self.storage.every("channel")
        self.homes = self.storage.every("home")
        self.shelves = {kind: self.storage.every(kind) for kind in SHELVES}
        self.reads = {_pair(key): str(body["ts"]) for key, body in self.storage.every("read").items()}
        for key, message in self.storage.every("message").items():
            self._remember(key.split("/")[0], message)

    def next_ts(self) -> str:
        """A message timestamp that no other message has, later than all before."""
        self.last_ts = max(self.clock.now(), self.last_ts + 0.000101)
        return f"{self.last_ts:.6f}"

    def user(self, user_id: str) -> Json:
        """The person or bot with this id; raises user_not_found."""
        if user_id not in self.users:
            raise SlackError("user_not_found", f"There is no user {user_id}.")
        return self.users[user_id]

    def channel(self, channel_id: str) -> Json:
        """The channel with this id; raises channel_not_found."""
        if channel_id not in self.channels:
            raise SlackError("channel_not_found", f"There is no channel {channel_id}.")
        return self.channels[channel_id]

    def message(self, channel_id: str, ts: str) -> Json:
        """The message; raises message_not_found."""
        found = self.messages.get(channel_id, {}).get(ts)
        if found is None:
            raise SlackError("message_not_found", f"There is no message {ts} in {channel_id}.")
        return found

    def top_level(self, channel_id: str) -> Iterator[Json]:
        """Messages outside threads, oldest first, with replies that were also sent to the channel."""
        for message in self.messages.get(channel_id, {}).values():
            if message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast":
                yield message

    def replies(self, channel_id: str, ts: str) -> list[Json]:
        return [self.messages[channel_id][reply] for reply in self.threads.get((channel_id, ts), ())]

    def direct(self, user_id: str) -> Json:
        """The conversation between the bot and this person, opened if need be."""
        self.user(user_id)
        bot = self.identity.bot_user_id
        found = next((c for c in self.channels.values() if c["is_im"] and c["user"] == user_id), None)
        return found or self.add_channel(ids.stable("D", self.identity.team_id, user_id), "", [user_id, bot], is_im=True, user=user_id)

    def add_channel(self, channel_id: str, name: str, members: list[str], **fields: object) -> Json:
        channel: Json = {
            "id": channel_id, "name": name, "topic": "", "purpose": "", "is_im": False, "is_private": False, "is_ext_shared": False,
            "is_archived": False, "members": members, "creator": members[0] if members else "", "created": int(self.clock.now()), **fields,
        }  # fmt: skip
        self.save_channel(channel)
        return channel

    def save_user(self, user: Json) -> None:
        self.users[user["id"]] = user
        self.storage.put("user", user["id"], user)

    def save_channel(self, channel: Json) -> None:
        self.channels[channel["id"]] = channel
        self.storage.put("channel", channel["id"], channel)

    def save_message(self, channel_id: str, message: Json) -> None:
        self._remember(channel_id, message)
        self.storage.put("message", f"{channel_id}/{message['ts']}", message)

    def shelf(self, kind: str) -> dict[str, Json]:
        """The documents of one of the kinds that nothing else is linked to, by id."""
        return self.shelves[kind]

    def keep(self, kind: str, document: Json) -> Json:
        self.shelves[kind][document["id"]] = document
        self.storage.put(kind, document["id"], document)
        return document

    def drop(self, kind: str, key: str) -> None:
        del self.shelves[kind][key]
        self.storage.delete(kind, key)

    def save_home(self, user_id: str, view: Json) -> None:
        self.homes[user_id] = view
        self.storage.put("home", user_id, view)

    def save_read(self, user_id: str, channel_id: str, ts: str) -> None:
        self.reads[user_id, channel_id] = ts
        self.storage.put("read", f"{user_id}/{channel_id}", {"ts": ts})

    def forget_message(self, channel_id: str, message: Json) -> None:
        ts = message["ts"]
        del self.messages[channel_id][ts]
        self.storage.delete("message", f"{channel_id}/{ts}")
        parent = str(message.get("thread_ts", ts))
        if parent != ts:
            self.threads[channel_id, parent].remove(ts)

    def _remember(self, channel_id: str, message: Json) -> None:
        ts, parent = str(message["ts"]), str(message.get("thread_ts", message["ts"]))
        known = self.messages.setdefault(channel_id, {})
        if ts not in known and parent != ts:
            self.threads.setdefault((channel_id, parent), []).append(ts)
        known[ts] = message
        self.last_ts = max(self.last_ts, float(ts))


def _pair(key: str) -> tuple[str, str]:
    user_id, _, channel_id = key.partition("/")
    return user_id, channel_id
