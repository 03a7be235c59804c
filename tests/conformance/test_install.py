"""What `make engines` says where something is missing that it cannot install."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_project import checkout


@pytest.mark.parametrize("missing", ["python3.11", "java", "mvn"])
def test_what_the_engines_lack_is_said_in_one_sentence(tmp_path: Path, missing: str) -> None:
    folder, found = checkout(tmp_path), tmp_path / "bin"
    found.mkdir()
    for name in {"python3.11", "java", "mvn"} - {missing}:
        (found / name).symlink_to("/bin/true")
    for name in ("cat", "dirname"):
        (found / name).symlink_to(str(shutil.which(name)))
    run = subprocess.run(
        ["/bin/sh", folder / "tools/engines.sh"], env={"PATH": str(found)}, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert [f"no {missing} was found" in line for line in run.stderr.splitlines()] == [True]
    assert not (folder / ".venv").exists()
