"""Looking up in the index where messages may be that have certain terms."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from math import prod

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.index import DOCUMENT, MOST_PLACES, POSTING, Segment, shelf_of

FEW = 8
"""With so few places left it is cheaper to compare what is there than to look further terms up."""

BYTES_AT_ONCE = 65_536
ENOUGH = 8
"""Where so many times more places are likely than are wanted, nothing else is read beside."""

WINDOW = 1000
MOST_AT_ONCE = 500
NEAR = 100
"""Messages so near to each other in a segment are read at once, with those between."""

Place = tuple[int, int]
"""A room's number and a message's id there."""


class _Shelf:
    """The postings of many terms, in the order of their places; those with one mark are of interest."""

    def __init__(self, content: bytes, mark: int) -> None:
        numbers = array("H", content)
        if sys.byteorder == "big":
            numbers.byteswap()
        self._marks, self._places, self._mark = numbers[::2], numbers[1::2], mark

    def places(self, first: int = 0, last: int = MOST_PLACES) -> list[int]:
        """The places that have the mark, from ``first`` to ``last``, ascending."""
        # A common term has thousands of them, so all of this is for the interpreter's own loops.
        start = bisect_left(self._places, first)
        end = bisect_right(self._places, last)
        return list(compress(self._places[start:end], map(self._mark.__eq__, self._marks[start:end])))


@dataclass(slots=True)
class _Search:
    """A segment that is looked through: where the terms' postings are, with their marks, the shortest first.

    ``length`` is that one's, in bytes. So many places are ``likely`` to have all terms, if these do not keep
    company and nothing else stands with them. ``found`` are the places in it, ascending; ``others`` has the
    other postings, as far as they were read.
    """

    segment: Segment
    shelves: list[tuple[int, int]]
    length: int
    likely: float
    found: list[int] = field(default_factory=list)
    others: list[_Shelf] = field(default_factory=list)

    def survivors(self) -> Iterator[tuple[Segment, int]]:
        """The places that all postings read have, the latest first."""
        for end in range(len(self.found), 0, -WINDOW):
            window = self.found[max(0, end - WINDOW) : end]
            for shelf in self.others:
                if not window:
                    break
                having = set(shelf.places(window[0], window[-1]))
                window = [place for place in window if place in having]
            yield from ((self.segment, place) for place in reversed(window))


@dataclass(frozen=True, slots=True)
class Finding:
    """Reads the index as far as it takes."""

    engine: Engine

    def places(self, segments: Sequence[Segment], terms: Sequence[str], most: int) -> Iterator[list[Place]]:
        """Where there may be messages with all of these terms, indexed last first: ``most`` at first, then
        more at a time.

        Segments are read in the order given, several at once where there is little to be read. A message that
        is there has most of the terms, in all likelihood.
        """
        for group in _groups(self._searches(segments, terms), ENOUGH * most):
            for one, shelves in self._read(group, slice(0, 1)):
                one.found = shelves[0].places()
            many = [one for one in group if len(one.found) > FEW]
            for one, shelves in self._read(many, slice(1, None)):
                one.others = shelves
            found = (place for one in group for place in one.survivors())
            while some := list(islice(found, most)):
                yield self._documents(some)
                # Who goes on has found little in them.
                most = min(2 * most, MOST_AT_ONCE)

    def _read(self, searches: Sequence[_Search], which: slice) -> Iterator[tuple[_Search, list[_Shelf]]]:
        wanted = [
            keys.index_postings(one.segment.key, shelf) for one in searches for shelf, _ in one.shelves[which]
        ]
        raw = iter(self.engine.commands([("GET", name) for name in wanted], safe=True) if wanted else ())
        for one in searches:
            yield one, [_Shelf(next(raw) or b"", mark) for _, mark in one.shelves[which]]

    def _searches(self, segments: Sequence[Segment], terms: Sequence[str]) -> Iterator[_Search]:
        shelves = [[shelf_of(segment, term) for term in terms] for segment in segments]
        lengths = self.engine.commands(
            [
                ("STRLEN", keys.index_postings(segment.key, shelf))
                for segment, some in zip(segments, shelves, strict=True)
                for shelf, _ in some
            ],
            safe=True,
        )
        for number, (segment, some) in enumerate(zip(segments, shelves, strict=True)):
            sizes = lengths[number * len(terms) : (number + 1) * len(terms)]
            if all(sizes):
                shortest_first = sorted(zip(sizes, some, strict=True))
                likely = MOST_PLACES * prod(size / POSTING.size / MOST_PLACES for size in sizes)
                yield _Search(segment, [shelf for _, shelf in shortest_first], min(sizes), likely)

    def _documents(self, found: Sequence[tuple[Segment, int]]) -> list[Place]:
        size = DOCUMENT.size
        runs = list(_runs(found))
        raw = self.engine.commands(
            [
                ("GETRANGE", keys.index_documents(segment.key), run[-1] * size, run[0] * size + size - 1)
                for segment, run in runs
            ],
            safe=True,
        )
        return [
            DOCUMENT.unpack_from(content, (place - run[-1]) * size)
            for content, (_, run) in zip(raw, runs, strict=True)
            for place in run
            if (place - run[-1] + 1) * size <= len(content)
        ]


def _runs(found: Sequence[tuple[Segment, int]]) -> Iterator[tuple[Segment, list[int]]]:
    """The places, descending in each segment, in runs of such as are near each other."""
    run: list[int] = []
    former: Segment | None = None
    for segment, place in found:
        if former is not None and (segment is not former or run[-1] - place > NEAR):
            yield former, run
            run = []
        run.append(place)
        former = segment
    if former is not None:
        yield former, run


def _groups(searches: Iterator[_Search], enough: float) -> Iterator[list[_Search]]:
    """The searches in their order, together where there is little to read and little likely to be found."""
    group: list[_Search] = []
    for search in searches:
        group.append(search)
        much = sum(one.length for one in group) >= BYTES_AT_ONCE
        if much or sum(one.likely for one in group) >= enough:
            yield group
            group = []
    if group:
        yield group
