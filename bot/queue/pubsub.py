"""Google Pub/Sub as the ingestion queue: one ordering key a thread, a dead-letter topic with a subscription of its own."""

import math
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from bot.queue import LEASE, MOST_ATTEMPTS, Delivery, Held
from bot.queue.wire import decode, encode, order_key
from bot.store.codec import Codecs
from pipeline.errors import Misconfigured, Permanent, Temporary

if TYPE_CHECKING:
    from google import pubsub_v1

LARGEST = 7_000_000
"""Bytes of a mail that fits, as base64 and beside its names, into the 10 MB of a Pub/Sub message."""
SECONDS = 10.0


class PubsubSettings(BaseModel):
    """The `[pubsub]` table of triage.toml: full names as projects/P/topics/T and projects/P/subscriptions/S."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    topic: str
    subscription: str
    dead_letter_subscription: str


@dataclass(frozen=True, slots=True)
class PubsubDeliveries:
    """Implements Deliveries by unary pulls; a lost ack costs a duplicate."""

    publisher: "pubsub_v1.PublisherAsyncClient"
    subscriber: "pubsub_v1.SubscriberAsyncClient"
    settings: PubsubSettings
    codec: Codecs
    lease: timedelta = LEASE
    name: str = "pubsub"
    largest: int = LARGEST

    async def put(self, delivery: Delivery) -> None:
        from google.pubsub_v1 import PubsubMessage

        message = PubsubMessage(data=encode(delivery, self.codec).encode(), ordering_key=order_key(delivery))
        with _translated():
            await self.publisher.publish(topic=self.settings.topic, messages=[message], timeout=SECONDS)

    async def receive(self, most: int, wait: float) -> Sequence[Held]:
        return await self._pull(self.settings.subscription, most, wait)

    async def buried(self, most: int) -> Sequence[Held]:
        return await self._pull(self.settings.dead_letter_subscription, most, 1.0)

    async def extend(self, held: Held, lease: timedelta) -> bool:
        """True even where the lease was lost: Pub/Sub does not say."""
        await self._deadline(self._subscription(held), [held.token], _seconds(lease))
        return True

    async def done(self, held: Held) -> None:
        with _translated():
            await self.subscriber.acknowledge(subscription=self._subscription(held), ack_ids=[held.token], timeout=SECONDS)

    async def give_back(self, held: Held) -> None:
        await self._deadline(self._subscription(held), [held.token], 0)

    async def _pull(self, subscription: str, most: int, wait: float) -> Sequence[Held]:
        from google.api_core.exceptions import DeadlineExceeded

        try:
            with _translated(DeadlineExceeded):
                answer = await self.subscriber.pull(subscription=subscription, max_messages=most, timeout=max(wait, 0.1), retry=None)
        except DeadlineExceeded:
            return ()
        if answer.received_messages:
            await self._deadline(subscription, [each.ack_id for each in answer.received_messages], _seconds(self.lease))
        dead = subscription == self.settings.dead_letter_subscription
        read = [(decode(each.message.data.decode("utf-8", "replace"), self.codec), each) for each in answer.received_messages]
        return [Held(delivery, each.ack_id, max(1, each.delivery_attempt), dead) for delivery, each in read if delivery is not None]

    async def _deadline(self, subscription: str, tokens: list[str], seconds: int) -> None:
        with _translated():
            await self.subscriber.modify_ack_deadline(
                subscription=subscription, ack_ids=tokens, ack_deadline_seconds=seconds, timeout=SECONDS
            )

    def _subscription(self, held: Held) -> str:
        return self.settings.dead_letter_subscription if held.dead else self.settings.subscription


@asynccontextmanager
async def connect(settings: PubsubSettings, codec: Codecs, *, lease: timedelta = LEASE) -> AsyncIterator[PubsubDeliveries]:
    """With the machine's Google credentials, or without any where PUBSUB_EMULATOR_HOST names a stand-in.

    Raises Misconfigured where the library, the credentials or the ordering is missing, Permanent where Pub/Sub refuses us.
    """
    try:
        from google.auth.exceptions import DefaultCredentialsError
        from google.pubsub_v1 import PublisherAsyncClient, SubscriberAsyncClient
    except ImportError as error:
        raise Misconfigured("queue", 'Pub/Sub needs a library more. Install it: pip install "inbox-triage[pubsub]"') from error
    emulator = os.environ.get("PUBSUB_EMULATOR_HOST")
    try:
        publisher = PublisherAsyncClient(transport=_transport("publisher", emulator))
        subscriber = SubscriberAsyncClient(transport=_transport("subscriber", emulator))
    except DefaultCredentialsError as error:
        raise Misconfigured(
            "pubsub", "there are no Google credentials. Set GOOGLE_APPLICATION_CREDENTIALS to a service account's key."
        ) from error
    async with publisher, subscriber:
        await _check(subscriber, settings)
        yield PubsubDeliveries(publisher, subscriber, settings, codec, lease)


def _transport(side: str, emulator: str | None) -> Any:
    """The async clients do not look at PUBSUB_EMULATOR_HOST by themselves."""
    if emulator is None:
        return "grpc_asyncio"
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport
    from grpc.aio import insecure_channel  # type: ignore[import-untyped]

    channel = insecure_channel(emulator)
    return PublisherGrpcAsyncIOTransport(channel=channel) if side == "publisher" else SubscriberGrpcAsyncIOTransport(channel=channel)


async def _check(subscriber: "pubsub_v1.SubscriberAsyncClient", settings: PubsubSettings) -> None:
    with _translated():
        found = await subscriber.get_subscription(subscription=settings.subscription, timeout=SECONDS)
    if not found.enable_message_ordering:
        raise Misconfigured("pubsub.subscription", "message ordering is off, and cannot be turned on later. Create it anew with ordering.")
    if found.dead_letter_policy.max_delivery_attempts != MOST_ATTEMPTS:
        raise Misconfigured("pubsub.subscription", f"it needs a dead-letter policy with {MOST_ATTEMPTS} delivery attempts. Update it.")


@contextmanager
def _translated(passed: type[Exception] | tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """The SDK's errors as ours; those of `passed` go on as they are."""
    from google.api_core import exceptions as google

    refusals = (google.NotFound, google.PermissionDenied, google.Unauthenticated, google.InvalidArgument, google.FailedPrecondition)
    try:
        yield
    except passed:
        raise
    except refusals as error:
        raise Permanent(
            f"Pub/Sub refuses: {type(error).__name__}. Check the names under [pubsub] and the rights of our account."
        ) from error
    except (google.GoogleAPIError, OSError, TimeoutError) as error:
        raise Temporary(f"Pub/Sub cannot be reached ({type(error).__name__}).") from error


def _seconds(lease: timedelta) -> int:
    return max(1, math.ceil(lease.total_seconds()))
