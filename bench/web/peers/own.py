"""Footfall's own dashboard, as `footfall serve` has it: Starlette, Jinja2, no script on this page.

Pandas, which Arrow loads where it finds it, is kept away: it came with the others, and Footfall has no use for it.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from footfall.embedded import serve
from footfall.ingest.collector import listen

if __name__ == "__main__":
    sys.modules["pandas"] = None  # type: ignore[assignment]
    with listen(int(sys.argv[2]), "127.0.0.1") as opened:
        opened.listen()
        serve.show(Path(sys.argv[1]), threading.Event(), opened)  # type: ignore[arg-type]
