"""The errors that Slack documents for its methods, one row each."""

from dataclasses import dataclass

from tests.sandbox.slack.conformance.rules import Rule
from tests.sandbox.slack.kit import Json, home, modal, plain, section

HERE = {"channel": "#support-inbox"}
LATE = "1700000000.000000"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call and its error: "#name" stands for a channel, "@name" for a person, "$bot" and "$theirs" for a bot's and a person's message."""

    method: str
    args: Json
    error: str
    says: str

    @property
    def rule(self) -> Rule:
        return Rule(f"reference/methods/{self.method}#errors", f"{self.error}: {self.says}")


MESSAGES = (
    Refusal("chat.postMessage", {"channel": "C000", "text": "x"}, "channel_not_found", "the channel is unknown"),
    Refusal("chat.postMessage", {"channel": "#founders", "text": "x"}, "channel_not_found", "a private channel without the bot is unknown"),
    Refusal("chat.postMessage", {"channel": "#general", "text": "x"}, "not_in_channel", "the bot is no member of the channel"),
    Refusal("chat.postMessage", HERE, "no_text", "no message text provided"),
    Refusal("chat.postMessage", {**HERE, "text": "x", "blocks": "{"}, "invalid_blocks_format", "blocks is no valid JSON array"),
    Refusal("chat.postMessage", {**HERE, "text": "x", "blocks": [{"type": "x"}]}, "invalid_blocks", "a block is none that Slack knows"),
    Refusal(
        "chat.postMessage", {**HERE, "blocks": [section("x" * 2900)] * 5}, "msg_blocks_too_long", "the blocks hold too many characters"
    ),
    Refusal("chat.postMessage", {**HERE, "text": "x", "thread_ts": "soon"}, "invalid_thread_ts", "thread_ts is no timestamp"),
    Refusal("chat.postMessage", {**HERE, "text": "x", "metadata": {"event_type": "e"}}, "invalid_metadata_format", "no event_payload"),
    Refusal("chat.postMessage", {**HERE, "text": "x", "attachments": [{"text": "a"}] * 101}, "too_many_attachments", "100 at most"),
    Refusal("chat.postEphemeral", {**HERE, "text": "x", "user": "@gus"}, "user_not_in_channel", "the person cannot see the channel"),
    Refusal("chat.postEphemeral", {**HERE, "text": "x"}, "invalid_arguments", "user is required"),
    Refusal("chat.update", {**HERE, "ts": LATE, "text": "x"}, "message_not_found", "no message has this timestamp"),
    Refusal("chat.update", {**HERE, "ts": "$theirs", "text": "x"}, "cant_update_message", "another author's message"),
    Refusal("chat.update", {**HERE, "ts": "$bot", "text": "x" * 4001}, "msg_too_long", "the text is too long for an update"),
    Refusal("chat.update", {**HERE, "ts": "$bot"}, "no_text", "nothing to change"),
    Refusal("chat.delete", {**HERE, "ts": "$theirs"}, "cant_delete_message", "another author's message"),
    Refusal("chat.delete", {**HERE, "ts": LATE}, "message_not_found", "no message has this timestamp"),
    Refusal("chat.getPermalink", {**HERE, "message_ts": LATE}, "message_not_found", "no message has this timestamp"),
    Refusal("chat.scheduleMessage", {**HERE, "text": "x", "post_at": 1_700_000_000}, "time_in_past", "post_at has passed"),
    Refusal("chat.scheduleMessage", {**HERE, "text": "x", "post_at": 4_000_000_000}, "time_too_far", "post_at is over 120 days away"),
    Refusal("chat.scheduleMessage", {**HERE, "text": "x", "post_at": "noon"}, "invalid_time", "post_at is no epoch time"),
    Refusal("chat.deleteScheduledMessage", {**HERE, "scheduled_message_id": "Q0"}, "invalid_scheduled_message_id", "unknown id"),
)
CONVERSATIONS = (
    Refusal("conversations.info", {"channel": "C000"}, "channel_not_found", "the channel is unknown"),
    Refusal("conversations.history", {"channel": "#general"}, "not_in_channel", "the bot is no member of the channel"),
    Refusal("conversations.history", {**HERE, "cursor": "dGhpcyBpcyBub3Q="}, "invalid_cursor", "the cursor is none of Slack's"),
    Refusal("conversations.history", {**HERE, "limit": "many"}, "invalid_limit", "limit is no number"),
    Refusal("conversations.replies", {**HERE, "ts": LATE}, "thread_not_found", "no thread has this timestamp"),
    Refusal("conversations.list", {"types": "secret_channel"}, "invalid_types", "the type is unknown"),
    Refusal("conversations.create", {"name": ""}, "invalid_name_required", "a name is needed"),
    Refusal("conversations.create", {"name": "a" * 81}, "invalid_name_maxlength", "80 characters at most"),
    Refusal("conversations.create", {"name": "Big Deals"}, "invalid_name_specials", "lower case, no spaces"),
    Refusal("conversations.create", {"name": "general"}, "name_taken", "another channel has the name"),
    Refusal("conversations.invite", HERE, "no_user", "nobody to invite"),
    Refusal("conversations.invite", {**HERE, "users": "U000"}, "user_not_found", "the person is unknown"),
    Refusal("conversations.invite", {**HERE, "users": "@ana"}, "already_in_channel", "the person is a member"),
    Refusal("conversations.invite", {**HERE, "users": "@triage"}, "cant_invite_self", "the bot cannot invite itself"),
    Refusal("conversations.invite", {"channel": "#general", "users": "@ana"}, "not_in_channel", "only members invite"),
    Refusal("conversations.kick", {**HERE, "user": "@triage"}, "cant_kick_self", "the bot cannot remove itself"),
    Refusal("conversations.kick", {**HERE, "user": "@gus"}, "not_in_channel", "the person is no member"),
    Refusal("conversations.setTopic", {**HERE, "topic": "x" * 251}, "too_long", "250 characters at most"),
    Refusal("conversations.archive", {"channel": "#general"}, "cant_archive_general", "the general channel stays"),
    Refusal("conversations.unarchive", HERE, "not_archived", "the channel is in use"),
    Refusal("conversations.mark", {**HERE, "ts": LATE}, "invalid_timestamp", "no message has this timestamp"),
    Refusal("conversations.join", {"channel": "#ana"}, "method_not_supported_for_channel_type", "a direct conversation"),
    Refusal("conversations.open", {}, "users_list_not_supplied", "nobody named"),
    Refusal("conversations.open", {"users": "@lena"}, "user_disabled", "the account is deactivated"),
)
THINGS = (
    Refusal("reactions.add", {**HERE, "timestamp": "$bot", "name": "not an emoji"}, "invalid_name", "no emoji has this name"),
    Refusal("reactions.add", {**HERE, "timestamp": LATE, "name": "eyes"}, "message_not_found", "no message has this timestamp"),
    Refusal("reactions.remove", {**HERE, "timestamp": "$bot", "name": "eyes"}, "no_reaction", "the reaction was not there"),
    Refusal("pins.add", {**HERE, "timestamp": LATE}, "message_not_found", "no message has this timestamp"),
    Refusal("pins.remove", {**HERE, "timestamp": "$bot"}, "no_pin", "the message is not pinned"),
    Refusal("bookmarks.add", {"channel_id": "#support-inbox", "title": "x", "type": "note"}, "invalid_bookmark_type", "only links"),
    Refusal("bookmarks.add", {"channel_id": "#support-inbox", "title": "x", "type": "link", "link": "x"}, "invalid_link", "no address"),
    Refusal("bookmarks.remove", {"channel_id": "#support-inbox", "bookmark_id": "Bk0"}, "not_found", "no such bookmark"),
    Refusal("usergroups.users.list", {"usergroup": "S000"}, "no_such_subteam", "no such group"),
    Refusal("users.info", {"user": "U000"}, "user_not_found", "the person is unknown"),
    Refusal("users.lookupByEmail", {"email": "x@y.example"}, "users_not_found", "nobody has this address"),
    Refusal("bots.info", {"bot": "B000"}, "bot_not_found", "the bot is unknown"),
    Refusal("files.info", {"file": "F000"}, "file_not_found", "the file is unknown"),
    Refusal("files.completeUploadExternal", {"files": '[{"id": "F000"}]'}, "file_not_found", "the file was not announced"),
    Refusal("files.getUploadURLExternal", {"filename": "a.png", "length": 0}, "invalid_arguments", "a file has bytes"),
)
VIEWS = (
    Refusal("views.open", {"trigger_id": "1.2.3", "view": modal(section("x"))}, "invalid_trigger_id", "the trigger is none of Slack's"),
    Refusal("views.open", {"trigger_id": "1.2.3"}, "invalid_arguments", "view is required"),
    Refusal("views.open", {"trigger_id": "1.2.3", "view": home(section("x"))}, "invalid_arguments", "only modals are opened"),
    Refusal("views.open", {"trigger_id": "1.2", "view": modal(title=plain("x" * 25))}, "invalid_arguments", "24 characters of title"),
    Refusal("views.update", {"view_id": "V000", "view": modal(section("x"))}, "not_found", "the view is not open"),
    Refusal("views.update", {"view": modal(section("x"))}, "invalid_arguments", "view_id or external_id is required"),
    Refusal("views.update", {"view_id": "V0", "external_id": "e", "view": modal(section("x"))}, "invalid_arguments", "one of them"),
    Refusal("views.publish", {"user_id": "U000", "view": home(section("x"))}, "user_not_found", "the person is unknown"),
    Refusal("views.publish", {"user_id": "@ana", "view": modal(section("x"))}, "invalid_arguments", "only Home tabs are published"),
)
FRAME = (
    Refusal("api.test", {"error": "my_error"}, "my_error", "the error that was asked for"),
    Refusal("chat.postPostcard", {}, "unknown_method", "there is no such method"),
    Refusal("apps.connections.open", {}, "not_allowed_token_type", "it takes an app-level token"),
    Refusal("blocks.validate", {}, "invalid_arguments", "one of blocks, message and view"),
)
REFUSALS = (*MESSAGES, *CONVERSATIONS, *THINGS, *VIEWS, *FRAME)
