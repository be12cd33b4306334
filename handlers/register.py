"""Puts every conversation's listeners on the app, the most particular first."""

from slack_bolt.async_app import AsyncApp

from handlers import backlog, chat, commands, digest, home, leftover, looking, policy, promote, review, why
from handlers.desk import Desk


def register(app: AsyncApp, desk: Desk) -> None:
    leftover.register_first(app, desk.seen)
    review.register(app, desk)
    why.register(app, desk)
    looking.register(app, desk)
    digest.register(app, desk)
    backlog.register(app, desk)
    promote.register(app, desk)
    home.register(app, desk)
    policy.register(app, desk)
    commands.register(app, desk)
    chat.register(app)
    leftover.register_last(app)
