"""An emulator of AWS for the session, on a port of its own, and what tests make in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

REGION = "eu-central-1"
if find_spec("boto3") is None:  # without what `make slow` installs not even their imports can be read
    collect_ignore_glob = ["test_*.py"]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an emulator, where every client of this process goes."""
    with emulated(tmp_path_factory.mktemp("emulator")) as address:
        yield address


@contextmanager
def emulated(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """An emulator of its own, where every client of this process goes meanwhile.

    Args:
        folder: for its log.
        more: settings of it.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    quiet = {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    ours = {
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "2",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    environment = os.environ | quiet | ours | {"GATEWAY_PORT": str(port), "EDGE_PORT": str(port)} | dict(more or {})
    command = [Path(sys.executable).with_name("ministack")]
    with (
        (folder / "log").open("w") as log,
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as process,
    ):
        for name, value in ours.items():
            patch.setenv(name, value)
        _listening(port)
        try:
            yield address
        finally:
            process.terminate()


def _listening(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the emulator does not listen")
