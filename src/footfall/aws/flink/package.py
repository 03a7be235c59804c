"""What the application's archive holds: main.py, its SQL, the package, wheels, and the connector as one jar."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from footfall.aws import wheels
from footfall.aws.flink.statements import plan
from footfall.ports import FootfallError

JAR = "lib/footfall-flink.jar"
JARS = (
    "org.apache.flink:flink-connector-kinesis:4.3.0-1.19",
    "commons-logging:commons-logging:1.2",
    "joda-time:joda-time:2.12.7",
)
"""The connector, and what it wants that neither it nor Flink holds."""
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
WHEELS = ("msgspec",)
"""What the Python of Managed Flink lacks; Arrow, NumPy and pandas are PyFlink's own."""
PYTHON, PLATFORM = "3.11", "manylinux2014_x86_64"
SIGNED = (".SF", ".DSA", ".RSA")


def contents() -> dict[str, bytes]:
    """The files beside the package, by their names; the package itself goes below ``python/`` too.

    Raises:
        FootfallError: Maven or pip is not there, or could not fetch what is needed.
    """
    with TemporaryDirectory() as made:
        folder = Path(made)
        wheels.fetch(folder / "python", [f"{name}=={version(name)}" for name in WHEELS], PYTHON, PLATFORM)
        found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        found[JAR] = _merged(_jars(folder / "jars"))
    found["main.py"] = Path(__file__).with_name("main.py").read_bytes()
    found["plan.json"] = json.dumps(plan(), indent=1).encode()
    return found


def _jars(folder: Path) -> list[Path]:
    """The jars, which Maven keeps once it has them."""
    if shutil.which("mvn") is None:
        raise FootfallError("Maven fetches Flink's connector for Kinesis, and there is no mvn: install it.")
    for coordinate in JARS:
        command = ["mvn", "--quiet", "--batch-mode", COPY, f"-Dartifact={coordinate}", f"-DoutputDirectory={folder}"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            said = next((line for line in run.stdout.splitlines() if "ERROR" in line), "nothing")
            raise FootfallError(f"Maven could not fetch {coordinate}: {said}")
    return [folder / f"{name}-{number}.jar" for _, name, number in (each.split(":") for each in JARS)]


def _merged(jars: Iterable[Path]) -> bytes:
    """Jars as one; of a file that several have, the first, and no signatures, which hold for whole jars alone."""
    buffer, taken = BytesIO(), set[str]()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written:
        for jar in jars:
            with zipfile.ZipFile(jar) as read:
                for entry in read.infolist():
                    if entry.is_dir() or entry.filename in taken or entry.filename.endswith(SIGNED):
                        continue
                    taken.add(entry.filename)
                    written.writestr(zipfile.ZipInfo(entry.filename), read.read(entry), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
