"""One back end after the other."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox.queue.pubsub import World, serving
from tests.bot.queue.back_ends import KINDS, BackEnd, Kind, moto, pubsub_queues, sqs_queues


@pytest.fixture(autouse=True)
def surroundings() -> Iterator[None]:
    """What the SDKs read from the environment does not outlive the test."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def sqs_endpoint() -> Iterator[str]:
    with moto() as endpoint:
        yield endpoint


@pytest.fixture
async def emulator() -> AsyncIterator[str]:
    async with serving(World()) as address:
        yield address


@pytest.fixture(params=KINDS)
async def back_end(request: pytest.FixtureRequest, database: str) -> AsyncIterator[BackEnd]:
    """Empty queues of this kind."""
    kind: Kind = request.param
    match kind:
        case "postgres":
            yield BackEnd(kind, database)
        case "sqs":
            yield BackEnd(kind, database, sqs_at=await sqs_queues(request.getfixturevalue("sqs_endpoint")))
        case "pubsub":
            async with serving(World()) as address:
                yield BackEnd(kind, database, pubsub_at=await pubsub_queues(address), emulator=address)
