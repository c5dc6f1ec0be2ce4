"""What this process knows of the rooms it follows, kept true by their announcements.

The mirror is a cache and never the truth: whatever it does not know for certain, the caller reads from
the engine. It is why a poll, and the answer to it, usually cost no round trip.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from lingr.store.announcements import Announcement
from lingr.values import Message, News, Occupant, RoomState

TAIL_EVENTS = 200
NEWS_PER_ROOM = 64


@dataclass(slots=True)
class Home:
    """A ticket whose polls this process serves.

    ``told`` is the counter this process last told the holder, or None before it told one. ``moved`` says
    that another process served the ticket until now, ``suspect`` that a stale counter was seen last time.
    ``roster`` is the version of the roster that the holder knows, or None if this process does not know.
    """

    ticket: str
    session_id: str
    room_id: str
    occupant: Occupant
    opened: int
    moved: bool
    suspect: bool
    told: int | None = None
    roster: int | None = None


@dataclass(slots=True)
class RoomMirror:
    """One followed room. ``tail`` holds every event after ``start``; None: not known yet."""

    counter: int | None = None
    roster: int | None = None
    size: int = 0
    zone: str | None = None
    start: int | None = None
    tail: deque[Message] = field(default_factory=deque)
    occupants: tuple[Occupant, ...] | None = None
    homes: dict[str, Home] = field(default_factory=dict)
    news: dict[int, News] = field(default_factory=dict)

    def hear(self, announcement: Announcement, process: str) -> None:
        """Takes an announcement in; ``process`` is this one's name."""
        if announcement.reset:
            self.homes.clear()
        left = announcement.moved if announcement.home != process else ()
        for ticket in (*announcement.gone, *announcement.changed, *left):
            self.homes.pop(ticket, None)
        self.news.clear()
        self._take(announcement.event, announcement.counter)
        self._state(announcement.counter, announcement.roster, announcement.size)

    def learn(self, state: RoomState) -> None:
        """Takes in what was read from the engine, which may be older than what was announced since."""
        self.zone = state.zone
        if self.start is None:
            self.start = state.counter
        self._state(state.counter, state.roster, state.size)

    def after(self, counter: int, most: int) -> tuple[Message, ...] | None:
        """Up to ``most`` events after a counter, oldest first, or None if the tail does not hold them all."""
        if self.start is None or counter < self.start:
            return None
        if self.counter is not None and self.counter > (self.tail[-1].id if self.tail else self.start):
            # The engine told of an event whose announcement has not come, or never will.
            return None
        skip = counter - self.start
        return tuple(self.tail[index] for index in range(skip, min(skip + most, len(self.tail))))

    def remember(self, counter: int, news: News) -> None:
        """Keeps what there is to tell after a counter, until the room's next announcement."""
        if len(self.news) >= NEWS_PER_ROOM:
            self.news.clear()
        self.news[counter] = news

    def _take(self, event: Message | None, counter: int) -> None:
        newest = self.tail[-1].id if self.tail else self.start
        if event is None:
            if newest is not None and counter > newest:
                self._forget_tail(None)
            return
        if newest is not None and event.id <= newest:
            return
        if newest is None or event.id > newest + 1:
            self._forget_tail(event.id - 1)
        self.tail.append(event)
        if len(self.tail) > TAIL_EVENTS:
            self.start = self.tail.popleft().id

    def _forget_tail(self, start: int | None) -> None:
        self.tail.clear()
        self.start = start

    def _state(self, counter: int, roster: int, size: int) -> None:
        if self.counter is None or counter > self.counter:
            self.counter = counter
        if self.roster is None or roster > self.roster:
            self.roster = roster
            self.size = size
            self.occupants = None


class Mirror:
    """The followed rooms by id. ``generation`` changes whenever announcements may have been missed."""

    def __init__(self) -> None:
        self.rooms: dict[str, RoomMirror] = {}
        self.generation = 0

    def follow(self, room_id: str) -> None:
        """From now on every announcement of the room is heard."""
        self.rooms.setdefault(room_id, RoomMirror())

    def unfollow(self, room_id: str) -> None:
        """The room's announcements are no longer heard."""
        self.rooms.pop(room_id, None)

    def lose(self) -> dict[str, int]:
        """Forgets everything; returns the newest counter known of each room."""
        known = {room_id: room.counter for room_id, room in self.rooms.items() if room.counter is not None}
        self.rooms.clear()
        self.generation += 1
        return known

    def state(self, room_id: str) -> RoomState | None:
        """The state of a room, if it is known."""
        room = self.rooms.get(room_id)
        if room is None or room.counter is None or room.roster is None or room.zone is None:
            return None
        return RoomState(room.counter, room.roster, room.size, room.zone, self.generation)
