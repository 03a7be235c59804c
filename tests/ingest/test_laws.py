"""What holds of every format and every variant of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.ingest import source
from footfall.ingest.formats import adapters, choose, parquet
from footfall.ingest.source import Source
from tests.conftest import Home, temporary_home
from tests.ingest.writers import Piece, Writer, variants, writers

FORMS = sorted(writers())
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata")

each_form = pytest.mark.parametrize("form", FORMS)


def pieces(writer: Writer, unique: bool = False) -> st.SearchStrategy[list[tuple[bool, Piece]]]:
    """Rows of a file, each with whether it is good."""
    row = st.one_of(*[writer.GOOD.map(lambda piece: (True, piece))] * 3, writer.BAD.map(lambda piece: (False, piece)))
    return st.lists(row, min_size=1, max_size=25, unique_by=(lambda drawn: writer.like(drawn[1])) if unique else None)


def plain(form: str, rows: Sequence[Piece]) -> bytes:
    """A file in the first of a format's variants."""
    return next(iter(writers()[form].VARIANTS.values()))(rows)


def lake_of(form: str, files: Sequence[Sequence[Piece]], **options: Any) -> bytes:
    """The manifest of a new home that took some files."""
    with temporary_home(**options) as home:
        for number, rows in enumerate(files):
            home.take(plain(form, rows), form, f"file{number}")
        return home.manifest()


def test_every_adapter_has_a_writer_and_every_writer_an_adapter() -> None:
    assert set(writers()) == set(adapters())
    assert all(adapter.TITLE for adapter in adapters().values())


@each_form
@settings(max_examples=25)
@given(data=st.data())
def test_every_row_is_stored_or_a_duplicate_or_dead(form: str, data: st.DataObject) -> None:
    rows = data.draw(pieces(writers()[form]))
    variant = data.draw(st.sampled_from(sorted(writers()[form].VARIANTS)))
    content = writers()[form].VARIANTS[variant]([piece for _, piece in rows])
    with temporary_home() as home:
        counts = home.take(content, form)
        assert counts.rows == len(rows)
        assert counts.rows == counts.stored + counts.duplicates + counts.dead
        assert counts.stored == len(home.rows()) == sum(file.rows for file in home.lake.days().values())
        assert_dead(home, form, rows)
        assert_idempotent(home, content, form)


def assert_dead(home: Home, form: str, rows: list[tuple[bool, Piece]]) -> None:
    """Every bad row, and no other, is a dead letter: whole, where it stood, with a reason."""
    before = 1 + adapters_header(form)
    bad = {number: piece for number, (good, piece) in enumerate(rows, before) if not good}
    letters = home.letters()
    assert sorted(letter["line"] for letter in letters) == sorted(bad)
    for letter in letters:
        assert letter["source"] == "events"
        assert letter["reason"].strip()
        piece = bad[letter["line"]]
        if isinstance(piece, bytes):
            assert letter["row"] == piece.decode("utf-8", "replace")
        else:
            assert str(piece["product_id"] or "") in letter["row"]


def adapters_header(form: str) -> int:
    """Lines before the first row."""
    return int(form == "rees46")


def kept(home: Home) -> dict[str, bytes]:
    """Every file of a home but the journal, which tells of each import."""
    journal = home.lake.layout.arrived.name
    return {name: content for name, content in home.files().items() if name != journal}


def assert_idempotent(home: Home, content: bytes, form: str) -> None:
    """The same file again changes no byte: neither of the lake nor of the dead letters."""
    before = kept(home)
    again = home.take(content, form)
    assert again.stored == 0
    assert again.rows == again.duplicates + again.dead
    assert kept(home) == before


@each_form
@settings(max_examples=10)
@given(data=st.data())
def test_neither_order_nor_blocks_nor_memory_nor_threads_show_in_the_lake(form: str, data: st.DataObject) -> None:
    rows = [piece for _, piece in data.draw(pieces(writers()[form]))]
    zone = data.draw(st.sampled_from(ZONES))
    expected = lake_of(form, [rows], timezone=zone)
    shuffled = data.draw(st.permutations(rows))
    assert lake_of(form, [shuffled], timezone=zone) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "BLOCK", data.draw(st.sampled_from([64, 200, 5_000])))
        patch.setattr(parquet, "ROWS", data.draw(st.integers(1, 5)))
        threads, memory_mb = data.draw(st.integers(1, 4)), data.draw(st.sampled_from([0, 512]))
        assert lake_of(form, [rows], timezone=zone, threads=threads, memory_mb=memory_mb) == expected
        assert lake_of(form, [shuffled], timezone=zone, threads=threads, memory_mb=memory_mb) == expected


@each_form
@settings(max_examples=10)
@given(data=st.data())
def test_a_file_cut_into_several_gives_the_same_lake(form: str, data: st.DataObject) -> None:
    rows = [piece for _, piece in data.draw(pieces(writers()[form], unique=True))]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    parts = [rows[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    files = [part for part in data.draw(st.permutations(parts)) if part]
    assert lake_of(form, files) == lake_of(form, [rows])
    assert lake_of(form, [*files, rows, files[0]], memory_mb=0) == lake_of(form, [rows])


@each_form
@settings(max_examples=6)
@given(data=st.data())
def test_every_variant_of_a_file_gives_the_same_lake(form: str, data: st.DataObject) -> None:
    rows = [piece for _, piece in data.draw(pieces(writers()[form]))]
    expected = lake_of(form, [rows])
    for encode in writers()[form].VARIANTS.values():
        with temporary_home() as home:
            home.take(encode(rows), form)
            assert home.manifest() == expected


@pytest.mark.parametrize(("form", "variant"), variants())
@settings(max_examples=2)
@given(data=st.data())
def test_a_file_is_known_by_its_first_bytes_and_by_one_format_alone(
    form: str, variant: str, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(writers()[form].GOOD, min_size=1, max_size=3))
    content = writers()[form].VARIANTS[variant](rows)
    with temporary_home() as home:
        opened = Source(str(home.file(content)))
        assert choose(opened, None) is adapters()[form]
        assert [name for name, adapter in adapters().items() if adapter.sniff(opened.head())] == [form]
