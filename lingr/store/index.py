"""The index of what was said: which messages have a term.

Messages are put into **segments** in the order in which they are indexed, and a message's place in its
segment is a number of two bytes. A segment has a string of **documents**, the room's number and the message's
id for each place, and some thousand strings of **postings**. A term's checksum says to which of these it
belongs; there each posting is two more bytes of the checksum, and the place: four bytes. When a room is
deleted, its number is taken away, and what the index has of it leads nowhere.

Whatever is found is to be compared with the room log, which is the truth. All keys of the index live in one
slot, so one script adds messages and moves the room's cursor on: a message is never there twice, nor missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from zlib import crc32

import msgspec

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.scripts import run

MOST_PLACES = 65_536
MOST_SHELVES = 4096
PLACES_PER_SHELF = 12
POSTINGS_PER_MESSAGE = 100
"""What a message has at most, on the average, for the index to have as many as it may."""

KEYS_AT_ONCE = 128

DOCUMENT = Struct("<II")
"""A message in the index: its room's number, its id."""

POSTING = Struct("<HH")
_MOST_NUMBER = 2**32 - 1


class Segment(msgspec.Struct, frozen=True):
    """Some of the messages in the index. ``key`` names it; a later one has a greater key.

    It has ``size`` messages, and ``postings`` in ``shelves`` strings. The first message was indexed at
    ``opened`` (ms), the newest message is of the time ``newest`` (ms). One that is ``packed`` is not added to
    any more; one that is ``dropped`` is on its way out.
    """

    key: int
    size: int
    shelves: int
    opened: int
    newest: int = 0
    packed: bool = False
    dropped: bool = False
    postings: int = 0

    @property
    def weight(self) -> int:
        """How many messages it counts as: long ones make it as heavy as several."""
        return max(self.size, self.postings // POSTINGS_PER_MESSAGE)


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What the index knows of a room: its number there, and the id up to which all messages are indexed.

    ``created`` tells it from a room that had the same id before.
    """

    number: int
    cursor: int
    created: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A message for the index: its id, its time (ms), and what it can be found by."""

    id: int
    timestamp: int
    terms: Collection[str]


@dataclass(frozen=True, slots=True)
class Look:
    """How a room stands, and what the index has: ``known`` of the room, and ``segments``, the latest first.

    ``counter`` is None if there is no such room.
    """

    counter: int | None
    created: int
    known: Known | None
    segments: list[Segment]


def segment_of(key: int, most: int, now: int) -> Segment:
    """An empty segment of an index of so many messages."""
    size = places(most)
    return Segment(key, 0, 1 << max(3, min(size // PLACES_PER_SHELF, MOST_SHELVES).bit_length() - 1), now)


def places(most: int) -> int:
    """How many messages a segment takes of an index of so many: that many are forgotten at once, too."""
    return min(max(most // 8, 64), 65_000)


def term_of_room(number: int) -> str:
    """The term that all messages of a room have; nobody can type it."""
    return f"\0{number}"


def shelf_of(segment: Segment, term: str) -> tuple[int, int]:
    """Where in a segment a term's postings are, and what marks them there."""
    checksum = crc32(term.encode())
    return checksum % segment.shelves, checksum >> 16


@dataclass(frozen=True, slots=True)
class Index:
    """Reads and changes the index; when and what is not for here to say."""

    engine: Engine

    def number(self) -> int:
        """A number for a room, or a key for a segment, that none has had, greater than all before."""
        return int(self.engine.command("INCR", keys.index_counter(), safe=True))

    def look(self, room_id: str) -> Look:
        """How the index and a room stand."""
        (counter, created), known, segments = self.engine.commands(
            [
                ("HMGET", keys.room(room_id, self.engine.database).room, "counter", "created"),
                ("HGET", keys.index_rooms(), room_id),
                ("HVALS", keys.index_segments()),
            ],
            safe=True,
        )
        return Look(
            None if counter is None else int(counter),
            int(created or 0),
            _known_of(known) if known else None,
            _in_order(segments),
        )

    def segments(self) -> list[Segment]:
        """All segments, the latest first."""
        return _in_order(self.engine.command("HVALS", keys.index_segments(), safe=True))

    def add(
        self,
        room_id: str,
        was: Known | None,
        known: Known,
        segment: Segment,
        entries: Sequence[Entry],
    ) -> bool:
        """Adds messages of a room to a segment; returns False, and does nothing, if anything has changed.

        ``was`` and ``segment`` are what was read of the room and the segment, ``known`` what is to be known
        afterwards. There may be no messages, and no segment of that key yet.
        """
        kept = [entry for entry in entries if entry.id <= _MOST_NUMBER]
        postings = _postings(segment, kept, known.number)
        full = msgspec.structs.replace(
            segment,
            size=segment.size + len(kept),
            postings=segment.postings + sum(1 + len(entry.terms) for entry in kept),
            newest=max([segment.newest, *(entry.timestamp for entry in kept)]),
        )
        if full.size > MOST_PLACES:
            raise ValueError("the segment is full")
        arguments: list[Argument] = [
            room_id,
            _raw(was) if was is not None else "",
            _raw(known),
            known.number,
            segment.key,
            _raw(segment) if segment.size else "",
            _raw(full) if kept else "",
            b"".join(DOCUMENT.pack(known.number, entry.id) for entry in kept),
            *postings.values(),
        ]
        names = [
            keys.index_rooms(),
            keys.index_numbers(),
            keys.index_segments(),
            keys.index_documents(segment.key),
            *(keys.index_postings(segment.key, shelf) for shelf in postings),
        ]
        # Carried out twice it does nothing the second time, and who then looks again finds it done.
        return bool(run(self.engine, "index_add", names, arguments, safe=True)[0])

    def forget(self, room_id: str) -> bool:
        """Forgets a room; returns whether it was known."""
        names = [keys.index_rooms(), keys.index_numbers()]
        return bool(run(self.engine, "index_forget", names, [room_id], safe=True)[0])

    def rooms(self, numbers: Sequence[int]) -> dict[int, str]:
        """The ids of the rooms with these numbers, without those that have been forgotten."""
        if not numbers:
            return {}
        raw = self.engine.command("HMGET", keys.index_numbers(), *numbers, safe=True)
        return {number: one.decode() for number, one in zip(numbers, raw, strict=True) if one is not None}

    def pack(self, segment: Segment) -> None:
        """Packs a segment that is not added to any more."""
        for names in _names(segment):
            run(self.engine, "index_pack", names, safe=True)
        self._mark(segment, _raw(msgspec.structs.replace(segment, packed=True)))

    def drop(self, segment: Segment) -> None:
        """Forgets a segment. If that is cut off, it stays ``dropped`` and is to be dropped again."""
        dropped = msgspec.structs.replace(segment, dropped=True)
        if not segment.dropped and not self._mark(segment, _raw(dropped)):
            return
        for names in _names(segment):
            self.engine.command("UNLINK", *names, safe=True)
        self._mark(dropped, b"")

    def _mark(self, segment: Segment, raw: bytes) -> bool:
        arguments: list[Argument] = [segment.key, _raw(segment), raw]
        return bool(run(self.engine, "index_mark", [keys.index_segments()], arguments, safe=True)[0])


_raw = msgspec.json.Encoder().encode
_segment_of = msgspec.json.Decoder(Segment).decode
_known_of = msgspec.json.Decoder(Known).decode


def _in_order(raw: Iterable[bytes]) -> list[Segment]:
    return sorted(map(_segment_of, raw), key=lambda segment: -segment.key)


def _postings(segment: Segment, entries: Sequence[Entry], number: int) -> dict[int, bytes]:
    shelves: defaultdict[int, list[bytes]] = defaultdict(list)
    for place, entry in enumerate(entries, segment.size):
        for term in (term_of_room(number), *entry.terms):
            shelf, mark = shelf_of(segment, term)
            shelves[shelf].append(POSTING.pack(mark, place))
    return {shelf: b"".join(postings) for shelf, postings in shelves.items()}


def _names(segment: Segment) -> Iterator[list[str]]:
    """The keys of all strings of a segment, some at a time."""
    names = [keys.index_documents(segment.key)]
    names += [keys.index_postings(segment.key, shelf) for shelf in range(segment.shelves)]
    for start in range(0, len(names), KEYS_AT_ONCE):
        yield names[start : start + KEYS_AT_ONCE]
