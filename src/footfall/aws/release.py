"""A release: the code that the stacks run, as archives under one prefix of the workshop's bucket."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import msgspec

from footfall.aws import questions

PACKAGE = Path(str(files("footfall")))
FUNCTIONS, LIBRARIES, FLINK, JOB = "functions.zip", "libraries.zip", "flink.zip", "glue/job.py"
MARTS = "footfall/aws/spark/marts.json"
LEFT_OUT = PACKAGE / "aws" / "templates"
"""Of the package, what deploys it and never runs there."""
EPOCH = (1980, 1, 1, 0, 0, 0)


def functions() -> bytes:
    """The package itself as an archive, with the marts' SQL for the daily job; the same files give the same bytes."""
    return archive(_package() | {MARTS: msgspec.json.encode(questions.marts())})


def flink() -> bytes:
    """The Flink application as an archive, as Managed Flink takes it.

    Raises:
        FootfallError: what it is made of could not be fetched.
    """
    from footfall.aws.flink.package import contents

    return archive(contents() | {f"python/{name}": content for name, content in _package().items()})


def _package() -> dict[str, bytes]:
    found = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    paths = [path for path in found if not path.is_relative_to(LEFT_OUT)]
    return {f"footfall/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes() for path in paths}


def archive(contents: dict[str, bytes]) -> bytes:
    """Files by their names as a zip archive, the same whenever it is made."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            written.writestr(entry, content)
    return buffer.getvalue()


def name(artefacts: dict[str, bytes]) -> str:
    """A release's name, by all that is in it."""
    digest = sha256()
    for key, content in sorted(artefacts.items()):
        digest.update(key.encode() + sha256(content).digest())
    return digest.hexdigest()[:16]
