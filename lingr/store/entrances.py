"""Coming into a room: what happens at once, in the session, the room and the list of rooms to sweep."""

from __future__ import annotations

from dataclasses import dataclass

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.rates import Allowance
from lingr.store.records import (
    claimant_of,
    hash_of,
    joining_of,
    newcomer_of,
    occupants_of,
    room_of,
    session_of,
)
from lingr.store.scripts import Call, Step, run_all, values_of
from lingr.store.users import Users
from lingr.values import Occupant, Room, Session


@dataclass(frozen=True, slots=True)
class Door:
    """What an entrance meets: the session that is at it, whether the room is there, its password's hash.

    ``members_only`` and ``owner_id`` are the room's. ``elsewhere`` is the id to look for the room with, if it
    has moved to the one that was given.
    """

    session: Session
    exists: bool
    password: str | None
    members_only: bool
    owner_id: str | None
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A session in a room, and that session as it was afterwards: None if it had ended meanwhile."""

    occupant_id: str
    ticket: str
    room: Room
    occupants: tuple[Occupant, ...]
    session: Session | None


@dataclass(frozen=True, slots=True)
class Entrances:
    """``lifetime`` is how long a session lives without a call, in milliseconds."""

    engine: Engine
    users: Users
    lifetime: int
    log_events: int

    def prepare(
        self,
        session_id: str,
        room_id: str,
        ticket: str,
        allowance: Allowance,
        moved_to: str | None = None,
    ) -> Door:
        """Keeps the session alive, counts the entrance, notes the ticket it is about to use.

        The room must have ``moved_to`` that id, or not have moved. Raises LingrError ``invalid_session``,
        ``rate_limited``; then no ticket is noted.
        """
        names = (*self._session(session_id), keys.entering(session_id))
        prepare = Call("session_enter", names, [self.lifetime, ticket, *allowance])
        room = keys.room(room_id, self.engine.database).room
        steps: list[Step] = [
            prepare,
            ("HMGET", room, "epoch", "password", "moved_to", "members_only", "owner_id"),
            ("GET", keys.moved_here(room_id)),
        ]
        reply, fields, elsewhere = run_all(self.engine, steps, safe=True)
        epoch, password, moved, closed, owner = fields
        session = session_of(session_id, hash_of(values_of(reply)[0]))
        return Door(
            session,
            epoch is not None and (moved.decode() if moved else None) == moved_to,
            password.decode() if password else None,
            closed == b"1",
            owner.decode() if owner else None,
            claimant_of(elsewhere) if elsewhere and moved_to is None else None,
        )

    def enter(
        self,
        room_id: str,
        *,
        session_id: str,
        ticket: str,
        occupant: Occupant,
        password: str | None,
        again: bool,
        now: int,
        due: int,
        joined: str,
        most: int,
        as_member: bool = False,
    ) -> Entered:
        """Lets an occupant in, has the room swept at ``due`` or earlier, and keeps the session alive.

        ``password`` is the hash of the password that was found right; a room for members only asks for none
        of who comes ``as_member``. ``again`` keeps the occupant and ticket of a session that is in the room
        already. For ``most`` see ``occupants`` of Entrance. Raises LingrError ``invalid_room``,
        ``room_password_required``.
        """
        arguments: list[Argument] = [
            session_id,
            ticket,
            occupant.id,
            newcomer_of(occupant),
            joining_of(occupant, joined, now),
            int(again),
            password or "",
            now,
            self.log_events,
            most,
            occupant.user_id or "",
            int(as_member),
        ]
        occupied: tuple[Argument, ...] = ("ZADD", keys.occupied_rooms(), "NX", due, room_id)
        user_id = occupant.user_id
        listed = [] if user_id is None else self.users.entered(user_id, session_id, [room_id])
        # A note that nothing follows is harmless, one that is missing is not: so it comes before the fact,
        # and again after it, because a sweep may have found the room empty in between.
        steps: list[Step] = [
            *listed,
            occupied,
            Call("room_enter", keys.room(room_id, self.engine.database), arguments),
            occupied,
            *listed,
            Call("session_touch", self._session(session_id), [self.lifetime]),
        ]
        replies = run_all(self.engine, steps, safe=True)
        reply, touched = replies[len(listed) + 1], replies[-1]
        if user_id is not None:
            self.users.noted(user_id, replies[: len(listed)])
        occupant_id, held, fields, roster = values_of(reply)
        return Entered(
            occupant_id.decode(),
            held.decode(),
            room_of(room_id, hash_of(fields)),
            occupants_of(roster),
            _session_or_none(session_id, touched),
        )

    def _session(self, session_id: str) -> tuple[str, str]:
        return keys.session(session_id), keys.session_tickets(session_id)


def _session_or_none(session_id: str, touched: list[bytes]) -> Session | None:
    try:
        return session_of(session_id, hash_of(values_of(touched)[0]))
    except LingrError:
        return None
