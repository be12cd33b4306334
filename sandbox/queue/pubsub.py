"""A Pub/Sub on this machine: google-cloud-pubsub's own messages over gRPC; ordering, ack deadlines, delivery attempts, dead letters."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]
from google.pubsub_v1 import types


@dataclass
class Waiting:
    """A message in one subscription: `until` is when its ack deadline ends (monotonic), None while nobody holds it."""

    message: types.PubsubMessage
    attempts: int = 0
    ack_id: str = ""
    until: float | None = None


@dataclass
class Queue:
    """One subscription's messages, oldest first."""

    subscription: types.Subscription
    messages: deque[Waiting] = field(default_factory=deque)

    def ready(self, most: int) -> Iterator[Waiting]:
        """The next messages: where ordering is on, none of a key of which others are out, and a key's own in their order."""
        busy = {each.message.ordering_key for each in self.messages if each.until is not None}
        for each in tuple(self.messages):
            if most and each.until is None and not (self._ordered(each) and each.message.ordering_key in busy):
                most -= 1
                yield each

    def nack(self, waiting: Waiting) -> None:
        """Nobody holds it any more; with ordering, those of its key that came behind it come again too."""
        behind = False
        for each in self.messages:
            behind = behind or each is waiting
            same = self._ordered(each) and each.message.ordering_key == waiting.message.ordering_key
            if each is waiting or (behind and same):
                each.until, each.ack_id = None, ""

    def _ordered(self, waiting: Waiting) -> bool:
        return self.subscription.enable_message_ordering and bool(waiting.message.ordering_key)


@dataclass
class World:
    """Topics and subscriptions; `calls` counts each method's calls, `lose` drops the effect of the next calls of a method."""

    topics: set[str] = field(default_factory=set)
    queues: dict[str, Queue] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    lose: dict[str, int] = field(default_factory=dict)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def publish(self, topic: str, message: types.PubsubMessage) -> str:
        message = types.PubsubMessage(message)
        message.message_id = str(next(self._ids))
        message.publish_time = datetime.now(UTC)
        for queue in self.queues.values():
            if queue.subscription.topic == topic:
                queue.messages.append(Waiting(message))
        return str(message.message_id)

    def take(self, queue: Queue, most: int) -> list[types.ReceivedMessage]:
        """Hand out what is ready, each under the subscription's ack deadline."""
        self._expire(queue)
        taken = []
        for waiting in list(queue.ready(most)):
            waiting.attempts += 1
            waiting.ack_id, waiting.until = f"ack-{next(self._ids)}", time.monotonic() + queue.subscription.ack_deadline_seconds
            attempt = waiting.attempts if queue.subscription.dead_letter_policy.dead_letter_topic else 0
            taken.append(types.ReceivedMessage(ack_id=waiting.ack_id, message=waiting.message, delivery_attempt=attempt))
        return taken

    def _expire(self, queue: Queue) -> None:
        now, policy = time.monotonic(), queue.subscription.dead_letter_policy
        for waiting in tuple(queue.messages):
            if waiting.until is not None and waiting.until < now:
                queue.nack(waiting)
        for waiting in tuple(queue.messages):
            if waiting.until is None and policy.dead_letter_topic and waiting.attempts >= policy.max_delivery_attempts:
                queue.messages.remove(waiting)
                self.publish(policy.dead_letter_topic, waiting.message)


