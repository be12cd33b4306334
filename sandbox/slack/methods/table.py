"""Every method of the Web API by name."""

from sandbox.slack.methods import apps, chat, conversations, reactions, users, views
from sandbox.slack.methods.call import Method

FAMILIES = (apps.METHODS, chat.METHODS, conversations.METHODS, users.METHODS, views.METHODS, reactions.METHODS)
METHODS: dict[str, Method] = {method.name: method for family in FAMILIES for method in family}
