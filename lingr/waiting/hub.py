"""Who waits for which room or user, and until when.

The hub knows names and deadlines, nothing of rooms or formats. A user's name is as good as a room's. It never
blocks, so it may be called from anywhere, a callback of the event loop included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol


class Waiter(Protocol):
    """Whoever waits. The hub tells it things; it must not block when told.

    ``is_waiting`` says whether it has a poll to answer just now.
    """

    @property
    def is_waiting(self) -> bool: ...

    def news(self) -> None:
        """It is worth looking again."""

    def nothing(self) -> None:
        """Nothing came, and nothing will: answer as for a time-out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a waiter is registered: the room it listens to, the ticket it polls with, its deadline's slot.

    One that keeps its polls by itself has neither of the last two.
    """

    room_id: str
    ticket: str | None = None
    slot: int | None = None


class Hub:
    """All waiters of this process. ``clock`` gives seconds; deadlines are kept to ``GRANULE`` seconds."""

    GRANULE = 0.1

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rooms: defaultdict[str, dict[Waiter, Place]] = defaultdict(dict)
        self._tickets: dict[str, Waiter] = {}
        # Who polls besides with a ticket that may be shared.
        self._sharing: defaultdict[str, dict[Waiter, None]] = defaultdict(dict)
        self._places: dict[Waiter, Place] = {}
        # Who listens to other names besides its own, and to which; who hears of a name so; who has heard.
        self._others: dict[Waiter, tuple[str, ...]] = {}
        self._besides: defaultdict[str, dict[Waiter, None]] = defaultdict(dict)
        self._murmurs: dict[Waiter, None] = {}
        # The same for those who are told at once.
        self._keen: dict[Waiter, tuple[str, ...]] = {}
        self._keen_on: defaultdict[str, dict[Waiter, None]] = defaultdict(dict)
        # A wheel: each slot holds the waiters whose time is up in that stretch of GRANULE seconds.
        self._wheel: defaultdict[int, dict[Waiter, None]] = defaultdict(dict)
        self._turned = self._slot(clock())
        self.is_leaving = False

    def __len__(self) -> int:
        return len(self._places)

    def register(
        self, room_id: str, ticket: str, waiter: Waiter, hold: float, *, shares: bool = False
    ) -> None:
        """Lets a waiter wait for ``hold`` seconds; an earlier one with the same ticket is sent away.

        That is, unless it ``shares`` the ticket. In a process that is leaving it is sent away itself.
        """
        self.claim(ticket, waiter, shares=shares)
        slot = self._slot(self._clock() + hold) + 1
        self._wheel[slot][waiter] = None
        self._place(waiter, Place(room_id, ticket, slot))

    def attend(self, room_id: str, waiter: Waiter) -> None:
        """Lets a waiter listen to a room that keeps its polls, and their deadlines, by itself."""
        self._place(waiter, Place(room_id))

    def overhear(self, waiter: Waiter, names: tuple[str, ...]) -> None:
        """Lets a waiter that has a place hear of other names too: of these, and no longer of former ones.

        It is told of what happens there when the wheel turns, once for all that has happened since.
        """
        if self._others.get(waiter, ()) == names or waiter not in self._places:
            return
        self._forget_others(waiter)
        if names:
            self._others[waiter] = names
        for name in names:
            self._besides[name][waiter] = None

    def listen(self, waiter: Waiter, names: tuple[str, ...]) -> None:
        """Lets a waiter hear of other names too, at once: of these, and no longer of former ones."""
        former = self._keen.get(waiter, ())
        if former == names:
            return
        for name in former:
            self._keen_on[name].pop(waiter, None)
            if not self._keen_on[name]:
                del self._keen_on[name]
        for name in names:
            self._keen_on[name][waiter] = None
        if names:
            self._keen[waiter] = names
        else:
            del self._keen[waiter]

    def _forget_others(self, waiter: Waiter) -> None:
        self._murmurs.pop(waiter, None)
        for name in self._others.pop(waiter, ()):
            self._besides[name].pop(waiter, None)
            if not self._besides[name]:
                del self._besides[name]

    def claim(self, ticket: str, waiter: Waiter, *, shares: bool = False) -> None:
        """From now on this waiter is told about the ticket; whoever polled with it before is sent away.

        If it ``shares`` the ticket, all who poll with it are told.
        """
        former = self._tickets.get(ticket)
        if former is None or former is waiter:
            self._tickets[ticket] = waiter
        elif shares:
            self._sharing[ticket][waiter] = None
        else:
            self._tickets[ticket] = waiter
            self.unregister(former)
            former.nothing()

    def release(self, ticket: str, waiter: Waiter) -> None:
        """The waiter no longer polls with the ticket."""
        others = self._sharing.get(ticket)
        if self._tickets.get(ticket) is waiter:
            if others:
                self._tickets[ticket] = next(iter(others))
                del others[self._tickets[ticket]]
            else:
                del self._tickets[ticket]
        elif others is not None:
            others.pop(waiter, None)
        if others is not None and not others:
            del self._sharing[ticket]

    def is_polled(self, ticket: str) -> bool:
        """Whether somebody waits with the ticket just now."""
        return any(waiter.is_waiting for waiter in self._holders(ticket))

    def _holders(self, ticket: str) -> list[Waiter]:
        waiter = self._tickets.get(ticket)
        if waiter is None:
            return []
        return [waiter, *self._sharing[ticket]] if ticket in self._sharing else [waiter]

    def _place(self, waiter: Waiter, place: Place) -> None:
        self._places[waiter] = place
        self._rooms[place.room_id][waiter] = place
        if self.is_leaving:
            waiter.nothing()

    def unregister(self, waiter: Waiter) -> None:
        """Forgets a waiter; one that is not known is no fault."""
        place = self._places.pop(waiter, None)
        if place is None:
            return
        self._forget_others(waiter)
        self.listen(waiter, ())
        room = self._rooms[place.room_id]
        del room[waiter]
        if not room:
            del self._rooms[place.room_id]
        if place.slot is not None:
            del self._wheel[place.slot][waiter]
            if not self._wheel[place.slot]:
                del self._wheel[place.slot]
        if place.ticket is not None:
            self.release(place.ticket, waiter)

    def has(self, room_id: str) -> bool:
        """Whether anybody waits for the room."""
        return room_id in self._rooms or room_id in self._besides or room_id in self._keen_on

    def announce(self, room_id: str) -> None:
        """Something happened in a room."""
        self._tell(self._rooms.get(room_id, ()))
        # Most processes have none of these.
        if self._keen_on:
            self._tell(self._keen_on.get(room_id, ()))
        if self._besides:
            self._murmurs.update(self._besides.get(room_id, {}))

    def recheck(self, ticket: str) -> None:
        """Something happened to a ticket."""
        self._tell(self._holders(ticket))

    def dismiss(self, ticket: str) -> None:
        """The ticket is polled elsewhere by now."""
        for waiter in self._holders(ticket):
            waiter.nothing()

    def turn(self) -> None:
        """Turns the wheel to the present: sends away everybody whose time is up, tells what was overheard."""
        murmurs, self._murmurs = self._murmurs, {}
        self._tell(murmurs)
        now = self._slot(self._clock())
        for slot in range(self._turned, now + 1):
            for waiter in list(self._wheel.get(slot, ())):
                waiter.nothing()
        self._turned = now

    def leave(self) -> None:
        """The process is leaving: sends everybody away, and whoever comes from now on."""
        self.is_leaving = True
        for waiter in list(self._places):
            waiter.nothing()

    @staticmethod
    def _tell(waiters: Iterable[Waiter]) -> None:
        for waiter in list(waiters):
            waiter.news()

    def _slot(self, when: float) -> int:
        return int(when / self.GRANULE)
