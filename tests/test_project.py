"""The laws of the repository itself: locks, commands, hosts, sizes, and that an install from nothing works."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uv_build
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import footfall

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME = "requirements.lock"
APART = {f"requirements-{engine}.lock": engine for engine in ("flink", "spark", "trino")}
"""Installed into an environment of its own each, so that they need not agree with the others."""
LOCKS = {
    RUNTIME: "build",
    "requirements-dev.lock": "dev",
    "requirements-bench.lock": "bench",
    "requirements-infra.lock": "infra",
    **APART,
}
BINARY = ("duckdb", "msgspec", "numpy", "pyarrow", "pydantic-core")
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
HOSTS = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("static", "crates", "io"),
    ("index", "crates", "io"),
    ("proxy", "golang", "org"),
    ("sum", "golang", "org"),
    ("maven", "apache", "org"),
    ("maven", "org"),
    ("deb", "debian", "org"),
    ("security", "debian", "org"),
    ("archive", "ubuntu", "com"),
    ("docker", "io"),
    ("mcr", "microsoft", "com"),
    ("ghcr", "io"),
)


def repository_files() -> list[Path]:
    """Every file git has or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = (ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name)
    return [path for path in found if path.is_file()]


FILES = repository_files()
MODULES = [path for path in FILES if path.suffix == ".py"]


def short(path: Path) -> str:
    """A file's path inside the repository."""
    return path.relative_to(ROOT).as_posix()


def pins(lock: str) -> dict[str, list[Requirement]]:
    """The requirements of a lock by name; the same name twice where Python versions differ."""
    found: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^(\S.*?)\s*\\?$", (ROOT / lock).read_text("utf-8"), re.MULTILINE):
        requirement = Requirement(line)
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def versions(pinned: list[Requirement]) -> list[str]:
    """What a name is pinned to, on whatever platform."""
    return [str(requirement.specifier) for requirement in pinned]


def entries(lock: str) -> dict[str, int]:
    """The number of hashes each line of a lock has, by what it pins."""
    blocks = re.split(r"^(?=\S)", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)
    return {block.split(" ")[0]: len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block)) for block in blocks if block}


def asked(group: str) -> Iterator[Requirement]:
    """What a dependency group names, its included groups too."""
    for entry in PROJECT["dependency-groups"][group]:
        if isinstance(entry, dict):
            yield from asked(entry["include-group"])
        else:
            yield Requirement(entry)


def wanted(lock: str) -> list[Requirement]:
    """What pyproject.toml asks of a lock."""
    own = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"] if lock == RUNTIME else []
    return [*map(Requirement, own), *asked(LOCKS[lock])]


def test_every_lock_is_known() -> None:
    assert {path.name for path in ROOT.glob("*.lock") if path.name != "uv.lock"} == set(LOCKS)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock: str) -> None:
    pinned = pins(lock)
    for requirement in wanted(lock):
        found = [next(iter(pin.specifier)) for pin in pinned.get(canonicalize_name(requirement.name), [])]
        assert found, f"{requirement} is not in {lock}: run make lock"
        assert all(version.operator == "==" for version in found)
        assert all(requirement.specifier.contains(version.version) for version in found), f"{requirement} in {lock}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_has_hashes_and_no_address(lock: str) -> None:
    counts = entries(lock)
    assert len(counts) >= len(wanted(lock))
    assert [name for name, hashes in counts.items() if "==" not in name or hashes == 0] == []
    assert "://" not in (ROOT / lock).read_text("utf-8")


def test_binary_packages_are_locked_for_many_platforms() -> None:
    hashes = {name.split("==")[0]: count for name, count in entries(RUNTIME).items()}
    assert {name: hashes[name] for name in BINARY if hashes[name] < 12} == {}


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock not in (RUNTIME, *APART)])
def test_locks_agree_with_each_other(lock: str) -> None:
    runtime = pins(RUNTIME)
    shared = {name: pinned for name, pinned in pins(lock).items() if name in runtime}
    assert shared
    assert {name: versions(pinned) for name, pinned in shared.items()} == {
        name: versions(runtime[name]) for name in shared
    }


def test_the_build_group_is_what_the_build_needs() -> None:
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]


def test_the_version_is_one() -> None:
    assert PROJECT["project"]["version"] == footfall.__version__


def targets() -> dict[str, str]:
    """The Makefile's targets and the line that explains each."""
    return dict(re.findall(r"^([a-z]+):.*?## (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def commands(text: str) -> set[str]:
    """The make targets a Markdown text names in its code."""
    fenced = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`[^`\n]+`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return set(re.findall(r"(?:^|[`$;&]|\s)make ([a-z]+)", "\n".join(fenced + inline)))


