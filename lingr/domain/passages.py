"""What happened in a session's rooms after a number: the ways that it went, and what came since.

With several rooms each way is written down before anybody is told of it, so that it is the same for who asks
again, at whatever process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from lingr.domain import history, numbering
from lingr.domain.context import Context
from lingr.domain.places import MOST_NUMBER, Counted, Place, along, counted, to_tell, traced
from lingr.store.subscribed import Passage, Subscribed
from lingr.values import Message, Reader
from lingr.values_v2 import Event, Events, Numbered

MOST_EVENTS = 50
"""Events in one answer."""


class Overtaken(Exception):
    """Another process has written down something else about the session in between."""


def found_after(ctx: Context, known: Subscribed, asked: int) -> Events | None:
    """What happened after the number ``asked``, up to 50 events; None if nothing did.

    Raises Overtaken, and nothing is told then.
    """
    if not known.rooms:
        return None
    counters = ctx.store.counters.of(known.names)
    gone = [room_id for room_id in known.rooms if room_id not in counters]
    if gone:
        write(ctx, known, max(known.number, known.sent_last), {}, removed=gone)
        return found_after(ctx, known, asked)
    asked = _not_ahead(ctx, known, asked, counters)
    known.home.asked = asked
    passages = ctx.store.subscriptions.passages(known) if asked < known.number else ()
    place, walked = traced(known.rooms, passages, asked)
    alone = known.alone
    if alone is not None and asked >= known.number:
        place = {alone: known.rooms[alone] + asked - known.number}
    visible = partial(_is_told, known.home.occupant)
    found: list[Counted] = []
    for passage in walked:
        found += _passed(ctx, passage, place, asked, visible)
        if len(found) >= MOST_EVENTS:
            return events_of(ctx, found[:MOST_EVENTS])
    found += (
        _newer_alone(ctx, known, alone, place, visible)
        if alone
        else _newer(ctx, known, counters, place, visible)
    )
    return events_of(ctx, found[:MOST_EVENTS]) if found else None


def _passed(
    ctx: Context, passage: Passage, place: Place, asked: int, visible: Callable[[Message], bool]
) -> list[Counted]:
    """What is to be told of a passage that was made before."""
    if passage.alone:
        told: list[Counted] = []
        for room_id, (start, end) in passage.moved.items():
            begin = max(start, place.get(room_id, end))
            if begin < end:
                read = ctx.store.log.reader(room_id, end)
                page = history.after(ctx, room_id, begin, visible, end - begin, read=read)
                told += along(passage, {room_id: page.messages})
        return to_tell(told, place, asked, visible)
    events = {
        room_id: ctx.store.log.reader(room_id, end)(room_id, start, end - start)
        for room_id, (start, end) in passage.moved.items()
        if start < end
    }
    return to_tell(along(passage, events), place, asked, visible)


def _newer_alone(
    ctx: Context, known: Subscribed, room_id: str, place: Place, visible: Callable[[Message], bool]
) -> list[Counted]:
    """What has happened since in the only room: the numbers rise with its counter, so nothing is noted."""
    start = known.rooms[room_id]
    page = history.after(ctx, room_id, max(start, place[room_id]), visible)
    return [Counted(known.number + one.id - start, room_id, one) for one in page.messages]


def _newer(
    ctx: Context,
    known: Subscribed,
    counters: Mapping[str, int],
    place: Place,
    visible: Callable[[Message], bool],
) -> list[Counted]:
    """What has happened since in several rooms, its order noted before anybody is told."""
    while True:
        events = {
            room_id: ctx.store.log.after(room_id, position, MOST_EVENTS)
            for room_id, position in known.rooms.items()
            if counters[room_id] > position
        }
        order = counted(events, 0)[:MOST_EVENTS]
        last = next((at for at in range(len(order), 0, -1) if visible(order[at - 1].event)), 0)
        if not order or (not last and len(order) < MOST_EVENTS):
            return []
        taken = order[: last or len(order)]
        moved = {one.room_id: (known.rooms[one.room_id], one.event.id) for one in taken}
        before = known.number
        after = before + sum(end - start for start, end in moved.values())
        passage = Passage(before, after, moved)
        write(ctx, known, after, {room_id: end for room_id, (_, end) in moved.items()}, passage=passage)
        if last:
            first = after - len(taken) + 1
            numbered = [one._replace(number=first + at) for at, one in enumerate(taken)]
            return to_tell(numbered, place, before, visible)


def _not_ahead(ctx: Context, known: Subscribed, asked: int, counters: Mapping[str, int]) -> int:
    """The number to go on from: that which was asked from, unless nobody can have been told it yet.

    A client that kept the number of a former session is met where it stands.
    """
    alone = known.alone
    top = known.number if alone is None else known.number + max(0, counters[alone] - known.rooms[alone])
    if asked <= top:
        return asked
    if alone is not None:
        top += max(0, ctx.store.counters.of([alone], sure=True).get(alone, 0) - counters[alone])
        if asked <= top:
            return asked
    if asked > MOST_NUMBER:
        return top
    if alone is None:
        write(ctx, known, asked, {}, passage=Passage(known.number, asked, {}))
        return asked
    begin = known.rooms[alone]
    at = max(begin + max(0, known.told_surely - known.number), counters[alone] - MOST_EVENTS)
    write(
        ctx, known, asked, {alone: at}, passage=Passage(known.number, asked, {alone: (begin, at)}, alone=True)
    )
    return asked


def write(
    ctx: Context,
    known: Subscribed,
    number: int,
    rooms: Mapping[str, int],
    *,
    passage: Passage | None = None,
    removed: Iterable[str] = (),
) -> None:
    """Has a session stand at ``number``; see `Subscriptions.write`. Raises Overtaken."""
    if not ctx.store.subscriptions.write(
        known, number, rooms, told=known.told_surely, passage=passage, removed=removed
    ):
        raise Overtaken


def events_of(ctx: Context, found: Sequence[Counted]) -> Events:
    """The events as they are told, with the number of the last one; there must be one at least."""
    return Events(found[-1].number, tuple(Event(one.number, _numbered(ctx, one)) for one in found))


def _numbered(ctx: Context, one: Counted) -> Numbered:
    is_message = one.event.type in ("user", "private")
    number = numbering.number_of(ctx, one.room_id, one.event.id) if is_message else 0
    return Numbered(number, ctx.store.counters.public_id(one.room_id), one.event)


def is_told_to_all(event: Message) -> bool:
    """Whether all who hear the room are told of it."""
    return event.type == "user" or event.online is not None or event.type == "membership"


def _is_told(reader: Reader, event: Message) -> bool:
    return is_told_to_all(event) or (event.type == "private" and event.concerns(reader))
