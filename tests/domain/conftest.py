from __future__ import annotations

from collections.abc import Callable

import pytest

from lingr.domain import rooms
from lingr.domain.context import Context
from lingr.values import Room
from support.people import ROOM, Person


@pytest.fixture
def lobby(ctx: Context) -> Room:
    """The room everybody enters unless told otherwise."""
    return rooms.create(ctx, id=ROOM, name="Lobby")


@pytest.fixture
def person(ctx: Context, lobby: Room) -> Callable[..., Person]:
    """Brings a person, inside the lobby if a nickname (or ``""``) is given."""

    def person(nickname: str | None = None, **options: str) -> Person:
        one = Person(ctx, **options)
        return one if nickname is None else one.enter(nickname)

    return person
