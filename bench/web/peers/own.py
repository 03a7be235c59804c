"""Footfall's own dashboard, as `footfall serve` has it: Starlette, Jinja2, no script on this page.

Pandas, which Arrow loads where it finds it, is kept away: it came with the others, and Footfall has no use for it.
"""

from __future__ import annotations

import sys
import threading
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from footfall.embedded import serve
from footfall.ingest.collector import listen


class WithoutPandas(MetaPathFinder):
    """Finds no pandas."""

    def find_spec(self, name: str, *_: Any) -> None:
        """Leaves every other module to those after it."""
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError(name, name=name)


if __name__ == "__main__":
    sys.meta_path.insert(0, WithoutPandas())
    with listen(int(sys.argv[2]), "127.0.0.1") as opened:
        opened.listen()
        serve.show(Path(sys.argv[1]), threading.Event(), opened)  # type: ignore[arg-type]
