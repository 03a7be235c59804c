"""What each format's rows mean, by examples to check by eye; and that a line means the same in any company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.ingest import source
from footfall.ingest.adapter import Parsed
from footfall.ingest.formats import access_log, jsonl, rees46
from footfall.ingest.source import Block
from footfall.ports import FootfallError
from tests.conftest import NEW_HOME, Home, event
from tests.conftest import jsonl as json_lines
from tests.conftest import rees46 as csv

NAMES = ["event_time", "event_type", "brand"]
PARSERS: dict[str, Callable[[Block], Parsed]] = {
    "rees46": partial(rees46.parse, NAMES),
    "jsonl": jsonl.parse,
    "access_log": access_log.parse,
}
LOG_LINE = b'1.2.3.4 - - [01/Oct/2019:00:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"'
HOSTILE = {
    "rees46": st.text(alphabet='ab,"\r \0\ufeff\u2028\x0b\x1c', max_size=8).map(str.encode)
    | st.sampled_from(
        [
            b"\xff,a,b",
            b'x,y,"z',
            b"x,y,z",
            b'"x,y",z,1',
            b'x,"y" z,"',
            b'a,b,"""',
            b"",
            b'"x',
            b'y",b,c',
            b"a,b,c\rd,e,f",
            b'"\r",b,c',
        ]
    ),
    "jsonl": st.sampled_from(
        [
            b"{}",
            b'{"user_id":"a"}',
            b'{"user_id":1,"x":2}',
            b'{"extra":{}}',
            b'{"extra":{"a":{}}}',
            b"[]",
            b"1",
            b"",
            b"  ",
            b'"',
            b"\xff",
        ]
    ),
    "access_log": st.sampled_from(
        [LOG_LINE, LOG_LINE + b" more", b"", b"-", b" ", b"\xff", LOG_LINE.replace(b"Oct", b"Okt")]
    ),
}


def told(parsed: Parsed) -> tuple[list[Any], list[tuple[int, str, str]]]:
    """What a block became: its rows with their lines and texts, and what was refused."""
    rows = parsed.table.to_pylist()
    return [(line, parsed.text(row), rows[row]) for row, line in enumerate(parsed.lines)], [*parsed.refused]


@pytest.mark.parametrize("form", sorted(PARSERS))
@settings(max_examples=120)
@given(data=st.data())
def test_a_line_means_the_same_alone_and_in_company(form: str, data: st.DataObject) -> None:
    lines = data.draw(st.lists(HOSTILE[form], min_size=1, max_size=6))
    parse = PARSERS[form]
    whole = told(parse(Block(b"\n".join(lines) + b"\n", 5, len(lines), 0)))
    alone = [told(parse(Block(line + b"\n", number, 1, 0))) for number, line in enumerate(lines, 5)]
    assert whole[0] == [row for rows, _ in alone for row in rows]
    assert whole[1] == [letter for _, letters in alone for letter in letters]


def test_a_line_that_swallows_the_next_and_one_that_splits_do_not_make_up_for_each_other() -> None:
    """Three lines that a lenient reader makes three rows of, none of them where it stands."""
    rows, refused = told(rees46.parse(NAMES, Block(b'"x\ny",b,c\na,b,c\rd,e,f\n', 1, 3, 0)))
    assert [line for line, *_ in rows] == [2]
    assert [line for line, *_ in refused] == [1, 3]


def stored(home: Home, content: bytes, form: str | None = None) -> list[dict[str, Any]]:
    """The rows of a file, without the fields that are null."""
    home.take(content, form)
    return [{name: value for name, value in row.items() if value is not None} for row in home.rows()]


def test_a_row_of_rees46(home: Home) -> None:
    cells = (
        "2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,electronics.audio,shiseido,35.79,541312140,72d76fde"
    )
    assert stored(home, csv([cells.split(",")])) == [
        {
            "event_time": datetime(2019, 10, 1, tzinfo=UTC),
            "event_type": "view",
            "product_id": "44600062",
            "category_id": "2103807459595387724",
            "category_code": "electronics.audio",
            "brand": "shiseido",
            "price": 3579,
            "user_id": "541312140",
            "user_session": "72d76fde",
            "hour": 0,
            "weekday": 2,
            "session_no": 0,
        }
    ]


@pytest.mark.parametrize(("currency", "price"), [("USD", 3579), ("JPY", 36), ("KWD", 35_790), ("EUR", 3579)])
def test_prices_in_major_units_follow_the_currency_of_the_store(new_home: NEW_HOME, currency: str, price: int) -> None:
    content = csv([["2019-10-01 00:00:00 UTC", "view", "1", "", "", "", "35.79", "u", "s"]])
    assert stored(new_home(currency=currency), content)[0]["price"] == price


