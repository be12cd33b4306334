"""One message a second and channel, with a burst of three: a budget that all processes share."""

from dataclasses import dataclass

from bot.budget import SLACK, Account, Budgets, Limit


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits until a channel may have another message; Temporary where that would take more than 5 s, or nobody can say."""

    budgets: Budgets
    limit: Limit = SLACK

    async def wait(self, channel: str) -> None:
        await Account(self.budgets, f"slack:{channel}", self.limit).spend()
