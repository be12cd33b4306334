"""What people type in the page, as Slack stores it: escaped, with mentions and links."""

import re

from sandbox.slack.workspace import Workspace

KEPT = re.compile(r"<(?:[@#!][^<>\s]+|(?:https?|mailto):[^<>\s]+(?:\|[^<>]*)?)>")
MENTION = re.compile(r"(?<![\w@<])@([\w.-]+\w)")
CHANNEL = re.compile(r"(?<![\w#<&])#([\w-]+)")
LINK = re.compile(r"(?<![<|\w])https?://[^\s<>]+[^\s<>.,;:!?)]")


def stored(workspace: Workspace, typed: str) -> str:
    """The text with `&<>` escaped, and @name, #channel and addresses as Slack's references."""
    pieces, end = [], 0
    for match in KEPT.finditer(typed):
        pieces += [_linked(workspace, typed[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*pieces, _linked(workspace, typed[end:])])


def _linked(workspace: Workspace, text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    people = {name.lower(): user["id"] for user in workspace.users.values() for name in (user["display_name"], user["name"])}
    channels = {channel["name"]: channel["id"] for channel in workspace.channels.values() if channel["name"]}
    words = {"here": "<!here>", "channel": "<!channel>", "everyone": "<!everyone>"}

    def mention(match: re.Match[str]) -> str:
        name = match[1].lower()
        return f"<@{people[name]}>" if name in people else words.get(name, match[0])

    def channel(match: re.Match[str]) -> str:
        return f"<#{channels[match[1]]}>" if match[1] in channels else match[0]

    return CHANNEL.sub(channel, MENTION.sub(mention, LINK.sub(lambda match: f"<{match[0]}>", escaped)))