@dataclass
class Service:
    """The methods of google.pubsub.v1.Publisher and Subscriber that a unary client needs."""

    world: World

    async def create_topic(self, request: types.Topic, context: Any) -> types.Topic:
        self.world.topics.add(request.name)
        return request

    async def publish(self, request: types.PublishRequest, context: Any) -> types.PublishResponse:
        if request.topic not in self.world.topics:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={request.topic}).")
        if sum(len(message.data) for message in request.messages) > 10_000_000:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Request payload size exceeds the limit: 10485760 bytes.")
        answer = types.PublishResponse(message_ids=[self.world.publish(request.topic, message) for message in request.messages])
        async with self.world.arrived:
            self.world.arrived.notify_all()
        return answer

    async def create_subscription(self, request: types.Subscription, context: Any) -> types.Subscription:
        if request.topic not in self.world.topics:
            await context.abort(grpc.StatusCode.NOT_FOUND, "Topic not found")
        request.ack_deadline_seconds = request.ack_deadline_seconds or 10
        if not 10 <= request.ack_deadline_seconds <= 600:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Invalid ack deadline: must be between 10 and 600 seconds.")
        self.world.queues[request.name] = Queue(request)
        return request

    async def get_subscription(self, request: types.GetSubscriptionRequest, context: Any) -> types.Subscription:
        return (await self._queue(request.subscription, context)).subscription

    async def pull(self, request: types.PullRequest, context: Any) -> types.PullResponse:
        queue = await self._queue(request.subscription, context)
        while not (taken := self.world.take(queue, request.max_messages)) and not request.return_immediately:
            async with self.world.arrived:
                try:
                    await asyncio.wait_for(self.world.arrived.wait(), 0.05)
                except TimeoutError:
                    continue
        return types.PullResponse(received_messages=taken)

    async def acknowledge(self, request: types.AcknowledgeRequest, context: Any) -> Empty:
        """An ack that comes too late is no error, and may be lost."""
        queue = await self._queue(request.subscription, context)
        for waiting in tuple(queue.messages):
            if waiting.ack_id and waiting.ack_id in request.ack_ids:
                queue.messages.remove(waiting)
        return Empty()

    async def modify_ack_deadline(self, request: types.ModifyAckDeadlineRequest, context: Any) -> Empty:
        if not 0 <= request.ack_deadline_seconds <= 600:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Ack deadline must be between 0 and 600 seconds.")
        queue = await self._queue(request.subscription, context)
        for waiting in tuple(queue.messages):
            if not waiting.ack_id or waiting.ack_id not in request.ack_ids:
                continue
            if request.ack_deadline_seconds == 0:
                queue.nack(waiting)
            else:
                waiting.until = time.monotonic() + request.ack_deadline_seconds
        return Empty()

    async def _queue(self, name: str, context: Any) -> Queue:
        if name not in self.world.queues:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={name}).")
        return self.world.queues[name]


@asynccontextmanager
async def serving(world: World, port: int = 0) -> AsyncIterator[str]:
    """Run on the loopback; gives host:port, as PUBSUB_EMULATOR_HOST wants it."""
    server, service = grpc.aio.server(options=[("grpc.max_receive_message_length", 12_000_000)]), Service(world)
    publisher = {
        "CreateTopic": _method(world, service.create_topic, types.Topic),
        "Publish": _method(world, service.publish, types.PublishRequest),
    }
    subscriber = {
        "CreateSubscription": _method(world, service.create_subscription, types.Subscription),
        "GetSubscription": _method(world, service.get_subscription, types.GetSubscriptionRequest),
        "Pull": _method(world, service.pull, types.PullRequest),
        "Acknowledge": _method(world, service.acknowledge, types.AcknowledgeRequest),
        "ModifyAckDeadline": _method(world, service.modify_ack_deadline, types.ModifyAckDeadlineRequest),
    }
    handlers = {"google.pubsub.v1.Publisher": publisher, "google.pubsub.v1.Subscriber": subscriber}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(name, methods) for name, methods in handlers.items()])
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield f"127.0.0.1:{bound}"
    finally:
        await server.stop(0.2)


def _method(world: World, method: Callable[[Any, Any], Any], request: Any) -> Any:
    name = method.__name__

    async def answer(asked: Any, context: Any) -> Any:
        world.calls[name] = world.calls.get(name, 0) + 1
        if world.lose.get(name, 0) > 0:
            world.lose[name] -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "The service was unable to fulfill your request. Please try again.")
        return await method(asked, context)

    return grpc.unary_unary_rpc_method_handler(answer, request_deserializer=request.deserialize, response_serializer=_serialized)


def _serialized(answer: Any) -> bytes:
    return bytes(answer.SerializeToString() if isinstance(answer, Empty) else type(answer).serialize(answer))
