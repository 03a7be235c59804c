"""Every command that the documents tell of is one that the command line takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from footfall.cli import app
from footfall.cli.summary import NEXT

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def typed(text: str) -> list[str]:
    """The commands in blocks of shell."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line.startswith("footfall ")]


def mentioned(text: str) -> list[str]:
    """The commands between backquotes, which may lack what they need."""
    return re.findall(r"`(footfall [^`]+)`", text)


def parse(line: str) -> None:
    """Reads a command as the command line would, and runs nothing."""
    command, name, words = find(line)
    command.make_context(name, words)


def find(line: str) -> tuple[Any, str, list[str]]:
    """The command that a line names, its name, and the words after it."""
    name, *words = shlex.split(line, comments=True)
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words:
        name, *words = words
        command = command.commands[name]
    return command, name, words


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_a_document_can_be_read(document: Path) -> None:
    text = document.read_text("utf-8")
    for line in typed(text):
        parse(line)
    for line in mentioned(text):
        find(line)


def test_the_readme_tells_of_every_command() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    names = {shlex.split(line, comments=True)[1] for line in [*typed(text), *mentioned(text)]}
    assert names == set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("line", [line for line, _ in NEXT])
def test_what_the_demo_says_to_type_next_can_be_read(line: str) -> None:
    parse(line)


@pytest.mark.parametrize("line", ["footfall nothing", "footfall build --unknown", "footfall incidents mute"])
def test_a_command_that_is_none_is_told_apart(line: str) -> None:
    with pytest.raises(Exception, match=r"nothing|No such option|Missing"):
        parse(line)
