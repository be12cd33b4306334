"""SQS on a free port of the loopback: its address is the one line on standard output; it ends when standard input does."""

import logging
import sys

from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
print(f"http://{host}:{port}", flush=True)  # noqa: T201  # the other end of the pipe reads it
sys.stdin.read()
server.stop()
