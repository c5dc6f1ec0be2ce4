from __future__ import annotations

from collections.abc import Callable

import pytest

from lingr.domain import rooms
from lingr.domain.context import Context
from lingr.values import Room
from support.ears import Ears
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


@pytest.fixture(params=["engine", "mirror"])
def listen(request: pytest.FixtureRequest, ears: Ears, lobby: Room) -> Callable[[], None]:
    """Whether the process follows the room: what it then tells must be the same."""
    if request.param == "engine":
        return lambda: None
    ears.follow(ROOM)
    return ears.listen
