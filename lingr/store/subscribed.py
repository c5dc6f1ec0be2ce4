"""What sessions of the 2009 API are subscribed to, and how far they have been told.

A session has one number for all its rooms. It stands for a place: how far it is in each of them. What is
kept is the number last written down, the place that belongs to it, and the passages that led there, so that
an older number can be traced back to its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from lingr.store.mirror import Home
from lingr.values import Session


class Passage(msgspec.Struct, frozen=True):
    """How a session got from one number to a greater one: from where to where in which rooms.

    ``alone``: it heard this one room only, so each number between belongs to one position, beyond the end of
    the passage, too. Otherwise each event of these stretches, in the order in which they are merged, has one
    of the numbers up to ``after``.
    """

    before: int
    after: int
    moved: dict[str, tuple[int, int]]
    alone: bool = False


@dataclass(slots=True)
class Subscribed:
    """What a session is subscribed to: rooms by id, with the position that belongs to ``number``.

    ``version`` is empty until the session first subscribes. ``told`` is a number that it is known to have
    been told, because it has polled from there; not always the newest one. ``sent`` is that of an answer
    which may have been lost on the way. ``home`` marks the process that serves its polls, as it does for
    tickets: ``home.good`` says that all this still holds, ``home.told`` is the number that this process last
    sent it. ``is_offline``: it does not want to be seen in its rooms.
    ``admitted`` is when it was last found that it may still hear all these rooms (ms), ``is_heard`` once all
    of them are followed here, ``is_sure`` once it was read while changes of it were heard. ``process`` served
    its last poll, and has ``noted`` so often how far it told it.
    """

    session: Session
    rooms: dict[str, int]
    number: int
    version: str
    told: int
    sent: int
    home: Home
    is_offline: bool = False
    admitted: int = -1
    is_sure: bool = False
    is_heard: bool = False
    process: str = ""
    noted: int = 0
    passages: tuple[Passage, ...] | None = None

    @property
    def alone(self) -> str | None:
        """The only room, if there is just one."""
        return next(iter(self.rooms)) if len(self.rooms) == 1 else None

    @property
    def told_surely(self) -> int:
        """The last number that it is known to have been told.

        What was sent to it last may have been lost on the way; what it polled from was not.
        """
        return max(self.told, self.home.asked or 0)

    @property
    def sent_last(self) -> int:
        """The number of what was last sent to it, as far as this process knows: mostly it came there."""
        return max(self.sent, self.home.told or 0, self.told_surely)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.rooms)
