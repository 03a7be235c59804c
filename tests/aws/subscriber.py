"""A subscriber of an SNS topic over HTTP, on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import boto3


@contextmanager
def subscribed(topic: str) -> Iterator[list[dict[str, Any]]]:
    """The notifications of a topic, as they come."""
    heard: list[dict[str, Any]] = []
    asked: Queue[str] = Queue()

    class Ear(BaseHTTPRequestHandler):
        """Takes what is posted."""

        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if told["Type"] == "Notification":
                heard.append(told)
            else:
                asked.put(told["Token"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *_: Any) -> None:  # noqa: A002
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        boto3.client("sns").subscribe(TopicArn=topic, Protocol="http", Endpoint=address)
        boto3.client("sns").confirm_subscription(TopicArn=topic, Token=asked.get(timeout=30))
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
