"""The Flink application's archive, unpacked and run by Flink's own command line on a cluster within one process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from footfall.conformance import engines

LOCAL = {
    "execution.checkpointing.interval": "2 s",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "execution.checkpointing.storage": "filesystem",
    "parallelism.default": "2",
    "rest.bind-address": "127.0.0.1",
    "rest.bind-port": "0",
    "restart-strategy.type": "none",
    "taskmanager.numberOfTaskSlots": "2",
    "taskmanager.memory.managed.size": "1g",
    "taskmanager.memory.network.max": "256m",
}
"""What is Managed Flink's to say on AWS."""
NO_CBOR = {"AWS_CBOR_DISABLE": "1"}
"""The emulator speaks JSON alone."""


class Application:
    """One deployment: its archive, its streams, its checkpoints.

    Args:
        folder: a new one.
        emulator: address of the services.
        streams: raw, clean and signals, by these names.
        archive: what is deployed.
    """

    def __init__(self, folder: Path, emulator: str, streams: dict[str, str], archive: bytes) -> None:
        self._folder, self._code = folder, folder / "code"
        with zipfile.ZipFile(BytesIO(archive)) as unpacked:
            unpacked.extractall(self._code)
        region = os.environ["AWS_REGION"]
        arns = {name: f"arn:aws:kinesis:{region}:000000000000:stream/{stream}" for name, stream in streams.items()}
        groups = {"footfall": {"region": region, **arns}, "kinesis": _connector(emulator)}
        told = [{"PropertyGroupId": name, "PropertyMap": values} for name, values in groups.items()]
        (folder / "properties.json").write_text(json.dumps(told))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it from its newest checkpoint, if it has one."""
        python = engines.HOME / "flink/bin/python"
        home = next((engines.HOME / "flink/lib").glob("python3*/site-packages/pyflink"))
        command = [str(home / "bin/flink"), "run", "--target", "local", "--python", "main.py"]
        command += ["--jarfile", "lib/footfall-flink.jar", "--pyExecutable", str(python)]
        command += ["--pyClientExecutable", str(python)]
        command += ["--fromSavepoint", f"file://{self._newest}", "--allowNonRestoredState"] if self._newest else []
        settings = LOCAL | {"execution.checkpointing.dir": f"file://{self._folder}/checkpoints"}
        command += [f"-D{name}={value}" for name, value in settings.items()]
        own = {
            "FOOTFALL_PROPERTIES": str(self._folder / "properties.json"),
            "FLINK_LOG_DIR": str(self._folder),
            "JAVA_HOME": str(engines.java("flink")),
            "JVM_ARGS": f"-Xmx2g {engines.QUICK} -Daws.cborEnabled=false",
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "TZ": "UTC",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        log = self.log.open("ab")
        self._process = subprocess.Popen(
            command, cwd=self._code, env=kept | NO_CBOR | own, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def without(self, watch: str) -> None:
        """Makes it the application of a release that lacks a watch."""
        path = self._code / "plan.json"
        plan = json.loads(path.read_text("utf-8"))
        plan["signals"] = [each for each in plan["signals"] if f"'{watch}'" not in each]
        path.write_text(json.dumps(plan), "utf-8")

    @property
    def log(self) -> Path:
        """What it said."""
        return self._folder / "said.txt"

    @property
    def _newest(self) -> Path | None:
        whole = (self._folder / "checkpoints").glob("*/chk-*/_metadata")
        return max((path.parent for path in whole), key=lambda path: path.stat().st_mtime, default=None)

    def checkpoint(self) -> str:
        """The name of the newest whole checkpoint; empty where there is none."""
        return str(self._newest or "")

    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Ends it as a machine's failure would: it, and the Python beside it, at once."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def _connector(emulator: str) -> dict[str, Any]:
    return {
        "aws.endpoint": emulator,
        "aws.credentials.provider": "BASIC",
        "aws.credentials.basic.accesskeyid": "test",
        "aws.credentials.basic.secretkey": "test",
        "aws.trust.all.certificates": "true",
        "sink.http-client.protocol.version": "HTTP1_1",
        "scan.shard.discovery.intervalmillis": "1000",
    }
