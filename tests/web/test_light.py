"""The dashboard's process stays small: what works answers out is not even loaded into it."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import Home
from tests.web.conftest import PATHS

HEAVY = ("duckdb", "sqlglot", "scipy", "apprise")
VISIT = """
import sys, threading
from pathlib import Path
from starlette.testclient import TestClient
from footfall.embedded.gate import gated
from footfall.embedded.run import open_lake

ended = threading.Event()
app = gated(open_lake(Path(sys.argv[1])), ended)
browser = TestClient(app, base_url="http://127.0.0.1:8081", client=("127.0.0.1", 4711))
found = {path: browser.get(path).status_code for path in sys.argv[3].split(",")}
assert set(found.values()) == {200}, found
assert browser.get("/export/sales.parquet").status_code == 200
heavy = [name for name in sys.argv[2].split(",") if name in sys.modules]
assert heavy == [], heavy
ended.set()
"""


def test_visiting_every_page_loads_no_engine(shop: Home) -> None:
    command = [sys.executable, "-c", VISIT, str(shop.path), ",".join(HEAVY), ",".join(PATHS)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
