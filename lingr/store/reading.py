"""What is told of a room at once: each in one script, with the call counted on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.rates import Allowance
from lingr.store.records import from_json, hash_of, message_of, occupants_of, room_of
from lingr.store.scripts import run
from lingr.values import Message, Occupant, Room

FIRST_EVENTS = 50
"""Events that come along."""


@dataclass(frozen=True, slots=True)
class Described:
    """A room, those in it who are listed, and the JSON of its first events from a number on.

    ``oldest`` names the oldest event that is kept. As long as neither that nor the room is another one, the
    room's log is the same.
    """

    room: Room
    occupants: tuple[Occupant, ...]
    raw: Sequence[bytes]
    oldest: bytes

    @property
    def events(self) -> tuple[Message, ...]:
        """The first events."""
        return tuple(map(message_of, self.raw))


@dataclass(frozen=True, slots=True)
class Locked:
    """A room that is not for everybody: the hash of its password, and whether it is for members only."""

    password: str | None
    members_only: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What the holder of a ticket finds: itself, the room's state, and the first events after a counter.

    ``occupants`` is empty where there are too many.
    """

    holder: Occupant
    counter: int
    roster: int
    size: int
    zone: str
    occupants: tuple[Occupant, ...]
    events: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """``most`` is always the number of occupants up to which everybody is listed."""

    engine: Engine

    def describe(
        self,
        room_id: str,
        *,
        api_key: str,
        password: str | None,
        most: int,
        allowance: Allowance,
        counter: int | None,
        moved_to: str | None = None,
        user_id: str | None = None,
    ) -> Described | Locked:
        """The room, with the events after ``counter``: or else what keeps others out.

        That comes back, and nothing is counted, unless ``password`` is the hash of the room's, or the room is
        for members only and that user is one. Raises LingrError ``invalid_room``, also if the room has
        ``moved_to`` another id than that, and ``rate_limited``.
        """
        kept, closed, *rest = run(
            self.engine,
            "room_describe",
            (*keys.room(room_id, self.engine.database), keys.describing(room_id, api_key)),
            [password or "", most, *allowance, *_events_after(counter), moved_to or "", user_id or ""],
        )
        if not rest:
            return Locked(kept.decode() or None, bool(closed))
        fields, occupants, events, oldest = rest
        return Described(room_of(room_id, hash_of(fields)), occupants_of(occupants), events, oldest)

    def read(
        self,
        room_id: str,
        *,
        session_id: str,
        ticket: str,
        now: int,
        most: int,
        allowance: Allowance,
        counter: int | None,
    ) -> Read:
        """What is new after ``counter``; counts as a poll.

        Raises LingrError ``invalid_ticket``, ``rate_limited``.
        """
        holder, state, roster, size, zone, occupants, events = run(
            self.engine,
            "ticket_read",
            (*keys.room(room_id, self.engine.database), keys.reading(room_id, ticket)),
            [ticket, session_id, now, *allowance, *_events_after(counter), most],
        )
        return Read(
            from_json(holder, Occupant),
            state,
            roster,
            size,
            zone.decode(),
            occupants_of(occupants),
            tuple(map(message_of, events)),
        )


def _events_after(counter: int | None) -> tuple[Argument, Argument]:
    return "" if counter is None else counter + 1, FIRST_EVENTS
