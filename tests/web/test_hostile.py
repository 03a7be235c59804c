"""Whatever a name holds, it is text: no page is made of other parts for it, no export runs it or loses it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.screen import EmbeddedPlane
from footfall.ports import DeadLetter
from footfall.web import formats
from footfall.web.export import csv as written
from tests.conftest import Home
from tests.web.conftest import HOSTILE, LONG, PATHS, client_of, read

NAMES = ("brand", "category", "visitor", "product_id", "channel", "way", "reason", "row", "source")
"""Columns whose texts come from outside."""
DANGEROUS = re.compile(r"[\s\x00-\x1f]*[=+\-@\t\r]")
PIECES = st.sampled_from(
    [
        "<script>",
        "</td>",
        '"',
        "'",
        "&",
        "{{",
        "{%",
        "\u202e",
        "\u2066",
        "\x00",
        "=",
        "@",
        "+1",
        ";=",
        "\t",
        "\r\n",
        ",",
        ".",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(st.characters(codec="utf-8"), max_size=8)), min_size=1, max_size=8).map(
    "".join
)


class Named(EmbeddedPlane):
    """A plane whose every name is the same text."""

    text = "plain"

    def __init__(self, lake: EmbeddedLake) -> None:
        super().__init__(lake)
        self._answers: dict[tuple[object, ...], pa.Table] = {}

    def rows(self, name: str, since: date, until: date, population: str) -> pa.Table:
        """The answer, its names replaced."""
        key = (name, since, until, population)
        if key not in self._answers:
            self._answers[key] = super().rows(*key)
        rows = self._answers[key]
        for place, column in enumerate(rows.column_names):
            if column in NAMES and column in rows.column_names:
                old = rows[column].cast(pa.string()).to_pylist()
                new = pa.array([None if one is None else "*" if one == "*" else self.text for one in old], pa.string())
                rows = rows.set_column(place, column, new)
        return rows

    def letters(self) -> Iterator[DeadLetter]:
        """Dead letters, replaced."""
        yield DeadLetter(self.text, 1, self.text, self.text)


@pytest.fixture(scope="module")
def plain(shop: Home) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """What each page is made of when names are harmless."""
    client = client_of(Named(shop.lake))
    return {path: read(client.get(path).text).shape for path in PATHS}


@pytest.fixture(scope="module")
def named(shop: Home) -> tuple[Named, TestClient]:
    """A plane whose names can be set, and somebody who looks at it."""
    plane = Named(shop.lake)
    return plane, client_of(plane)


@settings(max_examples=5)
@example("".join(HOSTILE[:-1]))
@example(LONG)
@given(text=TEXTS)
def test_a_name_changes_what_a_page_says_and_never_what_it_is_made_of(
    named: tuple[Named, TestClient], plain: dict[str, list[tuple[str, tuple[str, ...]]]], text: str
) -> None:
    plane, client = named
    plane.text = text
    client.app.state.shelf._kept.clear()  # type: ignore[attr-defined]
    for path in PATHS:
        answer = client.get(path)
        assert answer.status_code == 200
        page = read(answer.text)
        assert page.shape == plain[path], path
        said = "".join(words for tag, words in page.texts if tag not in ("code", "pre"))
        assert not formats.UNSEEN.search(said.replace("\n", "").replace("\t", "")), path
        assert LONG not in said


@settings(max_examples=60)
@example("=1+1")
@example("\u200b=1+1")
@example(" \t@SUM(A1)")
@example("a;=cmd")
@example("-2+3")
@given(text=TEXTS)
def test_no_cell_of_a_csv_is_run_and_no_text_is_lost(text: str) -> None:
    rows = pa.table({"brand": [text, None, "fine"], "n": [-1, 2, 3]})
    content = b"".join(written(rows.schema, rows.to_batches(), marked=True))
    assert content.startswith(b"\xef\xbb\xbf")
    cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert cells[0] == ["brand", "n"]
    assert not DANGEROUS.match(cells[1][0])
    assert not DANGEROUS.match(formats.UNSEEN.sub("", cells[1][0]))
    assert cells[1][0] in (text, f"'{text}")
    assert [row[1] for row in cells[1:]] == ["-1", "2", "3"]


@pytest.mark.parametrize("name", ["recovery", "brands", "funnel", "windows"])
def test_a_real_shop_with_hostile_names_is_exported_whole(shop: Home, client: TestClient, name: str) -> None:
    plane = EmbeddedPlane(shop.lake)
    extent = plane.extent()
    whole = plane.rows(name, extent.first, extent.last, "gross")
    got = client.get(f"/export/{name}.parquet?count=gross&since={extent.first}&until={extent.last}")
    assert pq.read_table(io.BytesIO(got.content)).equals(whole)
    text = client.get(f"/export/{name}.csv?count=gross&since={extent.first}&until={extent.last}").content.decode()
    cells = list(csv.reader(io.StringIO(text, newline="")))
    assert len(cells) == whole.num_rows + 1
    columns = [place for place, field in enumerate(whole.schema) if field.name in NAMES]
    assert [row[place] for row in cells for place in columns if DANGEROUS.match(row[place])] == []


def test_dead_letters_are_exported_harmless(client: TestClient) -> None:
    cells = list(csv.reader(io.StringIO(client.get("/health/letters.csv").content.decode(), newline="")))
    assert cells[0] == ["source", "line", "reason", "row"]
    assert len(cells) == 2
    assert pq.read_table(io.BytesIO(client.get("/health/letters.parquet").content)).num_rows == 1
