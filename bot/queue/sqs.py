"""Amazon SQS FIFO as the ingestion queue: one message group a thread, a dead-letter queue behind it."""

import math
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.queue import LEASE, Delivery, Held
from bot.queue.wire import decode, encode, identity, order_key
from bot.store.codec import Codecs
from pipeline.errors import Misconfigured, Permanent, Temporary

LARGEST = 160_000
"""Bytes of a mail that fits, as base64 and beside its names, into the 256 KB that every SQS queue takes."""
LONGEST_WAIT = 20
GONE = frozenset({"ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue"})
"""How SQS says that a lease is over."""
REFUSALS = frozenset({
    "AccessDenied", "AccessDeniedException", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException",
    "KmsAccessDenied", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "InvalidAddress", "InvalidMessageContents",
    "InvalidParameterValue",
})  # fmt: skip


class SqsSettings(BaseModel):
    """The `[sqs]` table of triage.toml; keys and region come from AWS's own settings where they are not given here."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    queue_url: str
    dead_letter_url: str
    region: str | None = None
    endpoint_url: str | None = None


@dataclass(frozen=True, slots=True)
class SqsDeliveries:
    """Implements Deliveries. A group with a message in flight gives no other, so a thread's mails come in their order."""

    client: Any
    settings: SqsSettings
    codec: Codecs
    lease: timedelta = LEASE
    name: str = "sqs"
    largest: int = LARGEST

    async def put(self, delivery: Delivery) -> None:
        with _translated():
            await self.client.send_message(
                QueueUrl=self.settings.queue_url,
                MessageBody=encode(delivery, self.codec),
                MessageGroupId=order_key(delivery),
                MessageDeduplicationId=identity(delivery),
            )

    async def receive(self, most: int, wait: float) -> Sequence[Held]:
        return await self._receive(self.settings.queue_url, most, wait)

    async def buried(self, most: int) -> Sequence[Held]:
        return await self._receive(self.settings.dead_letter_url, most, 0)

    async def extend(self, held: Held, lease: timedelta) -> bool:
        return await self._visible_in(held, _seconds(lease))

    async def done(self, held: Held) -> None:
        with _translated(GONE):
            await self.client.delete_message(QueueUrl=self._url(held), ReceiptHandle=held.token)

    async def give_back(self, held: Held) -> None:
        await self._visible_in(held, 0)

    async def _receive(self, url: str, most: int, wait: float) -> Sequence[Held]:
        """One message a call: several of a group would each have a lease of its own, and could come back in another order."""
        found = [*await self._next(url, wait)]
        with suppress(Temporary):
            while 0 < len(found) < most and (more := await self._next(url, 0)):
                found += more
        return found

    async def _next(self, url: str, wait: float) -> Sequence[Held]:
        with _translated():
            answer = await self.client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=min(int(wait), LONGEST_WAIT),
                VisibilityTimeout=_seconds(self.lease),
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [held for message in answer.get("Messages", ()) if (held := self._held(message, url)) is not None]

    async def _visible_in(self, held: Held, seconds: int) -> bool:
        with _translated(GONE):
            await self.client.change_message_visibility(QueueUrl=self._url(held), ReceiptHandle=held.token, VisibilityTimeout=seconds)
            return True
        return False

    def _held(self, message: dict[str, Any], url: str) -> Held | None:
        delivery = decode(message["Body"], self.codec)
        attempt = int(message["Attributes"]["ApproximateReceiveCount"])
        dead = url == self.settings.dead_letter_url
        return None if delivery is None else Held(delivery, message["ReceiptHandle"], attempt, dead)

    def _url(self, held: Held) -> str:
        return self.settings.dead_letter_url if held.dead else self.settings.queue_url


@asynccontextmanager
async def connect(settings: SqsSettings, codec: Codecs, *, lease: timedelta = LEASE) -> AsyncIterator[SqsDeliveries]:
    """Raises Misconfigured where the library is missing, Permanent where SQS refuses us or a queue is not as it must be."""
    try:
        from aiobotocore.config import AioConfig  # type: ignore[import-untyped]
        from aiobotocore.session import get_session  # type: ignore[import-untyped]
        from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]
    except ImportError as error:
        raise Misconfigured("queue", 'SQS needs a library more. Install it: pip install "inbox-triage[sqs]"') from error
    config = AioConfig(connect_timeout=5, read_timeout=LONGEST_WAIT + 10, retries={"total_max_attempts": 2, "mode": "standard"})
    given = {"region_name": settings.region, "endpoint_url": settings.endpoint_url}
    async with AsyncExitStack() as stack:
        try:
            client = get_session().create_client("sqs", config=config, **{key: value for key, value in given.items() if value})
            opened = await stack.enter_async_context(client)
        except BotoCoreError as error:
            raise Misconfigured("sqs", f"{error} Set the region as for every AWS tool, or in the [sqs] table.") from error
        await _check(opened, settings)
        yield SqsDeliveries(opened, settings, codec, lease)


async def _check(client: Any, settings: SqsSettings) -> None:
    with _translated():
        answer = await client.get_queue_attributes(QueueUrl=settings.queue_url, AttributeNames=["FifoQueue", "RedrivePolicy"])
    found = answer.get("Attributes", {})
    if found.get("FifoQueue") != "true":
        raise Misconfigured(
            "sqs.queue_url", "this is no FIFO queue, so mails of a thread would overtake each other. Name one ending in .fifo."
        )
    if "RedrivePolicy" not in found:
        raise Misconfigured("sqs.queue_url", "this queue has no dead-letter queue. Give it a redrive policy with maxReceiveCount 5.")


@contextmanager
def _translated(harmless: frozenset[str] = frozenset()) -> Iterator[None]:
    """The SDK's errors as ours; those of `harmless` end the block silently."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in harmless:
            return
        if code in REFUSALS:
            raise Permanent(f"SQS refuses: {code}. Check the queue's address and the rights of our keys.") from error
        raise Temporary(f"SQS does not answer as it should: {code or type(error).__name__}.") from error
    except NoCredentialsError as error:
        raise Permanent(
            "SQS: there are no AWS credentials. Give them as to every AWS tool: a role, a profile, or AWS_ACCESS_KEY_ID."
        ) from error
    except (BotoCoreError, OSError, TimeoutError) as error:
        raise Temporary(f"SQS cannot be reached ({type(error).__name__}).") from error


def _seconds(lease: timedelta) -> int:
    return max(1, math.ceil(lease.total_seconds()))