@pytest.mark.parametrize(
    "header",
    [
        "event_time,event_type,product_id,user_id",
        '"event_time","event_type","product_id","user_id"',
        " event_time , event_type,product_id,user_id \r",
        "\ufeffevent_time,event_type,product_id,user_id",
    ],
)
def test_a_header_in_any_guise(home: Home, header: str) -> None:
    rows = stored(home, csv([["2019-10-01", "view", "p", "u"]], header))
    assert (rows[0]["product_id"], rows[0]["user_id"]) == ("p", "u")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("event_time,event_type,product_id,colour", "has columns that are no field of an event, as 'colour'."),
        ("event_time,event_type,product_id,product_id", "has the column product_id twice."),
        ("event_time,product_id,user_id", "lacks the columns event_type."),
        (
            "event_time;event_type;product_id",
            "has columns that are no field of an event, as 'event_time;event_type;product_id'.",
        ),
        ("", "has columns that are no field of an event, as ''."),
    ],
)
def test_a_header_that_cannot_be_used_is_said_in_a_sentence(home: Home, header: str, sentence: str) -> None:
    content = (header + "\na,b,c,d\n").encode()
    with pytest.raises(FootfallError, match=sentence):
        home.take(content, "rees46")
    assert home.manifest() == b""


def test_unknown_fields_of_json_are_kept_beside_the_extra_ones(home: Home) -> None:
    rows = stored(home, json_lines([event("2019-10-01", extra={"z": 1}, colour="red", product_id=12, brand="")]))
    assert rows[0]["extra"] == '{"colour":"red","z":1}'
    assert rows[0]["product_id"] == "12"
    assert "brand" not in rows[0]


@pytest.mark.parametrize("depth", [10, 400, 900, 980, 990, 995, 1_000, 100_000])
def test_however_deep_a_json_object_the_row_is_stored_or_dead(home: Home, depth: int) -> None:
    deep = json_lines([event("2019-10-01", own=0)]).replace(b'"own": 0', b'"own": ' + b"[" * depth + b"]" * depth)
    counts = home.take(deep + json_lines([event("2019-10-01")]), "jsonl")
    assert (counts.rows, counts.stored + counts.dead) == (2, 2)


COMBINED = (
    b"54.36.149.41 - - [22/Jan/2019:03:56:14 +0330] "
    b'"GET /filter/27?page=2 HTTP/1.1" 200 30577 "-" "Mozilla/5.0 (compatible)"'
)


def test_a_line_of_an_access_log(home: Home) -> None:
    assert stored(home, COMBINED) == [
        {
            "event_time": datetime(2019, 1, 22, 0, 26, 14, tzinfo=UTC),
            "event_type": "page",
            "anon_id": "54.36.149.41 Mozilla/5.0 (compatible)",
            "ip": "54.36.149.41",
            "user_agent": "Mozilla/5.0 (compatible)",
            "path": "/filter/27?page=2",
            "status": 200,
            "hour": 0,
            "weekday": 2,
            "session_no": 0,
        }
    ]


def test_a_session_before_the_agent_is_the_session(home: Home) -> None:
    line = COMBINED.replace(b'"-" "Moz', b'"https://a.example/" sess-1 "Moz')
    row = stored(home, line)[0]
    assert (row["user_session"], row["referrer"], row["user_agent"]) == (
        "sess-1",
        "https://a.example/",
        "Mozilla/5.0 (compatible)",
    )


@pytest.mark.parametrize(
    ("request_line", "kind"),
    [
        ("GET /product/1?x=a.css HTTP/1.1", "page"),
        ("GET /style.css?v=1 HTTP/1.1", "request"),
        ("GET /image.JPG HTTP/1.1", "request"),
        ("POST /cart HTTP/1.1", "request"),
        ("HEAD / HTTP/1.1", "request"),
        ("-", "request"),
        ("GET", "page"),
    ],
)
def test_a_document_fetched_is_a_page_and_all_else_a_request(home: Home, request_line: str, kind: str) -> None:
    line = COMBINED.replace(b"GET /filter/27?page=2 HTTP/1.1", request_line.encode())
    assert stored(home, line)[0]["event_type"] == kind


@pytest.mark.parametrize("block", [1 << 20, 300, 130])
def test_like_requests_of_one_file_are_events_of_their_own_wherever_blocks_end(
    home: Home, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    """A flood asks for the same page many times within the second that a log tells."""
    monkeypatch.setattr(source, "BLOCK", block)
    content = b"\n".join([COMBINED] * 5 + [COMBINED.replace(b"27", b"28")] + [COMBINED] * 2)
    assert home.take(content).stored == 8
    assert home.take(content).stored == 0
    assert home.take(content + b"\n" + COMBINED).stored == 1


def test_like_requests_far_apart_are_forgotten_so_that_memory_is_bounded(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "FAR_APART", 3)
    others = [COMBINED.replace(b"27", b"%d" % number) for number in range(100, 108)]
    assert home.take(b"\n".join([COMBINED, *others, COMBINED])).stored == 9
