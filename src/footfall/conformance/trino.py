"""A Trino server of one's own, which is Athena's engine: it listens on loopback and ends with its block."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import Request, urlopen

from footfall.conformance.engines import QUICK, TRINO, EngineError, java

LOOPBACK = "127.0.0.1"
SCHEMA = "footfall"
WAITS = 600
"""Seconds that a server may take to start."""
_JVM = (
    "-Xmx3G",
    QUICK,
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-OmitStackTraceInFastThrow",
    "-Djdk.attach.allowAttachSelf=true",
    "-Duser.timezone=UTC",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


class Trino:
    """A server over the tables of a folder.

    Args:
        folder: a new one; ``warehouse`` under it holds a folder for each table.
    """

    def __init__(self, folder: Path) -> None:
        self.warehouse = folder / "warehouse"
        self._folder, self._port = folder, _free_port()
        for name, lines in self._files().items():
            path = folder / "etc" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n")
        self.warehouse.mkdir()

    def __enter__(self) -> Trino:
        etc = self._folder / "etc"
        command = [str(java("trino") / "bin/java"), *_JVM, "-cp", f"{TRINO}/lib/*", "-Dnode.environment=local"]
        command += [f"-Dnode.data-dir={self._folder}", f"-Dlog.levels-file={etc}/log.properties"]
        command.append(f"-Dconfig={etc}/config.properties")
        with (self._folder / "said.txt").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "io.trino.server.TrinoServer"], cwd=self._folder, stdout=log, stderr=log
            )
        try:
            self._started()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._end()

    def table(self, name: str) -> Path:
        """The folder of the files of a table made by this server; it stays when the server has ended."""
        return self.warehouse / SCHEMA / name

    def execute(self, sql: str) -> list[list[Any]]:
        """Runs a statement to its end, and gives its rows.

        Raises:
            EngineError: what the server refused, in its words.
        """
        answer = self._call(f"http://{LOOPBACK}:{self._port}/v1/statement", sql.encode())
        rows: list[list[Any]] = []
        while True:
            rows += answer.get("data", [])
            if "error" in answer:
                raise EngineError(f"Trino refused a statement: {answer['error']['message']}")
            if "nextUri" not in answer:
                return rows
            answer = self._call(answer["nextUri"])

    def _call(self, url: str, body: bytes | None = None) -> dict[str, Any]:
        headers = {"X-Trino-User": "footfall", "X-Trino-Catalog": "hive", "X-Trino-Schema": SCHEMA}
        with urlopen(Request(url, body, headers)) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def _started(self) -> None:
        for _ in range(WAITS):
            if self._process.poll() is not None:
                break
            with suppress(OSError, EngineError):
                self.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
                self.execute("CREATE TABLE IF NOT EXISTS ready AS SELECT 1 AS x")
                self.execute("SELECT x FROM ready")
                return
            time.sleep(1)
        raise EngineError(f"Trino did not start; what it said is in {self._folder / 'said.txt'}.")

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _files(self) -> dict[str, tuple[str, ...]]:
        return {
            "config.properties": (
                "coordinator=true",
                "node-scheduler.include-coordinator=true",
                f"http-server.http.port={self._port}",
                f"discovery.uri=http://{LOOPBACK}:{self._port}",
                f"node.internal-address={LOOPBACK}",
                f"node.bind-ip={LOOPBACK}",
                "task.concurrency=2",
                f"plugin.dir={TRINO}/plugin",
                f"catalog.config-dir={self._folder}/etc/catalog",
            ),
            "log.properties": ("io.trino=WARN",),
            "catalog/hive.properties": (
                "connector.name=hive",
                "hive.metastore=file",
                "hive.metastore.catalog.dir=local:///",
                "fs.native-local.enabled=true",
                f"local.location={self.warehouse}",
            ),
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
