"""The AWS plane as the dashboard sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from hashlib import blake2b

import boto3
import msgspec
import pyarrow as pa

from footfall.aws.answers import Answers, extent
from footfall.aws.athena import Athena
from footfall.aws.live import Live
from footfall.detect import blocklist
from footfall.detect.listed import INCIDENTS, TITLES, VERDICTS, table
from footfall.insights.arrivals import ARRIVALS
from footfall.insights.exports import EXPORTS, plainly_named, timed
from footfall.ports import DeadLetter, Extent, FootfallError, Health

LETTERS = "dead_letters/"
KNOWN_S = 600
"""Seconds for which it is known what there is; it changes once a day."""
_GUARD: dict[str, Callable[[Live], pa.Table]] = {
    "incidents": lambda live: table(INCIDENTS, live.store.incidents()),
    "verdicts": lambda live: table(VERDICTS, live.store.verdicts(standing=False)),
    "blocklist": lambda live: blocklist.rows(live.blocks()),
}


class Screen:
    """One deployment, shown: see ``ports.Plane``.

    Args:
        live: its guard.
        athena: its marts.
        zone: IANA name of the store's time zone.
        bucket: of the lake.
    """

    def __init__(self, live: Live, athena: Athena, zone: str, bucket: str) -> None:
        self.live, self._athena, self._zone, self._bucket = live, athena, zone, bucket
        self._extent: Extent | None = None
        self._asked = 0.0

    def extent(self) -> Extent:
        """What there is, as it was up to ``KNOWN_S`` ago: the question reads every row."""
        if self._extent is None or time.monotonic() > self._asked + KNOWN_S:
            found = extent(self._athena)
            mark = blake2b(msgspec.json.encode(found), digest_size=8).hexdigest()
            self._extent = Extent(found["first_day"], found["last_day"], found["until"], mark)
            self._asked = time.monotonic()
        return self._extent

    def rows(self, name: str, since: date, until: date, population: str) -> pa.Table:
        """An answer, whole."""
        if name in _GUARD:
            return timed(_GUARD[name](self.live))
        answers = Answers(self._athena, self._zone, since, until, population)
        if name == ARRIVALS.name:
            return answers.arrivals()
        if name not in EXPORTS:
            raise FootfallError(f"There is no export {name!r}; there are {', '.join(self.exports())}.")
        return timed(plainly_named(EXPORTS[name].rows(answers), population))

    def exports(self) -> Mapping[str, str]:
        """What can be asked: all that the embedded plane answers, but for the figures that verdicts restated."""
        answers = {name: export.title for name, export in EXPORTS.items()}
        return answers | {ARRIVALS.name: ARRIVALS.header["title"]} | TITLES

    def health(self) -> Health:
        """Nothing is told here of imports, and the detector has no marks of its own."""
        return Health(0, ())

    def letters(self) -> Iterator[DeadLetter]:
        """Rows that were refused, those of the latest delivery first."""
        client = boto3.client("s3")
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=LETTERS)
        found = [each for page in pages for each in page.get("Contents", ())]
        for each in sorted(found, key=lambda each: each["LastModified"], reverse=True):
            for line in client.get_object(Bucket=self._bucket, Key=each["Key"])["Body"].iter_lines():
                yield msgspec.json.decode(line, type=DeadLetter)
