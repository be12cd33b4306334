"""CPU milliseconds by stage: timers around functions of the product, which exist only while the benchmark runs."""

import asyncio
import inspect
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

REST = "event loop, sockets, tasks"


@dataclass(slots=True)
class Stages:
    """Thread time by stage, each without the stages inside it; a task's step is never interrupted, so tasks in turns are told apart."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _open: list[str] = field(default_factory=lambda: [REST])
    _since: float = field(default_factory=time.thread_time)

    def enter(self, stage: str) -> None:
        self._charge()
        self._open.append(stage)

    def leave(self) -> None:
        self._charge()
        self._open.pop()

    def taken(self) -> dict[str, float]:
        """Seconds by stage since the last call."""
        self._charge()
        taken, self.seconds = dict(self.seconds), defaultdict(float)
        return taken

    def around(self, owner: Any, name: str, stage: str) -> None:
        """Time the function or method that `owner` calls so, from now on."""
        setattr(owner, name, self.timed(getattr(owner, name), stage))

    def timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @wraps(function)
        def plain(*args: Any, **named: Any) -> Any:
            self.enter(stage)
            try:
                return function(*args, **named)
            finally:
                self.leave()

        @wraps(function)
        async def awaited(*args: Any, **named: Any) -> Any:
            return await _Stepped(function(*args, **named), self, stage)

        return awaited if inspect.iscoroutinefunction(function) else plain

    def _charge(self) -> None:
        now = time.thread_time()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now


@dataclass(frozen=True, slots=True)
class _Stepped:
    """Awaits something, and counts only the steps in which it computes."""

    inner: Awaitable[Any]
    stages: Stages
    stage: str

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self.inner.__await__()
        step: Callable[[], Any] = lambda: next(steps)  # noqa: E731
        while True:
            self.stages.enter(self.stage)
            try:
                waited_for = step()
            except StopIteration as end:
                return end.value
            finally:
                self.stages.leave()
            step = yield from _waited(waited_for, steps)


def _waited(future: Any, steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Callable[[], Any]]:
    """Hand what is waited for to the event loop; the next step, which is to go on with its value or with its error."""
    try:
        value = yield future
    except (Exception, asyncio.CancelledError) as error:
        thrown = error
        return lambda: steps.throw(thrown)
    return lambda: steps.send(value)