def test_every_target_explains_itself() -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(" ".join(phony).split()) == set(targets())


def test_commands_are_found_in_code_alone() -> None:
    assert commands("make sure\n`make test` and `VAR=1 make demo`\n```\n$ make check\nmake docs # x\n```\n") == {
        "test",
        "demo",
        "check",
        "docs",
    }


def test_every_make_command_in_the_docs_exists() -> None:
    named = {short(path): commands(path.read_text("utf-8")) for path in FILES if path.suffix == ".md"}
    assert {name: unknown for name, found in named.items() if (unknown := found - set(targets()))} == {}


def test_the_contributor_is_told_the_commands() -> None:
    assert commands((ROOT / "CONTRIBUTING.md").read_text("utf-8")) >= {"check", "test", "slow"}


def test_no_file_names_a_registry() -> None:
    hosts = [".".join(parts).encode() for parts in HOSTS]
    named = {short(path): host for path in FILES for host in hosts if host in path.read_bytes()}
    assert named == {}


def offenders(law: Callable[[Path], Any]) -> dict[str, Any]:
    """What a law finds wrong, by module."""
    return {short(path): wrong for path in MODULES if (wrong := law(path))}


def longest(path: Path) -> dict[str, int]:
    """A module's functions that are too long, and their lines."""
    nodes = ast.walk(ast.parse(path.read_bytes()))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    return {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION}


def silent(path: Path) -> bool:
    """Whether a module that has anything in it does not open with a sentence on a line of its own."""
    tree = ast.parse(path.read_bytes())
    return bool(tree.body) and not re.match(r"\S.*[.:?]\Z", (ast.get_docstring(tree) or "").partition("\n")[0])


def test_modules_are_short() -> None:
    assert offenders(lambda path: max(0, len(path.read_bytes().splitlines()) - LONGEST_MODULE)) == {}


def test_functions_are_short() -> None:
    assert offenders(longest) == {}


def test_modules_say_what_they_are() -> None:
    assert offenders(silent) == {}


def test_modules_are_named_after_what_they_hold() -> None:
    assert offenders(lambda path: re.search(r"(^|_)(utils?|helpers?|common|misc|old|new|v\d+)$", path.stem)) == {}


def test_the_size_laws_see_what_is_too_long(tmp_path: Path) -> None:
    module = tmp_path / "long.py"
    module.write_text("def tall():\n" + "    pass\n" * LONGEST_FUNCTION + "def low():\n    pass\n")
    assert longest(module) == {"tall": LONGEST_FUNCTION + 1}
    assert silent(module)


def test_types_are_checked_wherever_there_is_python() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} <= set(PROJECT["tool"]["mypy"]["files"])


def test_a_wheel_holds_the_whole_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    wheel = zipfile.ZipFile(tmp_path / uv_build.build_wheel(str(tmp_path)))
    package = {short(path).removeprefix("src/") for path in FILES if short(path).startswith("src/footfall/")}
    assert package - set(wheel.namelist()) == set()


def checkout(folder: Path) -> Path:
    """A copy of the repository's files alone."""
    for path in FILES:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return folder


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs make as a person would: outside of any environment of ours."""
    ours = ("MAKEFLAGS", "MAKELEVEL", "VIRTUAL_ENV", "PYTHON")
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(["make", *arguments], cwd=folder, env=clean, capture_output=True, text=True, check=False)


def test_an_old_python_is_refused_in_one_sentence(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    old = folder / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    run = make(folder, "install", f"PYTHON={old}")
    assert run.returncode == 2
    assert [line for line in run.stderr.splitlines() if "3.11 or newer" in line] == run.stderr.splitlines()[:1]
    assert not (folder / ".venv").exists()


@pytest.mark.slow
def test_an_install_from_nothing_works_and_mends_itself(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    footfall_command = folder / ".venv/bin/footfall"

    def installed() -> list[str]:
        run = make(folder, "install")
        assert run.returncode == 0, run.stderr
        subprocess.run([footfall_command, "--help"], check=True, capture_output=True)
        return [line for line in run.stderr.splitlines() if "installing" in line]

    assert len(installed()) == 2
    assert not (folder / ".venv/bin/pytest").exists()
    assert installed() == []
    (folder / ".venv/made/unfinished").touch()
    assert len(installed()) == 2
    footfall_command.unlink()
    assert len(installed()) == 2
