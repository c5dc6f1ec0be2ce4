"""Looking up in the index where messages may be that have certain terms."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.index import DOCUMENT, Segment, shelf_of

FEW = 8
"""With so few places left it is cheaper to compare what is there than to look further terms up."""

BYTES_AT_ONCE = 65_536

Place = tuple[int, int]
"""A room's number and a message's id there."""


@dataclass(slots=True)
class _Search:
    """A segment that is looked through: the shelves yet to be read with their marks, the shortest last.

    ``length`` is that one's, in bytes. ``found`` are the places left, ascending; None before the first shelf.
    """

    segment: Segment
    shelves: list[tuple[int, int]]
    length: int
    found: list[int] | None = None

    @property
    def goes_on(self) -> bool:
        return bool(self.shelves) and (self.found is None or len(self.found) > FEW)

    def read(self, content: bytes) -> None:
        """Takes in the next shelf."""
        having = _places(content, self.shelves.pop()[1])
        if self.found is not None:
            others = set(self.found)
            having = [place for place in having if place in others]
        self.found = having


@dataclass(frozen=True, slots=True)
class Finding:
    """Reads the index as far as it takes."""

    engine: Engine

    def places(self, segments: Sequence[Segment], terms: Sequence[str], most: int) -> Iterator[list[Place]]:
        """Where there may be messages with all of these terms: ``most`` at a time, indexed last first.

        Segments are read in the order given, several at once where there is little to be read. A message that
        is there has most of the terms, in all likelihood.
        """
        for group in _groups(self._searches(segments, terms)):
            while reading := [one for one in group if one.goes_on]:
                raw = self.engine.commands(
                    [("GET", keys.index_postings(one.segment.key, one.shelves[-1][0])) for one in reading],
                    safe=True,
                )
                for one, content in zip(reading, raw, strict=True):
                    one.read(content or b"")
            found = [(one.segment, place) for one in group for place in reversed(one.found or ())]
            for start in range(0, len(found), most):
                yield self._documents(found[start : start + most])

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
                longest_first = sorted(zip(sizes, some, strict=True), reverse=True)
                yield _Search(segment, [shelf for _, shelf in longest_first], min(sizes))

    def _documents(self, found: Sequence[tuple[Segment, int]]) -> list[Place]:
        size = DOCUMENT.size
        raw = self.engine.commands(
            [
                ("GETRANGE", keys.index_documents(segment.key), place * size, place * size + size - 1)
                for segment, place in found
            ],
            safe=True,
        )
        return [DOCUMENT.unpack(one) for one in raw if len(one) == size]


def _groups(searches: Iterator[_Search]) -> Iterator[list[_Search]]:
    """The searches in their order, together where there is little to read."""
    group: list[_Search] = []
    for search in searches:
        group.append(search)
        if sum(one.length for one in group) >= BYTES_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _places(content: bytes, mark: int) -> list[int]:
    # A common term has thousands of them, so all of this is for the interpreter's own loops.
    numbers = array("H", content)
    if sys.byteorder == "big":
        numbers.byteswap()
    return list(compress(numbers[1::2], map(mark.__eq__, numbers[::2])))
