"""What this process knows of the rooms it follows, kept true by their announcements.

The mirror is a cache and never the truth: whatever it does not know for certain, the caller reads from
the engine. It is why a poll, and the answer to it, usually cost no round trip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from lingr.store.announcements import Announcement
from lingr.values import Holder, Message, News, Occupant, RoomState
from lingr.values_watch import Common

TAIL_EVENTS = 200
"""At least so many of a room's last events are kept."""

TAIL_SURPLUS = 1 / 4
"""And up to so many more, of which some are forgotten together: it moves all that stay."""

NEWS_PER_ROOM = 64


@dataclass(slots=True, eq=False)
class Home:
    """A ticket whose polls this process serves.

    ``good`` says that the record holds, ``checked`` when the engine last said so (ms). ``told`` is the
    counter this process last told the holder, or None before it told one, and ``written`` what of it the
    engine knows. The poll that it was told so had ``asked`` from a counter, as far as that matters. ``turn``
    counts the ticket's homes up to this one. ``suspect`` says that a stale counter was seen last time.
    ``roster`` is the version of the roster that the holder knows, or None if this process does not know. The
    holder was last ``seen`` here (ms), and the engine knows of it being here up to ``noted`` (ms); ``listed``
    says that it will be told more.
    """

    ticket: str
    session_id: str
    room_id: str
    occupant: Holder
    checked: int
    turn: int
    suspect: bool
    good: bool = True
    told: int | None = None
    written: int | None = None
    roster: int | None = None
    seen: int = 0
    noted: int = 0
    listed: bool = False
    asked: int | None = None

    def heard(self, counter: int, roster: int | None, now: int) -> None:
        """The holder was told everything up to a counter, and the roster unless it is None."""
        self.told = counter
        self.seen = now
        if roster is not None:
            self.roster = roster


