"""What travels between layers about a user: the profile with its lists, and polls for it.

Beside `lingr.values`, and of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from lingr.values import Room, User


@dataclass(frozen=True, slots=True)
class UserInfo:
    """What user.getInfo answers, and user.observe when something has changed.

    ``counter`` is the version of all of it. Favourite and monitored rooms are in the order in which they were
    added, owned ones in that of their creation, occupied ones in that of the last entrance; of visited ones
    the newest is first.
    """

    user: User
    counter: int
    owned: tuple[Room, ...]
    favorite: tuple[Room, ...]
    monitored: tuple[Room, ...]
    visited: tuple[Room, ...]
    occupied: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """What user.startObserving answers: a ticket, and the counter to observe from."""

    ticket: str
    counter: int
    max_observe_time: int


@dataclass(frozen=True, slots=True)
class UserWatch:
    """A poll for a user that has nothing to tell yet: whose it is, and at which counter it stands.

    It waits for announcements under ``name``; in the ``rooms`` it monitors, too, there may be something to
    tell, but nothing urgent.
    """

    name: str
    user_id: str
    session_id: str
    ticket: str
    counter: int
    rooms: tuple[str, ...]
