"""The page in each framework, served by a process of its own; the module of each says how it was written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
STREAMLIT = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """A framework: its name, its distribution, what serves a home's page at a port."""

    title: str
    distribution: str
    command: Callable[[Path, int], list[str]]


def _own(home: Path, port: int) -> list[str]:
    return [sys.executable, "-m", f"{__name__}.own", str(home), str(port)]


def _streamlit(home: Path, port: int) -> list[str]:
    options = [part for name, value in STREAMLIT.items() for part in (f"--{name}", value)]
    start = [sys.executable, "-m", "streamlit", "run", str(HERE / "streamlit_page.py")]
    return [*start, "--server.port", str(port), *options, "--", str(home)]


def _dash(home: Path, port: int) -> list[str]:
    return [sys.executable, "-m", f"{__name__}.dash_page", str(home), str(port)]


PEERS = {
    "footfall": Peer("Footfall", "footfall", _own),
    "streamlit": Peer("Streamlit", "streamlit", _streamlit),
    "dash": Peer("Dash", "dash", _dash),
}
"""Footfall first."""
