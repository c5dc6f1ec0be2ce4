"""Searching what was said.

The index says where to look; what is told is what the room logs say, if it has everything that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lingr.archived import Hit
from lingr.domain import archives, rates, rooms
from lingr.domain.context import Caller, Context
from lingr.domain.terms import Query, query_of
from lingr.errors import LingrError
from lingr.store.finding import Place
from lingr.store.index import term_of_room
from lingr.values import Message, Room

QUERY_CHARACTERS = 200
LOOKED_UP_TERMS = 8
"""Messages that have so many of the terms are compared with all of them."""

CHOICE = 30
LOOKED_THROUGH_MESSAGES = 5000
FADING_DAYS = 30
"""A message of that age counts half as much as a new one."""


def search(
    ctx: Context, caller: Caller, *, q: str, id: str | None, count: int, password: str | None
) -> tuple[Hit, ...]:
    """What was said to everybody that has every term of ``q``: the best first, newer ones being better.

    It is searched for in all listed rooms without a password, or in the one room of that id. Chosen are the
    best of some newest messages that match. Raises LingrError ``invalid_parameter`` if nothing is asked for,
    ``invalid_room``, ``rate_limited`` and the errors of ``doors.open``.
    """
    query = _query(q)
    room = None
    if id:
        room = rooms.enterable(ctx, caller, id, password)
    asked = "\0".join(("searchArchives", q, id or "", str(count)))
    rates.take(ctx, caller.api_key or "", (rates.EXPLORE, asked))
    hits: list[Hit] = []
    choice = max(CHOICE, 2 * count)
    for some in _hits(ctx, query, room, choice):
        hits += some
        if len(hits) >= choice:
            break
    return tuple(sorted(hits, key=lambda hit: (-hit.score, -hit.message.timestamp))[:count])


def _query(q: str) -> Query:
    query = query_of(q) if len(q) <= QUERY_CHARACTERS else None
    if query is None or query.is_empty:
        raise LingrError("invalid_parameter", parameter="q")
    return query


def _hits(ctx: Context, query: Query, room: Room | None, choice: int) -> Iterator[list[Hit]]:
    """What matches, a list now and then, those indexed last first; nothing comes twice."""
    known: dict[str, Room] = {}
    met: set[tuple[str, int]] = set()
    for places in _places(ctx, query, room, choice):
        numbers = ctx.store.index.rooms(sorted({number for number, _ in places}))
        _know(ctx, known, numbers.values())
        wanted = [
            (numbers[number], message_id)
            for number, message_id in places
            if number in numbers and _is_open(known.get(numbers[number]), room)
        ]
        fresh = [one for one in dict.fromkeys(wanted) if one not in met]
        met.update(fresh)
        messages = ctx.store.log.those(fresh)
        scored = (
            (known[room_id], message, _score(ctx, query, message))
            for (room_id, _), message in zip(fresh, messages, strict=True)
            if message is not None
        )
        yield [Hit(*one) for one in scored if one[2] > 0]


def _places(ctx: Context, query: Query, room: Room | None, choice: int) -> Iterator[list[Place]]:
    """Where the index says to look, ``choice`` places at a time."""
    terms = list(query.terms()[:LOOKED_UP_TERMS])
    number = None
    if room is not None:
        known = ctx.store.index.look(room.id).known
        if known is None:
            return
        number = known.number
        terms.append(term_of_room(number))
    left = LOOKED_THROUGH_MESSAGES
    for places in ctx.store.finding.places(ctx.store.index.segments(), terms, choice):
        yield [place for place in places if number in (None, place[0])]
        left -= len(places)
        if left <= 0:
            return


def _know(ctx: Context, known: dict[str, Room], room_ids: Iterable[str]) -> None:
    unknown = [room_id for room_id in room_ids if room_id not in known]
    known.update((room.id, room) for room in ctx.store.rooms.find_all(unknown))


def _is_open(room: Room | None, asked_for: Room | None) -> bool:
    """Whether what was said in a room may be told to who searches."""
    if room is None:
        return False
    if asked_for is not None:
        return room.id == asked_for.id
    return room.listed and room.is_public


def _score(ctx: Context, query: Query, message: Message) -> float:
    """From 0.0, for a message that is not to be told, up to 1.0."""
    if message.type != "user" or message.timestamp < archives.oldest(ctx):
        return 0.0
    age = max(0, ctx.clock() - message.timestamp) / archives.DAY_MILLISECONDS
    return round(query.matches(message.text) / (1 + age / FADING_DAYS), 4)
