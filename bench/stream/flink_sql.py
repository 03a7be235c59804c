"""Flink SQL for a rule, and the stream as Flink is given it: one file for each thread, each in order of arrival."""

from __future__ import annotations

import json
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokens import Tokenizer as Plain

from bench.stream.texts import Text, texts
from bench.stream.work import Job

DISTRIBUTION = "sqlglot"
PREVIOUS = "_previous"
"""When the step before an event began, as a timestamp."""


class Flink(Dialect):
    """Flink SQL, of which a rule needs only that names stand in backticks."""

    NULL_ORDERING = "nulls_are_last"

    class Tokenizer(Plain):
        """Names in backticks."""

        IDENTIFIERS = ["`"]  # noqa: RUF012


def prepare(job: Job) -> dict[str, int]:
    """Writes the statements, and deals the lines out to as many files as there are threads."""
    (job.home / "statements.json").write_text(json.dumps({text.id: statements(text) for text in texts(job.rules)}))
    parts = job.home / "parts"
    parts.mkdir(exist_ok=True)
    files = [(parts / f"part-{number}.jsonl").open("wb") for number in range(job.threads)]
    with job.stream.open("rb") as lines:
        for number, line in enumerate(lines):
            files[number % job.threads].write(line)
    for file in files:
        file.close()
    return {}


def statements(text: Text) -> list[str]:
    """A view for the steps, where the rule has any, then the query; its last column is the window's end."""
    tree: Any = text.tree.copy()
    source, views = "events", []
    derived: set[str] = set()
    cte = tree.find(exp.CTE)
    if cte:
        source = f"{text.id}_{cte.alias}"
        derived = {column.alias for column in cte.this.expressions if isinstance(column, exp.Alias)}
        views.append(f"CREATE TEMPORARY VIEW `{source}` AS\n{_sql(_steps(text, cte.this.copy()))}")
        tree.args.pop("with_", None)
    tree = tree.transform(lambda node: _inside(node, derived))
    for key in text.keys:
        tree = tree.where(exp.column(key).is_(exp.Null()).not_())
    tree = tree.select(exp.column("window_end")).group_by("window_start", "window_end").from_("_hop")
    hop = f"TABLE(HOP(TABLE `{source}`, DESCRIPTOR(`rowtime`), {interval(text.hop)}, {interval(text.window)}))"
    return [*views, _sql(tree).replace("`_hop`", hop)]


def _steps(text: Text, inner: Any) -> Any:
    """The rule's own columns over the events; Flink's LAG would see all events of a millisecond at once."""
    over = f"OVER (PARTITION BY {', '.join(text.keys)} ORDER BY rowtime ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"

    def before(value: str) -> Any:
        return parse_one(f"CASE WHEN count(*) {over} = 2 THEN min({value}) {over} END", dialect=Flink)

    inner = inner.transform(lambda node: before("event_time") if isinstance(node, exp.Window) else node)
    columns = [column for column in inner.expressions if not isinstance(column, exp.Star)]
    read = {column.name for column in text.tree.find_all(exp.Column)} - {column.alias for column in columns}
    whole = [exp.column(name) for name in ("rowtime", *sorted(read | {"event_time"}))]
    previous = exp.alias_(before("CAST(rowtime AS TIMESTAMP(3))"), PREVIOUS)
    return exp.select(*whole, *columns, previous).from_("events")


def _inside(node: Any, derived: set[str]) -> Any:
    """A step counts only where it began inside the window."""
    if isinstance(node, exp.AggFunc) and {column.name for column in node.find_all(exp.Column)} & derived:
        began = exp.Where(this=exp.column(PREVIOUS) >= exp.column("window_start"))
        return exp.Filter(this=node.copy(), expression=began)
    return node


def _sql(tree: Any) -> str:
    return str(tree.sql(Flink, identify=True, pretty=True, comments=False))


def interval(milliseconds: int) -> str:
    """A length of time as Flink writes it."""
    seconds = milliseconds // 1000
    return f"INTERVAL '{seconds // 60}' MINUTE" if seconds % 60 == 0 else f"INTERVAL '{seconds}' SECOND"
