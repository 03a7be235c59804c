"""The dashboard over a deployment's table, behind its gate: for the laws that hold on every plane."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from footfall.aws.access import Accesses
from footfall.aws.athena import Athena
from footfall.aws.live import Live
from footfall.aws.screen import Screen
from footfall.config import Collector, Settings
from footfall.ingest.collector.address import Addresses
from footfall.web.access import Gate
from footfall.web.access_pages import guarded
from tests.aws.tables import new_table
from tests.web.doors import Door

_TABLES: dict[Path, str] = {}
"""The table that stands for each home."""


class Deployed(Door):
    """A deployment's dashboard; the same home is the same deployment."""

    plane: Any
    access: Any

    def __post_init__(self) -> None:
        if self.home not in _TABLES:
            _TABLES[self.home] = new_table()
        table = _TABLES[self.home]
        self.plane = Screen(Live(table, self.clock), Athena("none", "none"), "UTC", "none")
        self.access = Accesses(table, lambda: self.clock() / 1000)
        self.gate = Gate(self.access, self.plane.live, Addresses(Collector()), self.clock, self.page)
        self.app = guarded(self.plane, Settings().store, self.gate)
        self.app.state.ended = threading.Event()
