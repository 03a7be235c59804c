"""A mail server and a web hook on this machine, which can be down."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Channel:
    """Where messages arrive: the port, what came, how many more tries are refused."""

    port: int
    came: list[Any] = field(default_factory=list)
    down_for: int = 0

    def takes(self) -> bool:
        """Whether this try goes through."""
        self.down_for -= 1
        return self.down_for < 0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server() -> Iterator[Channel]:
    """A mail server that keeps what it is sent."""
    channel = Channel(0)

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready" if channel.takes() else "421 not now")
            while line := self.rfile.readline().strip().upper():
                if line == b"DATA":
                    self.say("354 go on")
                    channel.came.append(self.letter())
                    self.say("250 kept")
                elif line == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def letter(self) -> str:
            lines = iter(self.rfile.readline, b".\r\n")
            return b"".join(lines).decode()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        channel.port = server.server_address[1]
        with _running(server):
            yield channel


@contextmanager
def web_hook() -> Iterator[Channel]:
    """A web server that keeps the JSON it is sent."""
    channel = Channel(0)

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if channel.takes():
                channel.came.append(json.loads(body))
                self.send_response(200)
            else:
                self.send_response(503)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        channel.port = server.server_address[1]
        with _running(server):
            yield channel


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
