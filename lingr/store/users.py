"""What is kept of users beside their accounts: a counter of changes, lists of rooms, and who observes them.

Where a list repeats what is kept elsewhere, the truth is there: who reads compares, and has put right what a
process that died left undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from lingr.store import keys
from lingr.store.client import Argument, Engine, Reply
from lingr.store.profile import Place, Profile, profile_of
from lingr.store.records import from_json, hash_of, room_of
from lingr.store.scripts import Call, Step, run, run_all, values_of
from lingr.values import Room, User

MOST_VISITED = 100
"""Rooms on the list of those visited; the oldest visits are forgotten."""

MOST_PLACES = 1000
"""Places in rooms that are known of one user, of all its sessions; the oldest entrances are forgotten."""

MOST_TICKETS = 100
"""Tickets for observing one user; one more, and the one that would die first is void."""

REPETITIONS = 2
"""How often in a row a poll may come with one and the same counter that is not the profile's."""

AT_ONCE = 100
"""Users whose lists are put right in one round trip, or some more."""


@dataclass(slots=True)
class Users:
    """``process`` names this process among all that serve the data set.

    ``put_off`` has users of whose monitored rooms there is news that may not be told before a time (ms).
    """

    engine: Engine
    process: str
    put_off: dict[str, int] = field(default_factory=dict)
    _polled: dict[str, dict[str, int]] = field(default_factory=dict)
    _dropped: set[tuple[str, str]] = field(default_factory=set)

    def read(self, user_id: str) -> Profile:
        """Everything kept of a user."""
        return self._profile(user_id, Call("user_read", self._keys(user_id)))

    def poll(
        self, user_id: str, ticket: str, session_id: str, *, counter: int, now: int, due: int, kept: int
    ) -> Profile:
        """The same for a poll that begins; its ticket lives until ``due``, at most for ``kept`` ms at all.

        Raises LingrError ``invalid_ticket``, ``repeated_counter``.
        """
        self._polled.get(user_id, {}).pop(ticket, None)
        arguments: list[Argument] = [ticket, session_id, now, due, kept, self.process, counter, REPETITIONS]
        return self._profile(user_id, Call("user_poll", self._keys(user_id), arguments))

    def look(self, user_id: str, ticket: str, session_id: str) -> Profile:
        """The same for a poll that waits. Raises LingrError ``invalid_ticket``."""
        return self._profile(user_id, Call("user_look", self._keys(user_id), [ticket, session_id]))

    def rooms(self, user_id: str, profile: Profile) -> tuple[dict[str, Room], set[Place]]:
        """The rooms of all lists, by id, as far as there are any; and which places in rooms are taken."""
        listed = [profile.owns, profile.favorite, profile.monitored, profile.visited]
        wanted = list(dict.fromkeys([*(one for ids in listed for one in ids), *_rooms_of(profile.occupied)]))
        steps: list[Step] = [("HGETALL", keys.room(one, self.engine.database).room) for one in wanted]
        asked = self._presence(user_id, profile.occupied)
        replies = run_all(self.engine, [*steps, *asked.values()], safe=True) if wanted else []
        rooms = {one: room_of(one, hash_of(raw)) for one, raw in zip(wanted, replies, strict=False) if raw}
        return rooms, _present(profile.occupied, asked, replies[len(wanted) :])

    def stirrings(self, user_id: str, profile: Profile) -> tuple[dict[str, int | None], set[Place]]:
        """The newest messages of the monitored rooms (None: there is no such room), and the places taken."""
        database = self.engine.database
        steps: list[Step] = [
            ("HGET", keys.room(one, database).room, "max_user_message_id") for one in profile.monitored
        ]
        asked = self._presence(user_id, profile.occupied)
        replies = run_all(self.engine, [*steps, *asked.values()], safe=True) if steps or asked else []
        newest = {
            one: None if raw is None else int(raw)
            for one, raw in zip(profile.monitored, replies, strict=False)
        }
        return newest, _present(profile.occupied, asked, replies[len(steps) :])

    def settle(self, user_id: str, counter: int, found: Mapping[str, Any]) -> int | None:
        """Puts right what a reader ``found`` to be otherwise; see user_settle.

        Returns the counter, or None if it is no longer the one that was read.
        """
        arguments: list[Argument] = [counter, msgspec.json.encode(found)]
        told = run(self.engine, "user_settle", self._keys(user_id), arguments)[0]
        return int(told) if told else None

    def entered(self, user_id: str, session_id: str, room_ids: Sequence[str]) -> list[Step]:
        """The steps that note a session of the user's in rooms: to be taken before it enters, and after.

        Before, so that no room is missing from the lists; and after, because a reader may have found in
        between that it was not there yet. ``noted`` reads what the first ones reply.
        """
        arguments: list[Argument] = [session_id, MOST_VISITED, MOST_PLACES, *room_ids]
        return [
            *(("SADD", keys.listing(one), user_id) for one in room_ids),
            Call("user_enter", self._keys(user_id), arguments),
        ]

    def noted(self, user_id: str, replies: Sequence[Reply]) -> None:
        """Takes in the replies to ``entered``."""
        if replies:
            self._dropped |= {(one.decode(), user_id) for one in values_of(replies[-1])[0]}

    def parted(self, user_id: str, session_id: str) -> Step:
        """The step that takes a session from the user, with its rooms and its tickets."""
        return Call("user_part", self._keys(user_id), [session_id])

    def left(self, places: Iterable[tuple[str, str, str]]) -> None:
        """Notes of users, sessions and rooms that they are there no longer."""
        steps = [
            Call("user_leave", self._keys(user_id), [session, room]) for user_id, session, room in places
        ]
        if steps:
            run_all(self.engine, steps, safe=True)

    def mark(self, user_id: str, kind: str, room: Room, wanted: bool, most: int) -> None:
        """Puts a room on the ``favorite`` or the ``monitored`` list, or takes it off.

        Raises LingrError ``too_many_rooms`` when there are ``most`` on it already.
        """
        arguments: list[Argument] = [kind, room.id, int(wanted), most, room.max_user_message_id]
        call = Call("user_mark", self._keys(user_id), arguments)
        steps: list[Step] = [("SADD", keys.listing(room.id), user_id), call] if wanted else [call]
        if values_of(run_all(self.engine, steps, safe=True)[-1])[0]:
            self._dropped.add((room.id, user_id))

    def own(self, user_id: str, room_id: str) -> None:
        """Notes that the user owns a room, which is reserved and made already."""
        note: Step = ("SADD", keys.listing(room_id), user_id)
        run_all(self.engine, [note, Call("user_own", self._keys(user_id), [room_id])], safe=True)

    def change(self, user_id: str, mark: str) -> None:
        """Notes that the profile is another one, unless the ``mark`` was counted already."""
        run(self.engine, "user_change", self._keys(user_id), [mark])

    def forget_room(self, room_id: str, user_ids: Sequence[str]) -> None:
        """Takes a room that is no more off the lists of these users. To do so twice changes nothing."""
        forget = [Call("user_forget", self._keys(user_id), [room_id]) for user_id in user_ids]
        run_all(self.engine, [*forget, ("SREM", keys.listing(room_id), *user_ids)], safe=True)

    def room_changed(self, user_ids: Sequence[str]) -> None:
        """Counts a change for each of these users, because a room is told otherwise now."""
        run_all(self.engine, [Call("user_change", self._keys(user_id), [""]) for user_id in user_ids])

    def listers(self, room_id: str) -> int:
        """How many users may have a room in a list."""
        return int(self.engine.command("SCARD", keys.listing(room_id), safe=True))

    def listing(self, room_id: str) -> Iterator[list[str]]:
        """Who may have a room in a list, some at a time; somebody may come twice."""
        cursor = b"0"
        while True:
            cursor, members = self.engine.command(
                "SSCAN", keys.listing(room_id), cursor, "COUNT", AT_ONCE, safe=True
            )
            if members:
                yield [one.decode() for one in members]
            if cursor == b"0":
                return

    def follow(self, user_id: str, ticket: str, session_id: str, *, now: int, due: int, kept: int) -> None:
        """Gives a session a ticket for observing the user. For ``due`` and ``kept`` see ``poll``."""
        arguments: list[Argument] = [ticket, session_id, now, due, kept, MOST_TICKETS]
        run(self.engine, "user_follow", self._keys(user_id), arguments, safe=True)

    def unfollow(self, user_id: str, ticket: str, session_id: str, now: int) -> None:
        """Takes a ticket back. Raises LingrError ``invalid_ticket``."""
        run(self.engine, "user_unfollow", self._keys(user_id), [ticket, session_id, now])

    def polled(self, user_id: str, ticket: str, due: int) -> None:
        """Notes when a ticket dies whose poll is over; ``flush`` writes it down."""
        self._polled.setdefault(user_id, {})[ticket] = due

    def drop(self, user_id: str, room_id: str) -> None:
        """Notes that the user has a room in no list any more."""
        self._dropped.add((room_id, user_id))

    def flush(self) -> None:
        """Writes down what was noted. What is lost of it costs next to nothing."""
        polled, self._polled = self._polled, {}
        dropped, self._dropped = self._dropped, set()
        commands: list[tuple[Argument, ...]] = [
            ("ZADD", self._keys(user_id).due, "XX", due, ticket)
            for user_id, tickets in polled.items()
            for ticket, due in tickets.items()
        ]
        commands += [("SREM", keys.listing(room_id), user_id) for room_id, user_id in dropped]
        if commands:
            self.engine.commands(commands, safe=True)

    def _keys(self, user_id: str) -> keys.UserKeys:
        return keys.user(user_id, self.engine.database)

    def _profile(self, user_id: str, call: Call) -> Profile:
        # The script first: what is read after it is told again rather than missed, should it have changed.
        steps: list[Step] = [
            call,
            ("HGET", keys.users(), user_id),
            ("SMEMBERS", keys.owned_rooms(user_id)),
        ]
        reply, user, owns = run_all(self.engine, steps, safe=True)
        return profile_of(values_of(reply), from_json(user, User) if user else None, owns)

    def _presence(self, user_id: str, places: Sequence[Place]) -> dict[str, Step]:
        sessions: dict[str, list[str]] = {}
        for place in places:
            sessions.setdefault(place.room_id, []).append(place.session_id)
        return {
            room_id: Call("room_present", keys.room(room_id, self.engine.database), [user_id, *held])
            for room_id, held in sessions.items()
        }


def _rooms_of(places: Iterable[Place]) -> list[str]:
    return list(dict.fromkeys(place.room_id for place in places))


def _present(places: Iterable[Place], asked: Iterable[str], replies: Iterable[Reply]) -> set[Place]:
    present = {
        (room_id, session.decode())
        for room_id, reply in zip(asked, replies, strict=True)
        for session in values_of(reply)[0]
    }
    return {place for place in places if (place.room_id, place.session_id) in present}
