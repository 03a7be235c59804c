"""Words and keys as small numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from footfall.detect.windows.names import Names, present

WORDS = st.lists(st.none() | st.text("abc", max_size=2), max_size=20)


@given(st.integers(1, 400), st.data())
def test_what_occurs_is_told_in_order_however_many_there_may_be(size: int, data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.integers(-1, size - 1), max_size=60))
    assert present(np.array(ids, np.int32), size).tolist() == sorted(set(ids) - {-1})


@given(st.lists(WORDS, max_size=6), st.booleans())
def test_each_word_keeps_its_id_from_batch_to_batch(batches: list[list[str | None]], encoded: bool) -> None:
    names, known = Names(), dict[str, int]()
    for batch in batches:
        column = pa.chunked_array([pa.array(batch, pa.string())])
        ids = names.ids(column.dictionary_encode() if encoded else column)
        assert names.decoded(ids).to_pylist() == batch
        for word, number in zip(batch, ids.tolist(), strict=True):
            assert number == (-1 if word is None else known.setdefault(word, number))
    assert sorted(known.values()) == list(range(len(names)))
    assert names.values().to_pylist() == sorted(known, key=known.__getitem__)


@given(WORDS, st.data())
def test_what_is_kept_moves_up(words: list[str | None], data: st.DataObject) -> None:
    names = Names()
    names.ids(pa.chunked_array([pa.array(words, pa.string())]))
    before = names.values().to_pylist()
    live = data.draw(st.lists(st.booleans(), min_size=len(before), max_size=len(before)))
    names.keep(np.array(live, bool))
    kept = [word for word, stays in zip(before, live, strict=True) if stays]
    assert names.values().to_pylist() == kept
    assert [names.find(word) for word in kept] == list(range(len(kept)))
