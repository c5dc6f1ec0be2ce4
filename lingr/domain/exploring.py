"""Finding rooms: hot ones, new ones, by tag and by word. Unlisted rooms are never found."""

from __future__ import annotations

from collections.abc import Sequence

from lingr.domain import directory, heat, rates
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.store.slices import marked
from lingr.text import folded_tag, parse_terms
from lingr.values import Room, Tag

MOST_ROOMS_OF_TAGS = 200
"""Hot tags are those of so many of the hottest rooms."""

QUERY_CHARACTERS = 200
MOST_TERMS = 20

_SPARE = 10
"""Rooms read besides those wanted, because some may be gone."""


def get_hot_rooms(ctx: Context, caller: Caller, *, count: int) -> tuple[Room, ...]:
    """The hottest rooms. Raises LingrError ``rate_limited``."""
    _take(ctx, caller, "getHotRooms", count)
    return hot_rooms(ctx, count)


def get_new_rooms(ctx: Context, caller: Caller, *, count: int) -> tuple[Room, ...]:
    """The rooms made last. Raises LingrError ``rate_limited``."""
    _take(ctx, caller, "getNewRooms", count)
    return new_rooms(ctx, count)


def get_hot_tags(ctx: Context, caller: Caller, *, count: int) -> tuple[Tag, ...]:
    """The tags of the hottest rooms, the hottest first. Raises LingrError ``rate_limited``."""
    _take(ctx, caller, "getHotTags", count)
    above = heat.coldest(ctx.clock())
    return _tags(ctx.store.directory.hot_tags(count, above=above, most_rooms=MOST_ROOMS_OF_TAGS))


def get_all_tags(ctx: Context, caller: Caller, *, count: int) -> tuple[Tag, ...]:
    """The tags of all rooms, those of the most rooms first. Raises LingrError ``rate_limited``."""
    _take(ctx, caller, "getAllTags", count)
    return _tags(ctx.store.directory.all_tags(count))


def search(ctx: Context, caller: Caller, *, q: str, count: int) -> tuple[Room, ...]:
    """Rooms with every term. Raises LingrError as `terms_of` does, and ``rate_limited``."""
    terms = terms_of(q)
    _take(ctx, caller, "search", count, *terms)
    return found(ctx, terms, count)


def search_tags(ctx: Context, caller: Caller, *, q: str, count: int) -> tuple[Room, ...]:
    """Rooms of which every term is a tag. Raises LingrError as `terms_of` does, and ``rate_limited``."""
    tags = terms_of(q)
    _take(ctx, caller, "searchTags", count, *tags)
    return tagged(ctx, tags, count)


def terms_of(q: str) -> tuple[str, ...]:
    """What is searched for. Raises LingrError ``invalid_parameter`` for nothing, and for too much."""
    terms = parse_terms(q) if len(q) <= QUERY_CHARACTERS else ()
    if not 0 < len(terms) <= MOST_TERMS:
        raise LingrError("invalid_parameter", parameter="q")
    return terms


def hot_rooms(ctx: Context, count: int) -> tuple[Room, ...]:
    """Rooms with people and talk, or that had them just now; the hottest first."""
    above = heat.coldest(ctx.clock())
    return tuple(_rooms(ctx, ctx.store.directory.hottest(count + _SPARE, above=above))[:count])


def new_rooms(ctx: Context, count: int) -> tuple[Room, ...]:
    """The rooms made last, the newest first."""
    return tuple(_rooms(ctx, ctx.store.directory.newest(count + _SPARE))[:count])


def found(ctx: Context, terms: Sequence[str], count: int) -> tuple[Room, ...]:
    """Rooms with every term in name, description or tags: hot ones first, then the newest."""
    return _search(ctx, tuple(terms), count)


def tagged(ctx: Context, tags: Sequence[str], count: int) -> tuple[Room, ...]:
    """Rooms that have all these tags, however they are written: hot ones first, then the newest."""
    names = filter(None, map(folded_tag, tags))
    return _search(ctx, tuple(marked(name) for name in names), count)


def _search(ctx: Context, needles: tuple[str, ...], count: int) -> tuple[Room, ...]:
    if not needles:
        return ()
    most = count + _SPARE
    found = ctx.store.directory.find(needles, most)
    hot, others, start = dict.fromkeys(found.hot), dict.fromkeys(found.others), found.start
    while start is not None and len(hot) + len(others) < most:
        found = ctx.store.directory.find(needles, most, start)
        others.update((one, None) for one in found.others if one not in hot)
        start = found.start
    rooms = _rooms(ctx, [*hot, *others])
    rooms.sort(key=lambda room: (0, 0) if room.id in hot else (1, -room.created))
    return tuple(rooms[:count])


def _rooms(ctx: Context, ids: Sequence[str]) -> list[Room]:
    """Those that are there and in the directory, in their order."""
    rooms = [room for room in ctx.store.rooms.find_all(ids) if room.in_directory]
    for gone in set(ids) - {room.id for room in rooms}:
        directory.heal(ctx, gone)
    return rooms


def _take(ctx: Context, caller: Caller, *call: object) -> None:
    rates.take(ctx, caller.api_key or "", (rates.EXPLORE, " ".join(map(str, call))))


def _tags(found: Sequence[tuple[str, str]]) -> tuple[Tag, ...]:
    return tuple(Tag(name, shown) for name, shown in found)
