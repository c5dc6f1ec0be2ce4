"""Numbers and places: what one number over many rooms stands for.

A place says how far somebody is in each of some rooms. A session's number stands for a place; each event
that happens in one of its rooms moves it on by one, told or not. Who hears one room alone needs no
bookkeeping: the number and the room's counter rise together. With several rooms it matters in which order
their events were counted, so each way from one number to another is kept as a passage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import merge
from operator import itemgetter
from typing import NamedTuple

from lingr.store.subscribed import Passage
from lingr.values import Message

MOST_NUMBER = 2**31 - 2**24
"""Numbers that clients come with are believed up to here: some of them have 32 bits."""

SLACK = 1000
"""Numbers left out when a session hears a second room: somebody may just be telling it of the first one."""

EPOCH_SECONDS = 1_577_836_800
"""Sessions of several rooms begin at the number of seconds since then (2020), so that who takes the number of
a former session along is not ahead of them."""

Place = dict[str, int]


class Counted(NamedTuple):
    """An event of a room with the number that it moved a session to."""

    number: int
    room_id: str
    event: Message


def traced(
    place: Mapping[str, int], passages: Iterable[Passage], asked: int
) -> tuple[Place, tuple[Passage, ...]]:
    """The place that a number stands for, and the passages from there on, oldest first.

    ``place`` is where the passages, newest first, have led. A number within a passage through several rooms
    stands for where that begins: those of its events that have smaller numbers are to be left out.
    """
    found = dict(place)
    walked: list[Passage] = []
    for passage in passages:
        if asked >= passage.after:
            break
        walked.append(passage)
        for room_id, (start, _) in passage.moved.items():
            if room_id in found:
                found[room_id] = start
    if walked and walked[-1].alone:
        oldest = walked[-1]
        for room_id, (start, _) in oldest.moved.items():
            if room_id in found:
                found[room_id] = start + max(0, asked - oldest.before)
    return found, tuple(reversed(walked))


def merged(events: Mapping[str, Sequence[Message]]) -> list[tuple[str, Message]]:
    """The events of several rooms in one order, which is that of each room and else that of their times.

    It depends on these events alone, so whoever counts them counts alike.
    """
    return [
        (room_id, event)
        for _, room_id, _, event in merge(*map(_timed, events.items()), key=itemgetter(0, 1, 2))
    ]


def _timed(room: tuple[str, Sequence[Message]]) -> Iterable[tuple[int, str, int, Message]]:
    room_id, events = room
    latest = 0
    for event in events:
        # Clocks of several machines may differ; the order of a room does not.
        latest = max(latest, event.timestamp)
        yield latest, room_id, event.id, event


def counted(events: Mapping[str, Sequence[Message]], after: int) -> list[Counted]:
    """The events of several rooms with their numbers, the last of which is ``after``."""
    order = merged(events)
    first = after - len(order) + 1
    return [Counted(first + place, room_id, event) for place, (room_id, event) in enumerate(order)]


def along(passage: Passage, events: Mapping[str, Sequence[Message]]) -> list[Counted]:
    """The events of a passage with their numbers. ``events`` are those after its beginning, by room."""
    if passage.alone:
        return [
            Counted(passage.before + event.id - start, room_id, event)
            for room_id, (start, end) in passage.moved.items()
            for event in events.get(room_id, ())
            if start < event.id <= end
        ]
    passed = {
        room_id: [event for event in events.get(room_id, ()) if start < event.id <= end]
        for room_id, (start, end) in passage.moved.items()
    }
    return counted(passed, passage.after)


class Change(NamedTuple):
    """Other rooms for a session: its number then, where it is in them, and the passage to that number.

    ``told`` is the number that it has been told, as far as anybody knows.
    """

    number: int
    rooms: Place
    removed: tuple[str, ...]
    passage: Passage | None
    told: int


def changed(
    rooms: Mapping[str, int],
    number: int,
    now: Mapping[str, int],
    *,
    wanted: Sequence[str],
    seconds: int,
    told: int,
    is_fresh: bool,
    afresh: bool,
) -> Change:
    """What becomes of a session at ``number`` that is to hear the ``wanted`` rooms.

    ``now`` has the counters of all these and of those it hears. ``told`` is the number it was told last,
    ``seconds`` the time since 1970. ``is_fresh``: it has never heard any; ``afresh``: it begins anew in all
    of them, without a past.
    """
    if not rooms:
        number = max(number, told)
    removed = tuple(room_id for room_id in rooms if room_id not in wanted)
    alone = next(iter(rooms)) if len(rooms) == 1 else None
    top = number if alone is None else number + max(0, now[alone] - rooms[alone])
    if afresh or is_fresh:
        place = {room_id: now[room_id] for room_id in wanted}
        number = _first_number(place, None if is_fresh else top, alone, seconds)
        return Change(number, place, removed, None, number)
    place = {room_id: rooms.get(room_id, now[room_id]) for room_id in wanted}
    if tuple(sorted(place)) == tuple(sorted(rooms)):
        return Change(number, place, (), None, told)
    passage = None
    after = number
    if alone is not None:
        after = max(top + SLACK, seconds - EPOCH_SECONDS)
        passage = Passage(number, after, {alone: (rooms[alone], max(now[alone], rooms[alone]))}, alone=True)
        if alone in place:
            place[alone] = passage.moved[alone][1]
    elif not rooms and len(place) > 1:
        after = max(number, seconds - EPOCH_SECONDS)
    return Change(after, place, removed, passage, told)


def _first_number(place: Place, top: int | None, alone: str | None, seconds: int) -> int:
    if len(place) == 1:
        only, counter = next(iter(place.items()))
        # In one room the number is the room's own counter: all who hear that one alone are told alike.
        return max(counter, 0 if top is None or (alone == only and top <= counter) else top + SLACK)
    return max(seconds - EPOCH_SECONDS, 0 if top is None else top + SLACK)


Visible = Callable[[Message], bool]


def to_tell(
    pending: Iterable[Counted], place: Mapping[str, int], asked: int, visible: Visible
) -> list[Counted]:
    """Those of the events that somebody at a number and a place has not been told, and may be."""
    return [
        one
        for one in pending
        if one.number > asked and one.event.id > place.get(one.room_id, -1) and visible(one.event)
    ]
