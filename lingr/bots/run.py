"""A bot from when it is taken to when it is given back: where it is in which room, and what is next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lingr.domain.deliveries import is_told
from lingr.store.deliveries import Deliveries, Page, Taken
from lingr.values import Message
from lingr.values_deliveries import Attempt
from lingr.values_v2 import OwnBot

PAGE_EVENTS = 20
FEW_ROOMS = 20
LONG_PAGE_EVENTS = 500
"""How many events are read on where nothing was found that is to be told."""


@dataclass(slots=True)
class Place:
    """A room as far as it has been ``read``; ``moved`` is the bot's cursor as it is kept.

    ``ahead`` is what is to be told next, ``is_behind`` says that there may be more after it.
    """

    public_id: str
    moved: int
    read: int
    ahead: deque[Message] = field(default_factory=deque)
    is_behind: bool = True


class Run:
    """One bot, taken. ``stirred`` gives the rooms in which there may be something new since it last did.

    All rooms of a bot that is in few are looked into at first, so that it is told things in the order in
    which they were said, wherever that was. Methods raise LingrError ``unavailable``.
    """

    def __init__(
        self, deliveries: Deliveries, bot: OwnBot, taken: Taken, stirred: Callable[[], Iterable[str]]
    ) -> None:
        self.bot = bot
        self.tries = taken.tries
        self.places: dict[str, Place] = {}
        self._deliveries = deliveries
        self._stirred = stirred
        self._since = taken.since
        self._cursors = taken.cursors
        if len(taken.cursors) <= FEW_ROOMS:
            self._open(taken.cursors)

    def note(self) -> None:
        """Asks what was stirred: there may be something new in those rooms."""
        self._open(self._stirred())

    def _open(self, room_ids: Iterable[str]) -> None:
        for room_id in room_ids:
            if room_id in self.places:
                self.places[room_id].is_behind = True
            elif (cursor := self._cursors.get(room_id)) is not None:
                self.places[room_id] = Place(room_id, cursor, cursor)

    def read(self) -> None:
        """Reads on wherever all that was read has been told and there may be more."""
        self.note()
        most = PAGE_EVENTS
        while behind := [one for one, place in self.places.items() if place.is_behind and not place.ahead]:
            pages = self._deliveries.read([(one, self.places[one].read) for one in behind], most)
            for room_id, page in zip(behind, pages, strict=True):
                if page is None:
                    del self.places[room_id]
                else:
                    self._turn(self.places[room_id], page, most)
            most = LONG_PAGE_EVENTS

    def _turn(self, place: Place, page: Page, most: int) -> None:
        place.public_id = page.public_id
        place.is_behind = len(page.events) == most
        place.ahead.extend(one for one in page.events if is_told(one) and one.timestamp >= self._since)
        # Where a room has lost what happened, its counter is behind.
        place.read = page.events[-1].id if page.events else min(place.read, page.counter)

    def next(self) -> tuple[str, Message] | None:
        """What was said first of all that is to be told, and in which room."""
        heads = [(place.ahead[0].timestamp, one) for one, place in self.places.items() if place.ahead]
        if not heads:
            return None
        room_id = min(heads)[1]
        return room_id, self.places[room_id].ahead[0]

    def is_last(self, room_id: str) -> bool:
        """Whether nothing is left to be done after what is next in a room, as far as is known."""
        self.note()
        place = self.places[room_id]
        if place.is_behind or len(place.ahead) > 1 or place.read != place.ahead[0].id:
            return False
        others = (one for one in self.places.values() if one is not place)
        return all(one.read == one.moved and not one.is_behind for one in others)

    def move(self, room_id: str, counter: int, lease: int, attempt: Attempt | None) -> bool:
        """Everything in a room up to a counter has been dealt with; the lease lasts so long again (ms).

        If that is 0 the bot is given back. Returns False, and has given the bot back, if it is not one's own
        any more, or not in that room.
        """
        place = self.places[room_id]
        if not self._deliveries.done(self.bot.id, lease, room_id, place.moved, counter, attempt):
            self._deliveries.release(self.bot.id)
            return False
        place.ahead.popleft()
        place.moved = counter
        self.tries = 0
        return True

    def rest(self) -> None:
        """Gives the bot back. Where nothing is left to be told, the cursors move to where was read."""
        left = True
        for room_id, place in self.places.items():
            if place.read != place.moved and not place.ahead:
                left = not self._deliveries.done(self.bot.id, 0, room_id, place.moved, place.read) and left
        if left:
            self._deliveries.release(self.bot.id)
