"""Laws of what is deployed: order, parameters, templates' size, libraries; none of it needs an account."""

from __future__ import annotations

import io
import platform
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from footfall import insights
from footfall.aws import prices, release
from footfall.aws.deploy import libraries, parts, stack
from footfall.aws.meter import UNITS
from footfall.aws.sizes import SIZES
from footfall.ports import FootfallError
from tests.infra.stacks import TEMPLATES

AARCH64 = 183
LIMIT = 1 << 20
"""Bytes of a template that lies in a bucket."""
RUNS = """
import io, sys
from importlib import import_module
sys.path[:0] = sys.argv[1:3]
for name in ("block", "collector", "notify", "respond", "verdicts"):
    import_module(f"footfall.aws.functions.{name}")
import apprise, boto3, pyarrow, pyarrow.parquet
for service in sys.argv[3].split(","):
    boto3.client(service, region_name="eu-central-1")
table = pyarrow.table({"a": [1, 1, 2]}).group_by("a").aggregate([("a", "count")])
pyarrow.parquet.write_table(table, io.BytesIO(), compression="zstd")
print(*(module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)), sep="\\n")
"""
HERE = libraries.Runtime(
    f"{sys.version_info.major}.{sys.version_info.minor}",
    ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
)
READS = """
import json, sys
sys.path.insert(0, sys.argv[1])
import footfall
from importlib.resources import files
from footfall.known_bots import known_agents, owner
marts = json.loads(files("footfall.aws.spark").joinpath("marts.json").read_text())
print(footfall.__file__, len(known_agents(["Googlebot/2.1"])), owner("66.249.66.1"), len(marts))
"""


@pytest.mark.parametrize("size", SIZES)
def test_every_committed_stack_is_deployed(size: str) -> None:
    assert {path.stem for path in TEMPLATES if path.parent.name == size} == set(parts.ORDER)


def test_a_stack_comes_after_those_whose_outputs_it_takes() -> None:
    told: set[str] = set()
    for name in parts.ORDER:
        body = parts.template(name, "small")
        assert set(_imports(body)) <= told, name
        told |= {output["Export"]["Name"] for output in body.get("Outputs", {}).values() if "Export" in output}


def _imports(part: object) -> list[str]:
    if isinstance(part, list):
        return [name for each in part for name in _imports(each)]
    if not isinstance(part, dict):
        return []
    return [part["Fn::ImportValue"]] if "Fn::ImportValue" in part else _imports([*part.values()])


def test_templates_fit_into_what_takes_them() -> None:
    for name in parts.ORDER:
        length = len(parts.wanted(name, "large", "", {}).template.encode())
        assert length < (stack.INLINE if name == parts.KEPT else LIMIT), name


def test_parameters_go_to_the_stacks_that_take_them() -> None:
    given = {"WriteKeys": "shop", "Zone": "UTC", "Release": "r"}
    taken = {name: {*parts.wanted(name, "small", "", given).parameters} for name in parts.ORDER}
    assert taken[parts.LIVE] == {"WriteKeys", "Release"}
    assert taken["footfall-batch"] == {"Zone", "Release"}
    assert taken[parts.KEPT] == set()
    parts.checked("small", {"WriteKeys": "shop"})
    with pytest.raises(FootfallError, match="Release"):
        parts.checked("small", {"Release": "r"})


def test_the_size_is_that_of_the_stack() -> None:
    assert parts.size_of(None) == "small"
    assert parts.size_of({"Tags": [{"Key": "size", "Value": "large"}]}) == "large"


def test_a_release_s_name_is_that_of_its_content() -> None:
    assert release.functions() == release.functions()
    one, other = release.name({"a": b"1", "b": b"2"}), release.name({"b": b"2", "a": b"1"})
    assert one == other != release.name({"a": b"12", "b": b""})


def test_the_job_finds_its_data_in_the_archive(tmp_path: Path) -> None:
    """Glue reads the package from the archive itself."""
    archive = tmp_path / "functions.zip"
    archive.write_bytes(release.functions())
    run = subprocess.run([sys.executable, "-c", READS, archive], capture_output=True, text=True, check=False)
    assert run.stdout.split() == [
        str(archive / "footfall" / "__init__.py"),
        "1",
        "googlebot",
        str(len(insights.marts())),
    ]


@pytest.mark.slow
def test_the_libraries_are_lambda_s_and_all_that_functions_import() -> None:
    archive = libraries.libraries()
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        names = held.namelist()
        size = sum(each.file_size for each in held.infolist())
        binaries = [held.read(name)[:20] for name in names if name.endswith(".so") or ".so." in name]
    with zipfile.ZipFile(io.BytesIO(release.functions())) as held:
        size += sum(each.file_size for each in held.infolist())
    assert size < libraries.LIMIT
    assert len(binaries) > 10
    assert {struct.unpack_from("<H", head, 18)[0] for head in binaries} == {AARCH64}
    assert not [name for name in names if name.split("/")[1].startswith("footfall")]


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the wheels are this machine's")
def test_the_functions_run_on_what_the_layer_holds_alone(tmp_path: Path) -> None:
    """The same layer for this machine's Python: everything is imported from it, from the package or from Python."""
    (tmp_path / "functions.zip").write_bytes(release.functions())
    with zipfile.ZipFile(io.BytesIO(libraries.libraries(HERE))) as held:
        held.extractall(tmp_path)
    command = [sys.executable, "-I", "-S", "-c", RUNS, str(tmp_path / "python"), str(tmp_path / "functions.zip")]
    run = subprocess.run([*command, ",".join(libraries.SERVICES)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert not [path for path in run.stdout.splitlines() if "site-packages" in path]


def test_every_service_that_functions_call_is_in_the_layer() -> None:
    folder = release.PACKAGE / "aws"
    sources = [path for path in folder.rglob("*.py") if "deploy" not in path.relative_to(folder).parts]
    called = {
        name for path in sources for name in re.findall(r'boto3\.(?:client|resource)\("([\w-]+)"', path.read_text())
    }
    assert called
    assert called <= set(libraries.SERVICES)


def test_our_own_metrics_are_as_many_as_the_estimate_counts() -> None:
    assert len(UNITS) == prices.METRICS
