"""What is kept of a user beside the account, as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lingr.store.client import Reply
from lingr.store.records import hash_of
from lingr.values import User


class Place(NamedTuple):
    """A session in a room, in a user's name; ``score`` ranks the entrances."""

    room_id: str
    session_id: str
    score: str


class Profile(NamedTuple):
    """What is kept of a user, as a script saw it, and after that what else is known.

    ``mark`` is that of the account when changes were last counted, ``owned`` the rooms counted then,
    ``news_at`` when news of monitored rooms was last counted (ms), ``heard`` the newest messages counted.
    ``user`` is the account, ``owns`` the rooms reserved for it.
    """

    counter: int
    mark: str
    news_at: int
    owned: frozenset[str]
    favorite: tuple[str, ...]
    monitored: tuple[str, ...]
    visited: tuple[str, ...]
    occupied: tuple[Place, ...]
    heard: Mapping[str, int]
    user: User | None
    owns: frozenset[str]


def profile_of(values: list[Reply], user: User | None, owns: list[bytes]) -> Profile:
    """What a user script replied, with the account and the rooms reserved for it."""
    counter, mark, news_at, owned, favorite, monitored, visited, occupied, heard = values
    places = zip(_texts(occupied[::2]), _texts(occupied[1::2]), strict=True)
    return Profile(
        int(counter),
        mark.decode(),
        int(news_at),
        frozenset(_texts(owned)),
        _texts(favorite),
        _texts(monitored),
        _texts(visited),
        tuple(_place(member, score) for member, score in places),
        {room_id: int(newest) for room_id, newest in hash_of(heard).items()},
        user,
        frozenset(_texts(owns)),
    )


def _place(member: str, score: str) -> Place:
    room_id, _, session_id = member.partition(" ")
    return Place(room_id, session_id, score)


def _texts(raw: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(one.decode() for one in raw)
