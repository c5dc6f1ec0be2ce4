"""Hearing what rooms announce, step by step and in the test's own thread."""

from __future__ import annotations

from itertools import count

from lingr.store import Store, keys
from lingr.store.announcements import Announcement, Followed, Heard, Subscription
from lingr.store.mirror import Home

_marks = count(1)


class Ears:
    """One subscription. What was announced is heard when the test says so, and then all of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._subscription = Subscription(store.engine)
        # A room that no other ears listen to: they would take the mark for theirs.
        self._mark = f"-mark-{next(_marks)}"
        self._ask(self._mark)

    def follow(self, *room_ids: str) -> None:
        """Has the store's mirror follow rooms, as the listener does."""
        for room_id in room_ids:
            self._ask(room_id)
            self._store.mirror.follow(room_id)

    def heard(self) -> list[Heard]:
        """Everything announced so far, and no longer waiting to be heard."""
        self._store.engine.command(
            "SPUBLISH", keys.room(self._mark).channel, '{"counter":0,"roster":0,"size":0}', safe=True
        )
        found = []
        while True:
            one = self._subscription.read(5)
            assert isinstance(one, Heard)
            if one.room_id == self._mark:
                return found
            found.append(one)

    def announced(self) -> list[Announcement]:
        return [one.announcement for one in self.heard()]

    def listen(self) -> list[Home]:
        """Has the mirror take in everything announced so far; returns the homes that are no longer here."""
        moved = []
        for one in self.heard():
            room = self._store.mirror.rooms.get(one.room_id)
            if room is not None:
                moved += room.hear(one.announcement, self._store.tickets.process)
        return moved

    def close(self) -> None:
        self._subscription.close()

    def _ask(self, room_id: str) -> None:
        self._subscription.follow(room_id)
        answer = self._subscription.read(5)
        assert answer == Followed(room_id)
