"""The outbox: the only place that changes the world, by performing the effects that were written down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from bot.crew import DRAIN, POLL, crew
from bot.forwarding import Forwarder
from bot.leases import LEASE, keeping, wait_before
from bot.releasing import Releaser
from bot.sending import Sender
from bot.store.bell import Bell
from bot.store.cards import Cards
from bot.store.cases import PostgresCases
from bot.store.digests import Digests
from bot.store.effects import MOST_CRASHES, EffectQueue, Errand, LeaseLost
from pipeline.case import Case
from pipeline.effects import (
    EFFECT_TYPES,
    Announce,
    EffectType,
    Forward,
    Notify,
    PostCard,
    PostDigest,
    Release,
    SecondLook,
    SendReply,
    UpdateCard,
    UpdateDigest,
)
from pipeline.errors import Permanent, Temporary
from pipeline.ports import Board, Place, Placed

log = logging.getLogger(__name__)

PATIENCE = timedelta(hours=23)
"""A reply that could not be sent for so long is given back to a person."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """`concurrency` effects of these `types` at once, each lane in order.

    What fails for a time is tried again for ever, a reply for `patience`. Posting is paced by Slack's limits, so those who wait for an
    answer to their click get an outbox of their own.
    """

    effects: EffectQueue
    bell: Bell
    cases: PostgresCases
    cards: Cards
    digests: Digests
    board: Board
    sender: Sender
    forwarder: Forwarder
    releaser: Releaser
    types: tuple[EffectType, ...] = EFFECT_TYPES
    concurrency: int = 4
    lease: timedelta = LEASE
    drain: float = DRAIN
    poll: float = POLL
    patience: timedelta = PATIENCE

    async def run(self, stop: asyncio.Event) -> None:
        """Perform until `stop` is set, then finish what was claimed within `drain` seconds and release the rest."""
        await crew(self.step, self.bell, stop, hands=self.concurrency, poll=self.poll, drain=self.drain)

    async def step(self) -> bool:
        """Claim and perform one effect; False where there was none. No effect can stop the loop."""
        try:
            errand = await self.effects.claim(self.lease, self.types)
            if errand is None:
                return False
            await self._attempt(errand)
        except LeaseLost:
            log.warning("An effect was taken over by another process; nothing was written.")
        except Temporary as unreachable:
            log.warning("%s", unreachable)
            return False
        except Exception:
            log.exception("The outbox met an error it does not know.")
            return False
        return True

    async def _attempt(self, errand: Errand) -> None:
        try:
            await keeping(lambda: self.effects.extend(errand, self.lease), self.lease, self._perform(errand))
        except asyncio.CancelledError:
            await asyncio.shield(self.effects.release(errand))
            raise
        except LeaseLost:
            raise
        except Temporary as later:
            await self._again(errand, later)
        except Permanent as never:
            await self._give_up(errand, never.sentence)
        except Exception as unknown:
            log.exception("Effect %s could not be performed (attempt %s).", errand.effect.key, errand.attempt)
            await self.effects.retry(errand, type(unknown).__name__, wait_before(errand.attempt), answered=False)

    async def _perform(self, errand: Errand) -> None:
        if errand.crashes > MOST_CRASHES:
            await self._give_up(errand, f"Performing this failed {MOST_CRASHES} times in a row in a way nobody foresaw. The log says how.")
            return
        match errand.effect:
            case SendReply() as send:
                await self.sender.perform(errand, send)
            case Release() as release:
                await self.releaser.perform(errand, release)
            case Forward() as forward:
                await self.forwarder.perform(errand, forward)
            case PostCard() | UpdateCard() as show:
                await self._show(errand, show)
            case Notify() as notify:
                await self._say(errand, notify)
            case SecondLook() as look:
                await self._ask(errand, look)
            case Announce() as news:
                await self.board.announce(news.mailbox, news.key, news.text, again=errand.attempt > 1)
                await self.effects.done(errand)
            case PostDigest() | UpdateDigest() as listed:
                await self._list(errand, listed)
            case _ as never:
                assert_never(never)

    async def _show(self, errand: Errand, effect: PostCard | UpdateCard) -> None:
        async def draw(case: Case) -> None:
            if isinstance(effect, PostCard) or not await self.cards.shelved(case.id):
                await self._draw(errand, case)

        await self._on_board(errand, effect, draw)

    async def _say(self, errand: Errand, effect: Notify) -> None:
        async def say(case: Case) -> None:
            if await self.cards.shelved(case.id):
                await self._draw(errand, case)
            placed = await self.cards.placed(case.id)
            await self.board.say(case, placed, effect.key, effect.text, loud=effect.loud, again=errand.attempt > 1)

        await self._on_board(errand, effect, say)

    async def _ask(self, errand: Errand, effect: SecondLook) -> None:
        async def ask(case: Case) -> None:
            await self.board.ask_second(case, await self.cases.first_text(case.id), effect.key, again=errand.attempt > 1)

        await self._on_board(errand, effect, ask)

    async def _draw(self, errand: Errand, case: Case) -> None:
        placed = await self.cards.placed(case.id)
        await self.board.show(case, placed, again=errand.attempt > 1, remember=self._remember(errand))

    async def _on_board(
        self, errand: Errand, effect: PostCard | UpdateCard | Notify | SecondLook, act: Callable[[Case], Awaitable[None]]
    ) -> None:
        case = await self.cases.load(effect.case)
        if case is not None:
            await act(case)
        await self.effects.done(errand, "" if case is not None else "there is no such case any more")

    async def _list(self, errand: Errand, effect: PostDigest | UpdateDigest) -> None:
        number = effect.digest if isinstance(effect, PostDigest) else await self.digests.listing(effect.case)
        digest = await self.digests.load(number) if number is not None else None
        if digest is None:
            await self.effects.done(errand, "there is no such digest")
            return

        async def remember(page: int, place: Place) -> None:
            await self.digests.remember(errand, digest.id, page, place)

        placed = await self.digests.placed(digest.id)
        await self.board.show_digest(digest, placed, again=errand.attempt > 1, remember=remember)
        await self.effects.done(errand)

    def _remember(self, errand: Errand) -> Callable[[Placed], Awaitable[None]]:
        async def remember(placed: Placed) -> None:
            await self.cards.remember(errand, placed)

        return remember

    async def _again(self, errand: Errand, later: Temporary) -> None:
        if isinstance(errand.effect, SendReply | Forward) and errand.now - errand.created_at > self.patience:
            await self._give_up(errand, f"It could not be sent for {self.patience.total_seconds() / 3600:.0f} hours: {later}")
            return
        wait = later.retry_after if later.retry_after is not None else wait_before(errand.attempt)
        await self.effects.retry(errand, later.sentence, wait, answered=True)

    async def _give_up(self, errand: Errand, sentence: str) -> None:
        log.error("Effect %s is given up: %s", errand.effect.key, sentence)
        match errand.effect:
            case SendReply() as send:
                await self.sender.give_up(errand, send, sentence)
            case Release() as release:
                await self.releaser.give_up(errand, release, sentence)
            case Forward() as forward:
                await self.forwarder.give_up(errand, forward, sentence)
            case PostCard() | UpdateCard() | Notify() | SecondLook() | Announce() | PostDigest() | UpdateDigest():
                await self.effects.bury(errand, sentence)
            case _ as never:
                assert_never(never)
