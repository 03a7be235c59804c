"""The rules' texts, as every engine that speaks SQL is given them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp, parse_one

RULES = Path(__file__).with_name("rules")
UNITS = {"second": 1000, "minute": 60_000}


@dataclass(frozen=True, slots=True)
class Text:
    """A rule of one watch: its id, the columns of its key, its window and hop in ms, its SQL."""

    id: str
    keys: tuple[str, ...]
    window: int
    hop: int
    sql: str

    @property
    def tree(self) -> exp.Select:
        """The SQL, parsed."""
        tree = parse_one(self.sql, dialect="duckdb")
        assert isinstance(tree, exp.Select)
        return tree


def texts(folder: Path = RULES) -> list[Text]:
    """Every rule of a folder, by name."""
    return [_text(path) for path in sorted(folder.glob("*.sql"))]


def _text(path: Path) -> Text:
    lines = path.read_text().splitlines()
    said = dict(re.findall(r"^-- (\w+): (.*)$", "\n".join(lines), re.MULTILINE))
    sql = "\n".join(line for line in lines if not line.startswith("--")).strip()
    return Text(path.stem, tuple(said["key"].split(", ")), _ms(said["window"]), _ms(said["hop"]), sql)


def _ms(length: str) -> int:
    number, unit = length.split()
    return int(number) * UNITS[unit.removesuffix("s")]
