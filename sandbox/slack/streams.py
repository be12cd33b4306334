"""The event streams of the open pages: who looks on, and what each is told."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sandbox.slack.errors import Json

WAITING = 500

Stream = asyncio.Queue[Json | None]


@dataclass(slots=True)
class Streams:
    """One queue per open page; a page that does not read is cut off and asks for everything again."""

    open: dict[str, list[Stream]] = field(default_factory=dict)

    @contextmanager
    def watch(self, user_id: str) -> Iterator[Stream]:
        stream: Stream = asyncio.Queue(WAITING)
        self.open.setdefault(user_id, []).append(stream)
        try:
            yield stream
        finally:
            self._drop(user_id, stream)

    def send(self, user_id: str, event: Json) -> None:
        for stream in list(self.open.get(user_id, ())):
            if stream.full():
                self._drop(user_id, stream)
                stream.get_nowait()
                stream.put_nowait(None)
            else:
                stream.put_nowait(event)

    def close(self) -> None:
        for streams in list(self.open.values()):
            for stream in streams:
                if stream.full():
                    stream.get_nowait()
                stream.put_nowait(None)
        self.open.clear()

    def _drop(self, user_id: str, stream: Stream) -> None:
        streams = self.open.get(user_id, [])
        if stream in streams:
            streams.remove(stream)
        if not streams:
            self.open.pop(user_id, None)
