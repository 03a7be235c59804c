"""Accounts from the command line: made, listed, ended; a password is never on the screen or in a file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.cli.conftest import ENTRY, Shell, environment

PASSWORD = "correct horse battery"


def added(home: Path, password: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``users add`` with a password piped in."""
    command = [*ENTRY, "users", "add", *arguments]
    return subprocess.run(command, input=f"{password}\n", capture_output=True, text=True, env=environment(home))


def test_an_account_is_made_listed_and_ended(shell: Shell) -> None:
    assert "No account" in shell("users", "list").out
    assert json.loads(added(shell.home, PASSWORD, "anna", "--json").stdout) == {"name": "anna", "role": "operator"}
    made = added(shell.home, PASSWORD, "vera", "--viewer")
    assert made.returncode == 0
    assert PASSWORD not in made.stdout + made.stderr
    assert json.loads(shell("users", "list", "--json").out) == [
        {"name": "anna", "role": "operator"},
        {"name": "vera", "role": "viewer"},
    ]
    assert shell("users", "remove", "vera").code == 0
    assert "There is no account 'vera'" in shell("users", "remove", "vera").err
    assert [path for path in shell.home.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()] == []


def test_a_short_password_and_a_strange_name_are_refused(shell: Shell) -> None:
    for password, name in (("short", "anna"), ("x" * 2_000, "anna"), (PASSWORD, "a\tb"), (PASSWORD, " ")):
        refused = added(shell.home, password, name)
        assert refused.returncode == 1
        assert refused.stderr.startswith("footfall: ")
        assert refused.stderr.count("\n") == 1
    assert "No account" in shell("users", "list").out


def test_the_trail_tells_what_was_done_from_anywhere(shell: Shell) -> None:
    assert "Nobody did anything yet." in shell("users", "trail").out
    assert json.loads(shell("users", "trail", "--json").out) == []
