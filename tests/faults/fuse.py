"""A fuse: kills (or stops) this process before or after the n-th call of a named method, from outside the code that it kills."""

import inspect
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Point:
    """`name` is part.method; `when` is before or after it; `nth` counts from 1; `blow` is the signal."""

    name: str
    when: str
    nth: int = 1
    blow: int = signal.SIGKILL

    def __str__(self) -> str:
        return f"{self.when} {self.name} #{self.nth}"


@dataclass
class Fuse:
    """Wraps parts; the one that bears the point's name ends the process there."""

    point: Point | None
    calls: int = 0

    def wrap(self, name: str, part: T) -> T:
        if self.point is None or self.point.name.partition(".")[0] != name:
            return part
        return self._function(part) if callable(part) else _Wrapped(part, self)  # type: ignore[return-value]  # it behaves like its part

    def _function(self, function: Any) -> Any:
        if not inspect.iscoroutinefunction(function):

            @wraps(function)
            def called(*given: Any, **named: Any) -> Any:
                return self._blow("after", function(*given, **self._blow("before", named)))

            return called

        @wraps(function)
        async def awaited(*given: Any, **named: Any) -> Any:
            return self._blow("after", await function(*given, **self._blow("before", named)))

        return awaited

    def _blow(self, when: str, result: Any) -> Any:
        assert self.point is not None
        if when == self.point.when:
            self.calls += 1
            if self.calls == self.point.nth:
                os.kill(os.getpid(), self.point.blow)
        return result

    def method(self, part: object, name: str) -> Callable[..., Any]:
        return self._function(getattr(part, name))  # type: ignore[no-any-return]


class _Wrapped:
    """A part whose one deadly method is wrapped; everything else is its own."""

    def __init__(self, part: object, fuse: Fuse) -> None:
        self._part, self._fuse = part, fuse

    def __getattr__(self, name: str) -> Any:
        assert self._fuse.point is not None
        if self._fuse.point.name.endswith(f".{name}"):
            return self._fuse.method(self._part, name)
        return getattr(self._part, name)
