"""Rooms: their fields, their state, their roster and who comes and goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Argument, Engine, Reply
from lingr.store.mirror import Mirror
from lingr.store.rates import Allowance
from lingr.store.records import (
    claimant_of,
    fields_of,
    hash_of,
    members_of,
    message_of,
    occupants_of,
    room_of,
    state_of,
)
from lingr.store.scripts import Call, Step, run, run_all, run_once, values_of
from lingr.store.speech import Speech
from lingr.values import Message, Occupant, Room, RoomState, Session


class Swept(NamedTuple):
    """Who was let out: the session, its ticket, its user; ``stays`` if it is there with another ticket."""

    session_id: str
    ticket: str
    user_id: str | None
    stays: bool


@dataclass(frozen=True, slots=True)
class Rooms:
    """Each method that changes something is one script, named after it."""

    engine: Engine
    mirror: Mirror
    log_events: int

    def create(self, room: Room, epoch: str) -> Room | None:
        """The room as made; None if its id is free but what is kept of a room must go by another one.

        Raises LingrError ``id_unavailable``.
        """
        names = (
            *keys.room(room.id, self.engine.database),
            keys.moved_here(room.id),
            keys.closed(room.id),
        )
        arguments = [*members_of(room), *fields_of(room, epoch)]
        fields = run(self.engine, "room_create", names, arguments)[0]
        return room_of(room.id, hash_of(fields)) if fields else None

    def find(self, room_id: str) -> Room | None:
        """The room made with that id, or None."""
        fields = self.engine.command("HGETALL", keys.room(room_id, self.engine.database).room, safe=True)
        return room_of(room_id, hash_of(fields)) if fields else None

    def named(self, public_id: str) -> Room | None:
        """The room that goes by that id, or None."""
        room = keys.room(public_id, self.engine.database).room
        fields, elsewhere = self.engine.commands(
            [("HGETALL", room), ("GET", keys.moved_here(public_id))], safe=True
        )
        found = [room_of(public_id, hash_of(fields))] if fields else []
        if elsewhere:
            found += self.find_all([claimant_of(elsewhere)])
        return next((one for one in found if one.public_id == public_id), None)

    def elsewhere(self, public_id: str) -> str | None:
        """The id of the room that has moved to that one, or None; it may be on its way yet."""
        found = self.engine.command("GET", keys.moved_here(public_id), safe=True)
        return claimant_of(found) if found else None

    def find_all(self, room_ids: Sequence[str]) -> list[Room]:
        """The rooms made with those ids, in their order; unknown ones are left out."""
        replies = self.engine.commands(
            [("HGETALL", keys.room(one, self.engine.database).room) for one in room_ids], safe=True
        )
        return [
            room_of(room_id, hash_of(fields))
            for room_id, fields in zip(room_ids, replies, strict=True)
            if fields
        ]

    def state(self, room_id: str) -> RoomState:
        """What changes in a room. Raises LingrError ``invalid_room``."""
        known = self.mirror.state(room_id)
        if known is not None:
            return known
        followed = self.mirror.rooms.get(room_id)
        generation = self.mirror.generation
        room = keys.room(room_id, self.engine.database)
        (counter, roster, zone), size = self.engine.commands(
            [("HMGET", room.room, "counter", "roster", "timezone"), ("HLEN", room.occupants)], safe=True
        )
        if counter is None:
            raise LingrError("invalid_room")
        state = state_of(counter, roster, size, zone, generation)
        if followed is not None:
            followed.learn(state)
        return state

    def roster(self, room_id: str) -> tuple[Occupant, ...]:
        """Everyone in the room, in order of entrance."""
        followed = self.mirror.rooms.get(room_id)
        if followed is not None and followed.occupants is not None:
            return followed.occupants
        version = followed.roster if followed is not None else None
        occupants = occupants_of(
            self.engine.command("HVALS", keys.room(room_id, self.engine.database).occupants, safe=True)
        )
        if followed is not None and version is not None and followed.roster == version:
            followed.occupants = occupants
        return occupants

    def say(
        self,
        room_id: str,
        *,
        session_id: str,
        ticket: str,
        text: str,
        target: str,
        request_id: str,
        attempt: str,
        again: bool,
        now: int,
        remember: int,
        allowance: Allowance,
    ) -> tuple[Message, str]:
        """Returns the message and the room's time zone; the same ones for the same request id.

        Without a request id it is the ``attempt`` that is said once; ``again``: one of that name may have
        been made before.

        Raises LingrError ``invalid_ticket``, ``no_nickname``, ``invalid_parameter``, ``rate_limited``.
        """
        speech = self.speech(
            room_id,
            session_id=session_id,
            ticket=ticket,
            target=target,
            remember=remember,
            allowance=allowance,
        )
        if request_id:
            call = speech.requested(text, request_id=request_id, now=now)
            json, zone = run_once(self.engine, call, safe=True)
        else:
            call = speech.call(text, attempt=attempt, now=now, again=again)
            repeated = speech.call(text, attempt=attempt, now=now, again=True)
            json, zone = run_once(self.engine, call, again=repeated)
        return message_of(json), zone.decode()

    def speech(
        self,
        room_id: str,
        *,
        session_id: str,
        ticket: str,
        target: str,
        remember: int,
        allowance: Allowance,
    ) -> Speech:
        """What somebody says who has several things to say, for who sends commands without waiting."""
        return Speech(
            room_id,
            self.engine.database,
            session_id=session_id,
            ticket=ticket,
            target=target,
            log_events=self.log_events,
            remember=remember,
            allowance=allowance,
        )

    def rename(
        self,
        room_id: str,
        *,
        session_id: str,
        ticket: str,
        nickname: str,
        now: int,
        joined: str,
        renamed: str,
    ) -> None:
        """Raises LingrError ``invalid_ticket``. To give the same nickname twice changes nothing."""
        arguments: list[Argument] = [ticket, session_id, nickname, now, self.log_events, joined, renamed]
        run(self.engine, "room_rename", keys.room(room_id, self.engine.database), arguments, safe=True)

    def identify(
        self,
        *,
        session: Session,
        tickets: Mapping[str, Sequence[str]],
        now: int,
        before: Sequence[Step] = (),
        after: Sequence[Step] = (),
    ) -> list[Reply]:
        """Gives the occupants of these tickets, by room, the session's user; or none if it has none.

        ``before`` and ``after`` are done besides, in the same round trip; returns the replies to ``before``.
        """
        arguments: list[Argument] = [
            session.id,
            session.user_id or "",
            session.description or "",
            session.icon or "",
            session.username or "",
            now,
            self.log_events,
        ]
        calls = [
            Call("room_identify", keys.room(room_id, self.engine.database), [*arguments, *held])
            for room_id, held in tickets.items()
        ]
        steps = [*before, *calls, *after]
        return run_all(self.engine, steps, safe=True)[: len(before)] if steps else []

    def exit(self, room_id: str, *, session_id: str, ticket: str, now: int, left: str) -> str | None:
        """Leaves the room, and has the session forget the ticket.

        Returns the user who has left it, unless the session is still there with another ticket. Raises
        LingrError ``invalid_ticket``.
        """
        forget = ("SREM", keys.session_tickets(session_id), ticket)
        steps: list[Step] = [self._exit(room_id, session_id, ticket, now, left), forget]
        user_id, stays = values_of(run_all(self.engine, steps)[0])
        return None if stays else user_id.decode() or None

    def exit_all(
        self,
        tickets: Mapping[str, str],
        *,
        session_id: str,
        now: int,
        left: str,
        after: Sequence[Step] = (),
    ) -> None:
        """Leaves the rooms of these tickets, as far as they are still good. The room is told of each.

        ``after`` is done besides, in the same round trip.
        """
        exits = [self._exit(room_id, session_id, ticket, now, left) for ticket, room_id in tickets.items()]
        steps = [*exits, *after]
        if steps:
            run_all(self.engine, steps, safe=True)

    def _exit(self, room_id: str, session_id: str, ticket: str, now: int, left: str) -> Call:
        room = keys.room(room_id, self.engine.database)
        return Call("room_exit", room, [ticket, session_id, now, self.log_events, left])

    def sweep(
        self, room_id: str, *, before: int, now: int, left: str
    ) -> tuple[list[Swept], int | None, bool]:
        """Lets out up to 100 occupants silent since ``before``.

        Returns them, when the longest silent one that stays was seen (None if nobody has a ticket), and
        whether the room is empty.
        """
        swept, oldest, is_occupied = run(
            self.engine,
            "room_sweep",
            keys.room(room_id, self.engine.database),
            [before, now, self.log_events, left],
            safe=True,
        )
        texts = [one.decode() for one in swept]
        entries = zip(texts[::4], texts[1::4], texts[2::4], texts[3::4], strict=True)
        found = [
            Swept(session, ticket, user or None, stays == "1") for session, ticket, user, stays in entries
        ]
        return found, int(float(oldest)) if oldest else None, not is_occupied

    def renew(self, room_id: str, *, known: int, epoch: str) -> bool:
        """Begins a new epoch if the room's counter is below ``known``; returns whether it was."""
        return bool(
            run(
                self.engine, "room_renew", keys.room(room_id, self.engine.database), [known, epoch], safe=True
            )[0]
        )

    def reserve(self, user_id: str, room_id: str, most: int) -> bool:
        """Notes a room as the user's; returns whether it was not. Raises LingrError ``too_many_rooms``."""
        return bool(run(self.engine, "room_reserve", [keys.owned_rooms(user_id)], [room_id, most])[0])

    def release(self, user_id: str, room_id: str) -> None:
        """Takes back a reservation."""
        self.engine.command("SREM", keys.owned_rooms(user_id), room_id, safe=True)
