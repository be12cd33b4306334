"""Several pieces of work at a time, their results in the order of the pieces."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")


async def ordered(pieces: Iterator[P], work: Callable[[P], Awaitable[R]], *, at_once: int) -> AsyncGenerator[R, None]:
    """The result for each piece. Pieces are fetched in a thread, as they come from the disk; left early, what is going is cancelled."""
    going: deque[asyncio.Task[R]] = deque()
    try:
        while True:
            while len(going) < at_once and (following := await asyncio.to_thread(_next, pieces)):
                going.append(asyncio.create_task(_run(work, following[0])))
            if not going:
                return
            yield await going.popleft()
    finally:
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)


async def _run(work: Callable[[P], Awaitable[R]], piece: P) -> R:
    return await work(piece)


def _next(pieces: Iterator[P]) -> tuple[P] | tuple[()]:
    for piece in pieces:
        return (piece,)
    return ()
