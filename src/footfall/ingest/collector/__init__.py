"""The collector: takes what shops' clients send over HTTP and answers once it is durable."""

from __future__ import annotations

from footfall.ingest.collector.intake import app
from footfall.ingest.collector.server import listen, run, run_on
from footfall.ingest.collector.sink import Sink

__all__ = ["Sink", "app", "listen", "run", "run_on"]
