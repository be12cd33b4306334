"""The three back ends, each on its stand-in, with queues of the test's own."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import uuid4

from aiobotocore.session import get_session  # type: ignore[import-untyped]
from google.pubsub_v1 import PublisherAsyncClient, SubscriberAsyncClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport
from google.pubsub_v1.types import DeadLetterPolicy, Subscription, Topic
from grpc.aio import insecure_channel  # type: ignore[import-untyped]

from bot.queue import MOST_ATTEMPTS, Deliveries, postgres, pubsub, sqs
from bot.store.codec import PLAIN
from bot.store.database import connect
from tests.services import ROOT

Kind = Literal["postgres", "sqs", "pubsub"]
KINDS: tuple[Kind, ...] = ("postgres", "sqs", "pubsub")
LEASE = timedelta(seconds=1)
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}


@dataclass(frozen=True, slots=True)
class BackEnd:
    """Where a back end is; can be handed to another process."""

    kind: Kind
    dsn: str
    sqs_at: sqs.SqsSettings | None = None
    pubsub_at: pubsub.PubsubSettings | None = None
    emulator: str = ""

    def open(self, lease: timedelta = LEASE) -> AbstractAsyncContextManager[Deliveries]:
        """One more consumer or producer."""
        os.environ.update(KEYS)
        os.environ["PUBSUB_EMULATOR_HOST"] = self.emulator
        match self.kind:
            case "postgres":
                return _postgres(self.dsn, lease)
            case "sqs":
                assert self.sqs_at is not None
                return sqs.connect(self.sqs_at, PLAIN, lease=lease)
            case "pubsub":
                assert self.pubsub_at is not None
                return pubsub.connect(self.pubsub_at, PLAIN, lease=lease)


@asynccontextmanager
async def _postgres(dsn: str, lease: timedelta) -> AsyncIterator[Deliveries]:
    database = await connect(dsn, name="deliveries", size=4)
    try:
        async with postgres.connect(database, dsn, PLAIN, lease=lease) as deliveries:
            yield deliveries
    finally:
        await database.close()


@contextmanager
def moto() -> Iterator[str]:
    """The address of an SQS in a process of its own, which ends with us."""
    command, pipe = [sys.executable, "-m", "tests.bot.queue.moto_server"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.stdin.close()


async def sqs_queues(endpoint: str, **attributes: str) -> sqs.SqsSettings:
    """A FIFO queue with a dead-letter queue, made as the README tells an operator to."""
    name = uuid4().hex[:12]
    os.environ.update(KEYS)
    async with get_session().create_client("sqs", endpoint_url=endpoint) as client:
        dead = await _queue(client, f"{name}-dead.fifo")
        found = await client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        redrive = {"deadLetterTargetArn": found["Attributes"]["QueueArn"], "maxReceiveCount": MOST_ATTEMPTS}
        live = await _queue(client, f"{name}.fifo", **{"RedrivePolicy": json.dumps(redrive)} | attributes)
    return sqs.SqsSettings(queue_url=live, dead_letter_url=dead, endpoint_url=endpoint)


async def _queue(client: Any, name: str, **attributes: str) -> str:
    answer = await client.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} | attributes)
    return str(answer["QueueUrl"])


async def pubsub_queues(emulator: str, *, ordering: bool = True) -> pubsub.PubsubSettings:
    """A topic and an ordered subscription, and the same for dead letters."""
    name = uuid4().hex[:12]
    topic, dead = f"projects/p/topics/{name}", f"projects/p/topics/{name}-dead"
    publisher = PublisherAsyncClient(transport=PublisherGrpcAsyncIOTransport(channel=insecure_channel(emulator)))
    subscriber = SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=insecure_channel(emulator)))
    names = pubsub.PubsubSettings(
        topic=topic, subscription=f"projects/p/subscriptions/{name}", dead_letter_subscription=f"projects/p/subscriptions/{name}-dead"
    )
    policy = DeadLetterPolicy(dead_letter_topic=dead, max_delivery_attempts=MOST_ATTEMPTS)
    async with publisher, subscriber:
        for each in (topic, dead):
            await publisher.create_topic(request=Topic(name=each))
        wanted = Subscription(name=names.subscription, topic=topic, enable_message_ordering=ordering, dead_letter_policy=policy)
        await subscriber.create_subscription(request=wanted)
        await subscriber.create_subscription(
            request=Subscription(name=names.dead_letter_subscription, topic=dead, enable_message_ordering=True)
        )
    return names