@dataclass(slots=True)
class RoomMirror:
    """One followed room. ``tail`` holds every event after ``start``; None: not known yet. ``newest`` is the
    id of the last one, or ``start`` while there is none, or -1.

    ``opening`` has the tickets the engine is being asked for, each with the newest turn announced meanwhile.
    ``state`` is what was last made of the numbers, until they change. ``public_id`` is what the room goes by,
    ``settings`` counts how often it was given others. Each mirror has a ``serial`` of its own: as long as it
    is the same, nothing that the room announced was missed.
    ``end`` has the mirror begin anew with a room of that id, if another one should be made.
    """

    counter: int | None = None
    roster: int | None = None
    size: int = 0
    zone: str | None = None
    public_id: str | None = None
    settings: int = 0
    start: int | None = None
    newest: int = -1
    tail: list[Message] = field(default_factory=list)
    occupants: tuple[Occupant, ...] | None = None
    homes: dict[str, Home] = field(default_factory=dict)
    opening: dict[str, int] = field(default_factory=dict)
    news: dict[int, Common[News]] = field(default_factory=dict)
    state: RoomState | None = None
    serial: int = field(default_factory=count(1).__next__)
    end: Callable[[], None] = lambda: None

    def hear(self, announcement: Announcement, process: str) -> list[Home]:
        """Takes an announcement in; ``process`` is this one's name.

        Returns the homes that are another process's from now on, and those of sessions that hear several
        rooms, of which somebody else may be about to say which.
        """
        if announcement.reset:
            for ticket in list(self.homes):
                self.drop(ticket)
            if announcement.deleted:
                self.end()
        asked_for = []
        for ticket in announcement.changed:
            home = self.homes.get(ticket)
            if home is not None:
                home.good = False
                if home.ticket == home.session_id:
                    asked_for.append(home)
        for ticket in announcement.gone:
            self.drop(ticket)
        moved = self._move(announcement) if announcement.moved and announcement.home != process else []
        self.news.clear()
        if announcement.zone is not None:
            # Its settings are others, and perhaps its id. Sessions without tickets may not hear it any more.
            self.zone, self.public_id = announcement.zone, None
            self.settings += 1
            for home in self.homes.values():
                home.good = home.good and home.ticket != home.session_id
        self._take(announcement.event, announcement.counter)
        self._state(announcement.counter, announcement.roster, announcement.size)
        return [*moved, *asked_for] if asked_for else moved

    def _move(self, announcement: Announcement) -> list[Home]:
        moved = []
        for ticket in announcement.moved:
            if ticket in self.opening:
                self.opening[ticket] = max(self.opening[ticket], announcement.turn)
            home = self.homes.get(ticket)
            # In a later turn it has come back here, which was told by the engine before it was announced.
            if home is not None and home.turn < announcement.turn:
                self.drop(ticket)
                moved.append(home)
        return moved

    def drop(self, ticket: str) -> Home | None:
        """Forgets a ticket; returns its home if it was here."""
        home = self.homes.pop(ticket, None)
        if home is not None:
            home.good = False
        return home

    def learn(self, state: RoomState) -> None:
        """Takes in what was read from the engine, which may be older than what was announced since."""
        # Another time zone comes with another version of the roster.
        if self.zone is None or self.roster is None or state.roster >= self.roster:
            self.zone = state.zone
        if self.start is None:
            self.start = self.newest = state.counter
        self._state(state.counter, state.roster, state.size)

    def after(self, counter: int, most: int) -> tuple[Message, ...] | None:
        """Up to ``most`` events after a counter, oldest first, or None if the tail does not hold them all."""
        if self.start is None or not self.holds(counter):
            return None
        skip = counter - self.start
        return tuple(self.tail[skip : skip + most])

    def holds(self, counter: int) -> bool:
        """Whether memory has every event after a counter."""
        if self.start is None or counter < self.start:
            return False
        # The engine may have told of an event whose announcement has not come, or never will.
        return self.counter is None or self.counter <= self.newest

    def remember(self, counter: int, common: Common[News]) -> None:
        """Keeps what there is to tell after a counter, until the room's next announcement."""
        if len(self.news) >= NEWS_PER_ROOM:
            self.news.clear()
        self.news[counter] = common

    def _take(self, event: Message | None, counter: int) -> None:
        if event is None:
            if self.start is not None and counter > self.newest:
                self._forget_tail(None)
            return
        if event.id <= self.newest:
            return
        if self.start is None or event.id > self.newest + 1:
            self._forget_tail(event.id - 1)
        self.tail.append(event)
        self.newest = event.id
        if len(self.tail) > TAIL_EVENTS * (1 + TAIL_SURPLUS):
            self.start = self.tail[-TAIL_EVENTS - 1].id
            del self.tail[:-TAIL_EVENTS]

    def _forget_tail(self, start: int | None) -> None:
        self.tail.clear()
        self.start = start
        self.newest = -1 if start is None else start

    def _state(self, counter: int, roster: int, size: int) -> None:
        self.state = None
        if self.counter is None or counter > self.counter:
            self.counter = counter
        if self.roster is None or roster > self.roster:
            self.roster = roster
            self.size = size
            self.occupants = None


class Mirror:
    """The followed rooms by id. ``generation`` changes whenever announcements may have been missed.

    ``lost`` collects the homes of rooms that are no longer followed, for `Tickets` to see to.
    """

    def __init__(self) -> None:
        self.rooms: dict[str, RoomMirror] = {}
        self.lost: list[Home] = []
        self.generation = 0

    def follow(self, room_id: str) -> None:
        """From now on every announcement of the room is heard."""
        if room_id not in self.rooms:
            self.rooms[room_id] = RoomMirror(end=partial(self._begin_anew, room_id))

    def unfollow(self, room_id: str) -> None:
        """The room's announcements are no longer heard."""
        room = self.rooms.pop(room_id, None)
        if room is not None:
            self._lose(room)

    def _begin_anew(self, room_id: str) -> None:
        # Who asked the engine before this keeps the answer in the former mirror, where nobody looks for it.
        if room_id in self.rooms:
            del self.rooms[room_id]
            self.follow(room_id)

    def lose(self) -> dict[str, int]:
        """Forgets everything; returns the newest counter known of each room."""
        known = {room_id: room.counter for room_id, room in self.rooms.items() if room.counter is not None}
        for room in self.rooms.values():
            self._lose(room)
        self.rooms.clear()
        self.generation += 1
        return known

    def _lose(self, room: RoomMirror) -> None:
        for home in room.homes.values():
            home.good = False
            self.lost.append(home)

    def state(self, room_id: str) -> RoomState | None:
        """The state of a room, if it is known."""
        room = self.rooms.get(room_id)
        if room is None or room.state is not None:
            return None if room is None else room.state
        if room.counter is None or room.roster is None or room.zone is None:
            return None
        state = room.state = RoomState(room.counter, room.roster, room.size, room.zone, self.generation)
        return state
