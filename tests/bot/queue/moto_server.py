"""SQS on a free port of the loopback: its address is the one line on standard output; it ends when standard input does."""

import logging
import sys
import time
from threading import RLock
from typing import Any

from moto.server import ThreadedMotoServer
from moto.sqs.models import Message, SQSBackend, sqs_backends


class InTurn(SQSBackend):
    """SQS gives nothing of a message group of which a message is in flight. moto does, asked by two at once: here they ask in turn."""

    __module__ = SQSBackend.__module__  # moto finds a service's addresses by its module's name

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._turn = RLock()

    def receive_message(self, queue_name: str, count: int, wait_seconds_timeout: int, *given: Any) -> list[Message]:
        """moto waits, and then goes by the groups that were in flight before: so the waiting is ours, and it is asked anew."""
        until = time.monotonic() + wait_seconds_timeout
        while True:
            with self._turn:
                found = super().receive_message(queue_name, count, 0, *given)
            if found or time.monotonic() >= until:
                return found
            time.sleep(0.02)

    def send_message(self, *given: Any, **named: Any) -> Message:
        with self._turn:
            return super().send_message(*given, **named)

    def delete_message(self, *given: Any) -> None:
        with self._turn:
            super().delete_message(*given)

    def change_message_visibility(self, *given: Any, **named: Any) -> None:
        with self._turn:
            super().change_message_visibility(*given, **named)


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    sqs_backends.backend = InTurn
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)  # noqa: T201  # the other end of the pipe reads it
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
