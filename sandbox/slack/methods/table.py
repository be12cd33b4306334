"""Every method of the Web API by name."""

from sandbox.slack.methods import (
    apps,
    bookmarks,
    channels,
    chat,
    conversations,
    files,
    pins,
    reactions,
    scheduled,
    usergroups,
    users,
    views,
)
from sandbox.slack.methods.call import Method

FAMILIES = (apps, bookmarks, channels, chat, conversations, files, pins, reactions, scheduled, usergroups, users, views)
METHODS: dict[str, Method] = {method.name: method for family in FAMILIES for method in family.METHODS}
