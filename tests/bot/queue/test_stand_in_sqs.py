"""The stand-in for SQS keeps a message group as AWS documents it: while one of its messages is in flight, it gives no other."""

import asyncio
from itertools import chain
from typing import Any

from aiobotocore.session import get_session  # type: ignore[import-untyped]

from tests.bot.queue.back_ends import sqs_queues

READERS, MESSAGES = 6, 10


async def test_of_a_group_one_message_is_in_flight_however_many_ask_at_once(sqs_endpoint: str) -> None:
    queue = (await sqs_queues(sqs_endpoint)).queue_url
    async with get_session().create_client("sqs", endpoint_url=sqs_endpoint) as client:
        waiting = [asyncio.ensure_future(_receive(client, queue, 1)) for _ in range(READERS)]
        await asyncio.sleep(0.3)  # so that they wait already; those who come later are answered as well
        entries = [
            {"Id": each, "MessageBody": each, "MessageGroupId": "g", "MessageDeduplicationId": each} for each in map(str, range(MESSAGES))
        ]
        await client.send_message_batch(QueueUrl=queue, Entries=entries)
        [first] = chain(*await asyncio.gather(*waiting))
        assert first["Body"] == "0"
        await client.delete_message(QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"])
        [second] = chain(*await asyncio.gather(*(_receive(client, queue, 0) for _ in range(READERS))))
        assert second["Body"] == "1"


async def _receive(client: Any, queue: str, wait: int) -> list[dict[str, Any]]:
    answer = await client.receive_message(QueueUrl=queue, MaxNumberOfMessages=1, WaitTimeSeconds=wait, VisibilityTimeout=60)
    return list(answer.get("Messages", ()))
